"""Weight rules and gates as they act on the network, one function a rule (§3.6, §8)."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from .fixed import precise, ratio
from .pool import spot_price
from .shares import (
    discounted_price_shares,
    flow_ema,
    flow_shares,
    hill_gate,
    masked,
    mass_bar,
    net_flows,
    normalised,
    price_shares,
    rank_bar,
    unburned,
)
from .state import NetworkRef, Parameters, SubnetRef
from .terms import root_proportion

Members = Sequence[SubnetRef]
WeightRule = Callable[[NetworkRef, Members, Parameters], list[Decimal]]
GateRule = Callable[[NetworkRef, Sequence[Decimal], Parameters], list[Decimal]]
MaskRule = Callable[[Members, Sequence[Decimal]], list[Decimal]]


def by_moving_price(network: NetworkRef, members: Members, parameters: Parameters) -> list[Decimal]:
    """E-price, R1-R3."""
    return price_shares([subnet.moving_price for subnet in members])


def by_unburned_price(
    network: NetworkRef, members: Members, parameters: Parameters
) -> list[Decimal]:
    """E-burn, since R6b."""
    return discounted_price_shares(
        [subnet.moving_price for subnet in members],
        [unburned(subnet.miner_burned) for subnet in members],
    )


@precise
def by_conviction(network: NetworkRef, members: Members, parameters: Parameters) -> list[Decimal]:
    """Proposed: E-burn times 1 + boost C, C the part of all alpha that people hold (§8.5)."""
    held = [s.held_alpha for s in members]
    part = [
        ratio(h, s.alpha_issuance) if s.alpha_issuance else Decimal(0)
        for h, s in zip(held, members, strict=True)
    ]
    weights = [
        s.moving_price * unburned(s.miner_burned) * (1 + parameters.conviction_boost * c)
        for s, c in zip(members, part, strict=True)
    ]
    return normalised(weights) if any(weights) else by_moving_price(network, members, parameters)


def root_prop_of(subnet: SubnetRef, network: NetworkRef, parameters: Parameters) -> Decimal:
    """The RootProp snapshot of the previous block; of the present state if none was taken."""
    if subnet.root_prop is not None:
        return subnet.root_prop
    return root_proportion(network.root_tao, parameters.tao_weight, subnet.alpha_issuance)


@precise
def by_unburned_price_and_root(
    network: NetworkRef, members: Members, parameters: Parameters
) -> list[Decimal]:
    """E-R6: moving price times RootProp of the previous block times what was not burned."""
    return discounted_price_shares(
        [subnet.moving_price for subnet in members],
        [
            root_prop_of(subnet, network, parameters) * unburned(subnet.miner_burned)
            for subnet in members
        ],
    )


def drain_user_flow(subnet: SubnetRef, parameters: Parameters) -> Decimal:
    """Step the user-flow EMA with the accumulated flow and empty the accumulator (§3.6, 2)."""
    subnet.user_flow_ema = flow_ema(
        subnet.user_flow_ema, subnet.user_flow, parameters.flow_smoothing
    )
    subnet.user_flow = 0
    return subnet.user_flow_ema


def drain_protocol_flow(subnet: SubnetRef, parameters: Parameters) -> Decimal:
    """The same for the protocol's flow (R5)."""
    subnet.protocol_flow_ema = flow_ema(
        subnet.protocol_flow_ema, subnet.protocol_flow, parameters.flow_smoothing
    )
    subnet.protocol_flow = 0
    return subnet.protocol_flow_ema


def by_user_flow(network: NetworkRef, members: Members, parameters: Parameters) -> list[Decimal]:
    """E-flow, R4."""
    flows = [drain_user_flow(subnet, parameters) for subnet in members]
    return flow_shares(flows, parameters.flow_cutoff, parameters.flow_exponent)


