"""Swaps that change a subnet's pool: guards, price limits, and where the fee goes (§3.5).

`fee_free_swap` is what the chain itself uses (buys of excess TAO, sales of root alpha). The
`*_order` functions are users' orders in the three eras of the pool.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from .fixed import Amount, Rounding, precise, ratio
from .pool import fee_on_net, fee_on_offer, net_to_price, swap_out
from .state import Parameters, SubnetRef, Trade

MINIMUM_RESERVE = 10**6
"""SwapMinimumReserve [rao]: a pool with less of the token asked for does not swap (§3.5 S3)."""
U64_MAX = 2**64 - 1
MAX_INPUT_RATIO = 1_000
"""A swap's net input may be at most this multiple of the input reserve (§3.5 S3)."""
MIN_PRICE = Decimal("1e-6")
MAX_PRICE = Decimal("1e6")
"""Extreme prices of a pool, the limits of an order that names none (§3.5 S3)."""


@dataclass(frozen=True)
class Fill:
    """What an order did. `paid` left the trader, `amount_out` reached the trader."""

    side: str
    paid: Amount = 0
    net_in: Amount = 0
    fee: Amount = 0
    """In the input token; included in `paid` (launch sells: TAO, taken from the output)."""
    amount_out: Amount = 0
    author_tao: Amount = 0
    """What the block author got for the fee."""


Order = Callable[[SubnetRef, Trade, Parameters], Fill]
ClaimRule = Callable[[SubnetRef, Parameters], tuple[Amount, Amount]]
"""Alpha sold for root in a block after the coinbase, and the TAO it brought."""


def reserves(subnet: SubnetRef, side: str) -> tuple[Amount, Amount]:
    """Reserves of the input and of the output token."""
    if side == "buy":
        return subnet.tao_in, subnet.alpha_in
    return subnet.alpha_in, subnet.tao_in


def add_input(subnet: SubnetRef, side: str, amount: Amount) -> None:
    """Put input tokens into the pool; alpha comes from outside the pool, so alpha_out falls."""
    if side == "buy":
        subnet.tao_in += amount
    else:
        subnet.alpha_in += amount
        subnet.alpha_out -= amount


def execute(subnet: SubnetRef, side: str, net_in: Amount, rounding: Rounding) -> Amount:
    """Swap `net_in` without any check; returns the truncated output (§3.5, Post swap)."""
    out = rounding.rao(swap_out(side, subnet.tao_in, subnet.alpha_in, subnet.w_tao, net_in))
    add_input(subnet, side, net_in)
    if side == "buy":
        subnet.alpha_in -= out
        subnet.alpha_out += out
    else:
        subnet.tao_in -= out
    return out


def within_input_cap(net_in: Amount, reserve_in: Amount) -> bool:
    """Whether a net input is at most 1000 times the input reserve (§3.5 S3, guards)."""
    return net_in <= MAX_INPUT_RATIO * reserve_in


def within_guards(subnet: SubnetRef, side: str, net_in: Amount) -> bool:
    """Whether the pool takes a swap at all (§3.5 S3, guards)."""
    reserve_in, reserve_out = reserves(subnet, side)
    return net_in > 0 and within_input_cap(net_in, reserve_in) and reserve_out >= MINIMUM_RESERVE


def room_to_limit(subnet: SubnetRef, side: str, limit: Decimal | None) -> Decimal:
    """Net input until the marginal price meets the limit; 0 if it is not beyond the price.

    No limit reaches beyond the pool's extreme prices (§3.5 S3, Guards).
    """
    if side == "buy":
        target = MAX_PRICE if limit is None else min(limit, MAX_PRICE)
    else:
        target = MIN_PRICE if limit is None else max(limit, MIN_PRICE)
    return net_to_price(side, subnet.tao_in, subnet.alpha_in, subnet.w_tao, target)


@precise
def fee_free_swap(
    subnet: SubnetRef, side: str, amount: Amount, rounding: Rounding
) -> tuple[Amount, Amount]:
    """The chain's own swap: no fee, the extreme price as limit (§3.7, §3.8).

    Returns:
        Input used and output obtained [rao]; (0, 0) where the pool refuses.
    """
    net_in = min(amount, rounding.rao(room_to_limit(subnet, side, None)))
    if not within_guards(subnet, side, net_in):
        return 0, 0
    return net_in, execute(subnet, side, net_in, rounding)


def sized_to_limit(
    subnet: SubnetRef, trade: Trade, parameters: Parameters
) -> tuple[Amount, Amount]:
    """Net input and fee of an order: the offer, or what the limit leaves of it (§3.5 S3, Fee)."""
    rounding, rate = parameters.rounding, parameters.fee_rate_u16
    fee = rounding.rao(fee_on_offer(trade.amount, rate))
    room = room_to_limit(subnet, trade.side, trade.limit_price)
    if trade.amount - fee <= room:
        return trade.amount - fee, fee
    net_in = rounding.rao(room)
    return net_in, rounding.rao(fee_on_net(net_in, rate))


