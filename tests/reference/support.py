"""How a block's TAO enters a pool: injection and chain buy in each era's order (§3.7, §4).

Each function books the terms of one subnet and says what was really used: what the pool refused is
neither spent nor, from R4 on, part of the issuance.
"""

from collections.abc import Callable
from dataclasses import dataclass

from .fixed import Amount, Rounding, precise
from .pool import active_injection
from .state import SubnetRef
from .terms import Terms
from .trading import fee_free_swap


@dataclass(frozen=True)
class Support:
    """What one subnet received in one block [rao]."""

    tao_in: Amount = 0
    alpha_in: Amount = 0
    buy_tao: Amount = 0
    """TAO the chain buy really spent."""
    buy_alpha: Amount = 0
    participant_tao: Amount = 0
    issued: Amount = 0
    """Addition to TotalIssuance."""


SupportRule = Callable[[SubnetRef, Terms, Rounding], Support]


def add_reserves(subnet: SubnetRef, terms: Terms, rounding: Rounding) -> tuple[Amount, Amount]:
    """Plain injection into a constant-product pool: both reserves grow (§4.1, step 4)."""
    tao, alpha = rounding.rao(terms.tao_in), rounding.rao(terms.alpha_in)
    subnet.tao_in += tao
    subnet.alpha_in += alpha
    subnet.protocol_flow += tao
    return tao, alpha


def chain_buy(subnet: SubnetRef, terms: Terms, rounding: Rounding) -> tuple[Amount, Amount]:
    """Buy alpha with the excess, fee-free; the alpha lands in alpha_out (§3.7, Chain buy)."""
    spent, bought = fee_free_swap(subnet, "buy", rounding.rao(terms.excess), rounding)
    subnet.protocol_flow += spent
    return spent, bought


@precise
def inject_only(subnet: SubnetRef, terms: Terms, rounding: Rounding) -> Support:
    """Before and at the launch: no buys; the article's rewards in TAO are issued too (§4.1)."""
    tao, alpha = add_reserves(subnet, terms, rounding)
    reward = rounding.rao(terms.participant_tao)
    return Support(tao, alpha, participant_tao=reward, issued=tao + reward)


@precise
def buy_destroy_inject(subnet: SubnetRef, terms: Terms, rounding: Rounding) -> Support:
    """R3: buy first and destroy, then inject; the buy is missing in the issuance (§3.7, §4.2)."""
    spent, bought = chain_buy(subnet, terms, rounding)
    subnet.alpha_out -= bought
    tao, alpha = add_reserves(subnet, terms, rounding)
    return Support(tao, alpha, spent, bought, issued=tao)


@precise
def inject_buy_destroy(subnet: SubnetRef, terms: Terms, rounding: Rounding) -> Support:
    """R4: inject, then buy and destroy; both are issued (§4.3)."""
    tao, alpha = add_reserves(subnet, terms, rounding)
    spent, bought = chain_buy(subnet, terms, rounding)
    subnet.alpha_out -= bought
    return Support(tao, alpha, spent, bought, issued=tao + spent)


@precise
def inject_buy_keep(subnet: SubnetRef, terms: Terms, rounding: Rounding) -> Support:
    """R5 and R6: inject, then buy and keep as protocol alpha (§3.7, §4.4)."""
    tao, alpha = add_reserves(subnet, terms, rounding)
    spent, bought = chain_buy(subnet, terms, rounding)
    subnet.protocol_alpha += bought
    return Support(tao, alpha, spent, bought, issued=tao + spent)


@precise
def buy_keep_inject(subnet: SubnetRef, terms: Terms, rounding: Rounding) -> Support:
    """R7 and R8: buy and keep, then inject what can be price-active at the new price (§4.5).

    The weights move so that the injection leaves the price where the buy put it; what they cannot
    take waits in the reservoirs (§3.5 S3).
    """
    spent, bought = chain_buy(subnet, terms, rounding)
    subnet.protocol_alpha += bought
    tao, alpha = rounding.rao(terms.tao_in), rounding.rao(terms.alpha_in)
    subnet.tao_reservoir += tao
    subnet.alpha_reservoir += alpha
    active_tao, active_alpha, weight = active_injection(
        subnet.tao_in, subnet.alpha_in, subnet.w_tao, subnet.tao_reservoir, subnet.alpha_reservoir
    )
    subnet.tao_in += active_tao
    subnet.tao_reservoir -= active_tao
    subnet.alpha_in += active_alpha
    subnet.alpha_reservoir -= active_alpha
    subnet.w_tao = rounding.weight(weight)
    subnet.protocol_flow += tao
    return Support(tao, alpha, spent, bought, issued=tao + spent)
