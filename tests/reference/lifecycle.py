"""Subnets that come and go: registration, start call, pruning, dissolution (§3.11, §3.12)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from .dissolution import dissolve_payout, prune_target
from .fixed import Amount, block_emission, precise
from .pool import spot_price
from .regimes import GATE_RANK_2026, Regime
from .registration import lock_cost, median_price
from .state import NetworkRef, Parameters, SubnetRef

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


@precise
def dissolve(
    network: NetworkRef,
    subnet: SubnetRef,
    parameters: Parameters,
    regime: Regime = GATE_RANK_2026,
    holders: Mapping[str, Amount] | None = None,
) -> Dissolution:
    """Remove a subnet and pay its pot pro rata by alpha (§3.12).

    Alpha outside the pool belongs to the named holders, to the protocol, to root's baskets where
    these are staked, and for the rest to `OTHERS`; accrued root alpha that is only claimable gets
    nothing. The protocol's share is recycled.

    Args:
        network: loses the subnet, and the recycled TAO from its issuance.
        subnet: the one to dissolve.
        parameters: tells from which registration on the pool's alpha counts.
        regime: tells whether root's alpha is staked.
        holders: alpha of stakers to be named in the result [rao].

    Raises:
        ValueError: the named holders have more alpha than there is.
    """
    named = dict(holders or {})
    others = subnet.alpha_out - subnet.protocol_alpha - subnet.root_basket - sum(named.values())
    if others < 0:
        raise ValueError(f"subnet {subnet.netuid}: holders have {-others} alpha rao too many")
    stakers = {**named, OTHERS: others}
    if regime.basket_is_staked:
        stakers[ROOT] = subnet.root_basket
    since = parameters.tao_in_refund_block
    payouts, recycled = dissolve_payout(
        subnet.tao_in + subnet.tao_reservoir,
        list(stakers.values()),
        subnet.protocol_alpha,
        subnet.alpha_in,
        include_alpha_in=since is not None and subnet.registered_at > since,
    )
    network.subnets.remove(subnet)
    network.held_shares.pop(subnet.netuid, None)
    network.total_issuance -= recycled
    return Dissolution(subnet.netuid, dict(zip(stakers, payouts, strict=True)), recycled)


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