@precise
def fee_to_author_order(subnet: SubnetRef, trade: Trade, parameters: Parameters) -> Fill:
    """An order since early 2026: the whole fee leaves the pool for the block author (§3.5 S3).

    A fee in alpha is sold fee-free in the same pool, after the trader's own sale. Where the pool
    refuses that sale the author keeps the alpha.
    """
    side, rounding = trade.side, parameters.rounding
    net_in, fee = sized_to_limit(subnet, trade, parameters)
    if not within_guards(subnet, side, net_in):
        return Fill(side)
    out = execute(subnet, side, net_in, rounding)
    subnet.user_flow += net_in if side == "buy" else -out
    author = fee if side == "buy" else fee_free_swap(subnet, "sell", fee, rounding)[1]
    return Fill(side, net_in + fee, net_in, fee, out, author)


@precise
def fee_to_pool_order(subnet: SubnetRef, trade: Trade, parameters: Parameters) -> Fill:
    """An order of R2-R4: the net input moves the price, the fee joins the reserve (§3.5 S2)."""
    side = trade.side
    net_in, fee = sized_to_limit(subnet, trade, parameters)
    if not within_guards(subnet, side, net_in):
        return Fill(side)
    out = execute(subnet, side, net_in, parameters.rounding)
    add_input(subnet, side, fee)
    subnet.user_flow += net_in if side == "buy" else -out
    return Fill(side, net_in + fee, net_in, fee, out)


def launch_refuses(subnet: SubnetRef, side: str, net_in: Amount, parameters: Parameters) -> bool:
    """Whether the output reserve would fall below the minimum liquidity (§3.5 S1)."""
    reserve_out = reserves(subnet, side)[1]
    out = parameters.rounding.rao(
        swap_out(side, subnet.tao_in, subnet.alpha_in, subnet.w_tao, net_in)
    )
    return reserve_out - out < parameters.min_pool_liquidity


@precise
def amount_to_average_price(
    side: str, tao_in: Amount, alpha_in: Amount, limit: Decimal, rounding: Rounding
) -> Amount:
    """Launch: the largest input whose *average* price keeps the limit (§3.5, Limit orders).

    Buy: floor(limit x) - y; sell: floor(y/limit) - x; 0 where negative or without reserves. A sale
    at limit 0 has no bound but the chain's u64.
    """
    if tao_in == 0 or alpha_in == 0:
        return 0
    if side == "buy":
        return max(0, rounding.rao(limit * alpha_in) - tao_in)
    if limit == 0:
        return U64_MAX
    return max(0, rounding.rao(tao_in / limit) - alpha_in)


@precise
def flat_fee_order(subnet: SubnetRef, trade: Trade, parameters: Parameters) -> Fill:
    """An order at launch: a flat fee in TAO that joins the reserve after the swap (§3.5 S1).

    A refused buy still pays the fee (§7.3, swap refused); a refused sale does nothing.
    """
    side, flat, rounding = trade.side, parameters.staking_fee, parameters.rounding
    amount = trade.amount
    if trade.limit_price is not None:
        most = amount_to_average_price(
            side, subnet.tao_in, subnet.alpha_in, trade.limit_price, rounding
        )
        amount = min(amount, most)
    net_in = amount - flat if side == "buy" else amount
    if net_in <= 0 or subnet.alpha_in == 0:
        return Fill(side)
    refused = launch_refuses(subnet, side, net_in, parameters)
    if refused and side == "sell":
        return Fill(side)
    if refused:
        subnet.tao_in += flat
        return Fill(side, paid=flat, fee=flat)
    out = execute(subnet, side, net_in, rounding)
    fee = flat if side == "buy" else min(flat, out)
    subnet.tao_in += fee
    if side == "buy":
        return Fill(side, amount, net_in, fee, out)
    return Fill(side, amount, net_in, fee, out - fee)


@precise
def claim_root_alpha(
    subnet: SubnetRef, amount: Amount, rounding: Rounding
) -> tuple[Amount, Amount]:
    """Sell accrued root alpha fee-free (§3.10, claim type Swap); an outflow of the protocol.

    Returns:
        Alpha sold and TAO obtained [rao]; the caller adds the TAO to root stake.
    """
    sold, tao = fee_free_swap(subnet, "sell", min(amount, subnet.root_basket), rounding)
    subnet.root_basket -= sold
    subnet.protocol_flow -= tao
    return sold, tao


@precise
def claim_with_lag(subnet: SubnetRef, parameters: Parameters) -> tuple[Amount, Amount]:
    """Claims of a block, in the model of §3.10: one part in `root_claim_lag` of what waits."""
    due = parameters.rounding.rao(ratio(subnet.root_basket, parameters.root_claim_lag))
    return claim_root_alpha(subnet, due, parameters.rounding)


def no_claims(subnet: SubnetRef, parameters: Parameters) -> tuple[Amount, Amount]:
    """Regimes that sell root alpha at once, keep it in baskets, or have none."""
    return 0, 0


def no_order(subnet: SubnetRef, trade: Trade, parameters: Parameters) -> Fill:
    """A regime without pools takes no orders."""
    raise ValueError(f"subnet {subnet.netuid}: this regime has no pool to trade in")
