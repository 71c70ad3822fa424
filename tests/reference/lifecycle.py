"""Subnets that come and go: registration, start call, pruning, dissolution (§3.11-12, §12.3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from .dissolution import dissolve_payout, prune_target
from .fixed import Amount, Rounding, block_emission, precise
from .pool import spot_price
from .regimes import GATE_RANK_2026, Regime
from .registration import lock_cost, median_price
from .state import NetworkRef, Parameters, SubnetRef
from .trading import execute, within_guards

OTHERS = "others"
"""Stakers of a dissolved subnet who were not named."""
ROOT = "root"
"""Root stakers, through their baskets."""


@dataclass(frozen=True)
class Dissolution:
    """Where the TAO of a dissolved subnet went [rao]."""

    netuid: int
    payouts: dict[str, Amount]
    recycled: Amount


@dataclass(frozen=True)
class Registration:
    """A subnet that was registered."""

    netuid: int
    lock_cost: Amount
    recycled: Amount
    """Part of the lock that left the issuance [rao]."""
    pruned: Dissolution | None


def current_lock_cost(network: NetworkRef, parameters: Parameters) -> Amount:
    """What registering a subnet costs in the present block (§3.11)."""
    return lock_cost(
        network.last_lock_cost,
        network.block - network.last_lock_block,
        parameters.min_lock,
        parameters.lock_reduction_interval,
        block_emission(network.total_issuance, parameters.rounding),
        first_registration=network.last_lock_block == 0,
    )


def fold_reservoirs(subnet: SubnetRef) -> None:
    """Add what waits in the reservoirs to the reserves, the weights as they are (§12.3)."""
    subnet.tao_in += subnet.tao_reservoir
    subnet.alpha_in += subnet.alpha_reservoir
    subnet.tao_reservoir = subnet.alpha_reservoir = 0


def sell_basket(subnet: SubnetRef, rounding: Rounding) -> Amount:
    """Sell root's alpha in the pool, without fee and without limit of the price (§12.3).

    Returns:
        TAO obtained; 0, and nothing is sold, where the pool's guards refuse the swap.
    """
    sold = subnet.root_basket
    if not within_guards(subnet, "sell", sold):
        return 0
    subnet.root_basket = 0
    return execute(subnet, "sell", sold, rounding)


@precise
def dissolve(
    network: NetworkRef,
    subnet: SubnetRef,
    parameters: Parameters,
    regime: Regime = GATE_RANK_2026,
    holders: Mapping[str, Amount] | None = None,
) -> Dissolution:
    """Remove a subnet and pay its pot: baskets by a sale, the rest pro rata (§3.12, §12.3).

    The pool's reservoirs are folded in; where the regime has it, root's baskets are then sold
    through the pool, and what they bring joins root stake. What is left in the pool goes pro rata
    to the named holders, to the protocol, whose share is recycled, to a basket that the pool
    refused, and for the rest to `OTHERS`. Burned alpha, and accrued root alpha that is only
    claimable, get nothing.

    Args:
        network: loses the subnet, and the recycled TAO from its issuance; gains root's stake.
        subnet: the one to dissolve.
        parameters: tells from which registration on the pool's alpha counts.
        regime: tells whether root's baskets are sold.
        holders: alpha of stakers to be named in the result [rao].

    Raises:
        ValueError: the named holders have more alpha than there is.
    """
    named = dict(holders or {})
    others = subnet.held_alpha - sum(named.values())
    if others < 0:
        raise ValueError(f"subnet {subnet.netuid}: holders have {-others} alpha rao too many")
    stakers = {**named, OTHERS: others}
    fold_reservoirs(subnet)
    proceeds: Amount = 0
    if regime.sells_baskets:
        proceeds = sell_basket(subnet, parameters.rounding)
        stakers[ROOT] = subnet.root_basket
    since = parameters.tao_in_refund_block
    payouts, recycled = dissolve_payout(
        subnet.tao_in,
        list(stakers.values()),
        subnet.protocol_alpha,
        subnet.alpha_in,
        include_alpha_in=since is not None and subnet.registered_at > since,
    )
    network.subnets.remove(subnet)
    network.held_shares.pop(subnet.netuid, None)
    network.total_issuance -= recycled
    paid = dict(zip(stakers, payouts, strict=True))
    if regime.sells_baskets:
        paid[ROOT] += proceeds
        network.root_tao += paid[ROOT]
    return Dissolution(subnet.netuid, paid, recycled)


def make_room(network: NetworkRef, parameters: Parameters) -> SubnetRef | None:
    """The subnet that a registration at the limit would prune; None if all are immune (§3.12)."""
    index = prune_target(
        [subnet.moving_price for subnet in network.subnets],
        [subnet.registered_at for subnet in network.subnets],
        network.block,
        parameters.immunity_blocks,
    )
    return None if index is None else network.subnets[index]


def free_netuid(network: NetworkRef) -> int:
    """The smallest netuid above root's that is not taken."""
    taken = {subnet.netuid for subnet in network.subnets}
    return next(netuid for netuid in range(1, len(taken) + 2) if netuid not in taken)


@precise
def register_subnet(
    network: NetworkRef, parameters: Parameters, regime: Regime = GATE_RANK_2026
) -> Registration | None:
    """Register one subnet in the present block, pruning one if the network is full (§3.11, §3.12).

    The lock cost is read first; then the pruned subnet is dissolved and its netuid taken; the new
    pool is seeded at the median price of the subnets that remain.

    Returns:
        What happened; None if the last registration is too near (NetworkRateLimit), or if the
        network is full of immune subnets (SubnetLimitReached).
    """
    since_last = network.block - network.last_lock_block
    if network.last_lock_block and since_last < parameters.rate_limit:
        return None
    cost = current_lock_cost(network, parameters)
    limit, pruned = parameters.subnet_limit, None
    if limit is not None and len(network.subnets) >= limit:
        target = make_room(network, parameters)
        if target is None:
            return None
        pruned = dissolve(network, target, parameters, regime)
    prices = [spot_price(s.tao_in, s.alpha_in, s.w_tao) for s in network.subnets]
    tao, alpha, recycled = regime.seed(
        cost, parameters.min_lock, median_price(prices), parameters.rounding
    )
    netuid = pruned.netuid if pruned else free_netuid(network)
    network.total_issuance -= recycled
    network.subnets.append(
        SubnetRef(
            netuid,
            tao,
            alpha,
            alpha_out=0,
            moving_price=Decimal(0),
            emission_enabled=regime.starts_enabled,
            first_emission_block=None,
            registered_at=network.block,
            subtoken_enabled=False,
        )
    )
    network.subnets.sort(key=lambda subnet: subnet.netuid)
    network.last_lock_cost, network.last_lock_block = cost, network.block
    return Registration(netuid, cost, recycled, pruned)


def start_call(network: NetworkRef, netuid: int) -> None:
    """The owner's start call: the subnet emits from the next block on (§3.3, §3.11)."""
    subnet = network.subnet(netuid)
    subnet.first_emission_block = network.block + 1
    subnet.subtoken_enabled = True
