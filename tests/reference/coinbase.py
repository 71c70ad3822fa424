"""One block of the chain: emission first, then the users' trades (§4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from .fixed import Amount, block_emission, precise
from .pool import spot_price
from .regimes import GATE_RANK_2026, Regime
from .split import Book, Split, by_class
from .state import NetworkRef, Parameters, SubnetRef, Trade
from .support import Support
from .terms import Situation, Terms, root_proportion
from .trading import Fill, claim_root_alpha


@dataclass(frozen=True)
class SubnetFlows:
    """What one block's coinbase did to one subnet of the emit set [rao per block]."""

    netuid: int
    pre_gate_share: Decimal
    share: Decimal
    situation: Situation
    terms: Terms
    support: Support
    alpha_minted: Amount
    split: Split
    reward: Split
    """TAO paid to the classes directly, in regimes that do so (§8.3)."""


@dataclass(frozen=True)
class BlockFlows:
    """What one block did."""

    block: int
    block_emission: Amount
    root_sell_flag: bool
    subnets: dict[int, SubnetFlows]
    issued: Amount
    """TAO that joined TotalIssuance: what was used; the rest of the emission was recycled."""
    fills: list[Fill]
    claims: dict[int, tuple[Amount, Amount]]
    """Root alpha sold after the coinbase, and its TAO, by netuid."""


def read_situations(
    members: Sequence[SubnetRef],
    shares: Sequence[Decimal],
    emission: Amount,
    network: NetworkRef,
    parameters: Parameters,
) -> list[Situation]:
    """Everything the terms depend on, read before the block changes a pool (§3.4, §3.7)."""
    prices = [spot_price(s.tao_in, s.alpha_in, s.w_tao) for s in members]
    return [
        Situation(
            price=price,
            tao_emission=emission * share,
            tao_block_emission=emission,
            alpha_emission=block_emission(subnet.alpha_issuance, parameters.rounding),
            root_proportion=root_proportion(
                network.root_tao, parameters.tao_weight, subnet.alpha_issuance
            ),
            price_sum=sum(prices, Decimal(0)),
        )
        for subnet, share, price in zip(members, shares, prices, strict=True)
    ]


@precise
def run_coinbase(
    network: NetworkRef, parameters: Parameters, regime: Regime = GATE_RANK_2026
) -> tuple[Amount, bool, Amount, dict[int, SubnetFlows]]:
    """Emission of block `network.block` (§4.1-§4.5): shares, terms, pools, alpha, EMA.

    Returns:
        Block emission that is divided, root sell flag, TAO issued, flows by netuid.
    """
    rounding = parameters.rounding
    members = [subnet for subnet in network.subnets if regime.emits(subnet)]
    minted_tao = block_emission(network.total_issuance, rounding)
    off_the_top = parameters.off_the_top * minted_tao
    emission = minted_tao - off_the_top
    before_gate = regime.weigh(network, members, parameters)
    shares = regime.mask(members, regime.gate(network, before_gate, parameters))
    root_sell_flag = sum((s.moving_price for s in members), Decimal(0)) > 1
    situations = read_situations(members, shares, emission, network, parameters)
    rule = regime.terms(parameters)
    terms = regime.plan(members, situations, [rule(at) for at in situations], parameters)
    supports = [
        regime.support(subnet, term, rounding) for subnet, term in zip(members, terms, strict=True)
    ]
    issued = sum(given.issued for given in supports) + off_the_top
    network.total_issuance += issued
    book = Book(network.root_tao, root_sell_flag, parameters)
    flows: dict[int, SubnetFlows] = {}
    for i, subnet in enumerate(members):
        minted = rounding.rao(terms[i].alpha_out)
        subnet.alpha_out += minted
        pool, basket = subnet.alpha_in, subnet.root_basket
        split = regime.split(subnet, terms[i].alpha_out, book, situations[i])
        used = subnet.alpha_in - pool + subnet.root_basket - basket
        withheld = rounding.rao(min(subnet.miner_burned, Decimal(1)) * split.server)
        subnet.burned_alpha += withheld + split.root_alpha - used
        flows[subnet.netuid] = SubnetFlows(
            subnet.netuid,
            before_gate[i],
            shares[i],
            situations[i],
            terms[i],
            supports[i],
            minted,
            split,
            by_class(supports[i].participant_tao, parameters),
        )
    for subnet in members:
        regime.average(subnet, network.block, parameters)
        subnet.root_prop = root_proportion(
            network.root_tao, parameters.tao_weight, subnet.alpha_issuance
        )
    network.root_tao += off_the_top
    if regime.validators_are_root:
        network.root_tao += sum(flow.reward.validator for flow in flows.values())
    if regime.stakes_proceeds:
        network.root_tao += sum(flow.split.root_tao for flow in flows.values())
    return emission, root_sell_flag, issued, flows


@precise
def run_claims(
    network: NetworkRef, parameters: Parameters, regime: Regime
) -> dict[int, tuple[Amount, Amount]]:
    """Automatic claims, after the EMA and RootProp (§4.4, step 8)."""
    claims = {s.netuid: regime.claim(s, parameters) for s in network.subnets}
    network.root_tao += sum(tao for _, tao in claims.values())
    return claims


@precise
def run_trade(network: NetworkRef, trade: Trade, parameters: Parameters, regime: Regime) -> Fill:
    """One extrinsic of the block: a user's order, or a claim of root alpha (§3.5, §3.10)."""
    subnet = network.subnet(trade.netuid)
    if trade.side == "claim":
        sold, tao = claim_root_alpha(subnet, trade.amount, parameters.rounding)
        network.root_tao += tao
        return Fill("claim", paid=sold, net_in=sold, amount_out=tao)
    if trade.side not in ("buy", "sell"):
        raise ValueError(f"side of a trade is 'buy', 'sell' or 'claim', not {trade.side!r}")
    if trade.side == "sell" and trade.amount > subnet.held_alpha:
        raise ValueError(
            f"subnet {trade.netuid}: {trade.amount} alpha rao sold, but users have less"
        )
    return regime.trade(subnet, trade, parameters)


def run_block(
    network: NetworkRef,
    parameters: Parameters,
    trades: Sequence[Trade] = (),
    regime: Regime = GATE_RANK_2026,
) -> BlockFlows:
    """Advance the network by one block, in place.

    Args:
        network: the state after block ``network.block``; it becomes the state after the next one.
        parameters: governance values and the rounding.
        trades: users' orders of this block, in order; they see the pools after the coinbase.
        regime: the rules in force.

    Returns:
        What the block did.

    Raises:
        KeyError: a trade names a subnet that does not exist.
        ValueError: a trade has an unknown side or sells more alpha than users have.
    """
    network.block += 1
    emission, flag, issued, flows = run_coinbase(network, parameters, regime)
    claims = run_claims(network, parameters, regime)
    fills = [run_trade(network, trade, parameters, regime) for trade in trades]
    return BlockFlows(network.block, emission, flag, flows, issued, fills, claims)