def by_net_flow(network: NetworkRef, members: Members, parameters: Parameters) -> list[Decimal]:
    """E-netflow, R5."""
    user = [drain_user_flow(subnet, parameters) for subnet in members]
    protocol = [drain_protocol_flow(subnet, parameters) for subnet in members]
    return flow_shares(net_flows(user, protocol), parameters.flow_cutoff, parameters.flow_exponent)


def by_tao_reserve(network: NetworkRef, members: Members, parameters: Parameters) -> list[Decimal]:
    """Testnet of December 2024: y / sum y (§8.2)."""
    return normalised([Decimal(subnet.tao_in) for subnet in members])


def by_daily_spot_price(
    network: NetworkRef, members: Members, parameters: Parameters
) -> list[Decimal]:
    """The article: share of spot prices, taken once a day (§8.1).

    A subnet that arrives during the day waits for the next one.
    """
    if network.block % parameters.day_blocks == 0 or not network.held_shares:
        prices = [spot_price(s.tao_in, s.alpha_in, s.w_tao) for s in members]
        held = normalised(prices)
        network.held_shares = {s.netuid: h for s, h in zip(members, held, strict=True)}
    return [network.held_shares.get(subnet.netuid, Decimal(0)) for subnet in members]


@precise
def by_root_votes(network: NetworkRef, members: Members, parameters: Parameters) -> list[Decimal]:
    """Before dTAO: root validators' normalised weights, averaged by stake (§8.1)."""
    totals = [Decimal(0)] * len(members)
    for validator in network.root_validators:
        weights = normalised([validator.weights.get(s.netuid, Decimal(0)) for s in members])
        totals = [t + validator.stake * w for t, w in zip(totals, weights, strict=True)]
    return normalised(totals)


def no_gate(
    network: NetworkRef, shares: Sequence[Decimal], parameters: Parameters
) -> list[Decimal]:
    """Regimes before R7."""
    return list(shares)


def bar_is_due(network: NetworkRef, parameters: Parameters) -> bool:
    """The bar moves every 360 blocks, and whenever it is unset (§3.6 G)."""
    return network.block % parameters.bar_interval == 0 or network.gate_bar == 0


def rank_gate(
    network: NetworkRef, shares: Sequence[Decimal], parameters: Parameters
) -> list[Decimal]:
    """R8: Hill gate whose bar is the share of a rank."""
    if bar_is_due(network, parameters):
        network.gate_bar = rank_bar(shares, parameters.bar_rank)
    return hill_gate(shares, network.gate_bar, parameters.gate_exponent)


def mass_gate(
    network: NetworkRef, shares: Sequence[Decimal], parameters: Parameters
) -> list[Decimal]:
    """R7: Hill gate whose bar is where a mass of shares is reached."""
    if bar_is_due(network, parameters):
        network.gate_bar = mass_bar(shares, parameters.bar_quantile)
    return hill_gate(shares, network.gate_bar, parameters.gate_exponent)


@precise
def tier_gate(
    network: NetworkRef, shares: Sequence[Decimal], parameters: Parameters
) -> list[Decimal]:
    """Proposed (#3010): a tier of ranks divides its part in proportion; ties by netuid (§8.5)."""
    order = sorted((i for i, s in enumerate(shares) if s > 0), key=lambda i: (-shares[i], i))
    given, first = [Decimal(0)] * len(shares), 0
    for last, part in zip(parameters.tier_last_ranks, parameters.tier_parts, strict=True):
        tier = order[first:last]
        for i, share in zip(tier, normalised([shares[i] for i in tier]), strict=True):
            given[i] = part * share
        first = last
    last = parameters.tier_last_ranks[-1]
    network.gate_bar = shares[order[last - 1]] if len(order) >= last else Decimal(0)
    return normalised(given)


def no_mask(members: Members, shares: Sequence[Decimal]) -> list[Decimal]:
    """Regimes before R5 have no switch."""
    return list(shares)


def enabled_mask(members: Members, shares: Sequence[Decimal]) -> list[Decimal]:
    """R5 and later: disabled subnets get no TAO (§3.6 M)."""
    return masked(shares, [subnet.emission_enabled for subnet in members])
