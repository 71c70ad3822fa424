"""What a network holds and what a block says it did to that: they agree to the rao (§6)."""

from dataclasses import dataclass

from .coinbase import BlockFlows
from .fixed import Amount, precise
from .state import NetworkRef


@dataclass(frozen=True)
class Holdings:
    """Totals over the network [rao]."""

    pool_tao: Amount
    """TAO of all pools, reservoirs included."""
    alpha: dict[int, Amount]
    """Alpha of each subnet, in and out of its pool, reservoir included."""
    issuance: Amount


@precise
def holdings(network: NetworkRef) -> Holdings:
    """Count what there is."""
    return Holdings(
        sum(s.tao_in + s.tao_reservoir for s in network.subnets),
        {s.netuid: s.alpha_issuance + s.alpha_reservoir for s in network.subnets},
        network.total_issuance,
    )


@precise
def expected_after(before: Holdings, flows: BlockFlows, buys_are_kept: bool) -> Holdings:
    """Holdings after a block by its own account.

    Args:
        before: what there was.
        flows: what the block reports.
        buys_are_kept: whether alpha bought by the chain stays in existence (since R5).
    """
    pool_tao, alpha = before.pool_tao, dict(before.alpha)
    for netuid, flow in flows.subnets.items():
        pool_tao += flow.support.tao_in + flow.support.buy_tao - flow.split.root_tao
        destroyed = 0 if buys_are_kept else flow.support.buy_alpha
        alpha[netuid] += flow.support.alpha_in + flow.alpha_minted
        alpha[netuid] -= flow.split.recycled + destroyed
    pool_tao -= sum(tao for _, tao in flows.claims.values())
    for fill in flows.fills:
        incoming = fill.paid if fill.side == "buy" else -fill.amount_out
        pool_tao += incoming - fill.author_tao
    return Holdings(pool_tao, alpha, before.issuance + flows.issued)
