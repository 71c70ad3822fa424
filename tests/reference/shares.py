"""From state to emission shares: weight rules, Hill gate and enabled mask (§3.6).

Every rule returns one share a subnet of the emit set, in its order, that sum to one or are all 0.
"""

from collections.abc import Sequence
from decimal import Decimal

from .fixed import Amount, precise, ratio

FLOW_DENOMINATOR = 2**63 - 1


@precise
def normalised(weights: Sequence[Decimal]) -> list[Decimal]:
    """Weights over their sum; all 0 if the sum is 0."""
    total = sum(weights, Decimal(0))
    if total == 0:
        return [Decimal(0)] * len(weights)
    return [weight / total for weight in weights]


@precise
def price_shares(moving_price: Sequence[Decimal]) -> list[Decimal]:
    """E-price: s = m / sum m (§3.6)."""
    return normalised(moving_price)


@precise
def discounted_price_shares(
    moving_price: Sequence[Decimal], factors: Sequence[Decimal]
) -> list[Decimal]:
    """E-burn and E-R6: s ~ m times a factor in [0, 1]; E-price if every weight is 0 (§3.6)."""
    weights = [m * f for m, f in zip(moving_price, factors, strict=True)]
    return normalised(weights) if any(weights) else price_shares(moving_price)


def unburned(miner_burned: Decimal) -> Decimal:
    """1 - min(MinerBurned, 1): the part of the miners' incentive that was paid (§3.6 E-burn)."""
    return 1 - min(miner_burned, Decimal(1))


@precise
def flow_ema(ema: Decimal, flow: Amount, smoothing: int) -> Decimal:
    """S <- (1 - a)S + aF with a = smoothing/(2**63 - 1) (§3.6 E-flow, step 2)."""
    rate = ratio(smoothing, FLOW_DENOMINATOR)
    return (1 - rate) * ema + rate * flow


@precise
def flow_shares(flows: Sequence[Decimal], cutoff: Amount, exponent: Decimal) -> list[Decimal]:
    """E-flow steps 3-5: z = max(S - L, 0), L = max(cutoff, min(0, min S)); s ~ z**q (§3.6)."""
    if not flows:
        return []
    lowest = max(Decimal(cutoff), min(Decimal(0), *flows))
    excess = [max(Decimal(flow) - lowest, Decimal(0)) for flow in flows]
    top = max(excess)
    if top == 0:
        return [Decimal(0)] * len(flows)
    return normalised([(z / top) ** exponent if z else Decimal(0) for z in excess])


@precise
def net_flow_factor(user: Sequence[Decimal], protocol: Sequence[Decimal]) -> Decimal:
    """k = min(1, sum max(U,0) / sum max(P,0)), 0 if the denominator is 0 (§3.6 E-netflow)."""
    paid = sum((max(p, Decimal(0)) for p in protocol), Decimal(0))
    if paid == 0:
        return Decimal(0)
    return min(Decimal(1), sum((max(u, Decimal(0)) for u in user), Decimal(0)) / paid)


@precise
def net_flows(user: Sequence[Decimal], protocol: Sequence[Decimal]) -> list[Decimal]:
    """S = U - (kP if P > 0 else P) (§3.6 E-netflow).

    As P(U/P - k), which is 0 and no remainder of rounding where one subnet alone makes up both
    sums of k.
    """
    k = net_flow_factor(user, protocol)
    return [p * (ratio(u, p) - k) if p > 0 else u - p for u, p in zip(user, protocol, strict=True)]


@precise
def rank_bar(shares: Sequence[Decimal], rank: int) -> Decimal:
    """The rank-th largest positive share; the smallest if there are fewer, 0 if none (§3.6 G)."""
    positive = sorted((s for s in shares if s > 0), reverse=True)
    return positive[min(rank, len(positive)) - 1] if positive else Decimal(0)


@precise
def mass_bar(shares: Sequence[Decimal], quantile: Decimal) -> Decimal:
    """The share at which the descending cumulative sum first reaches the quantile (§3.6 G)."""
    cumulative, bar = Decimal(0), Decimal(0)
    for share in sorted((s for s in shares if s > 0), reverse=True):
        cumulative, bar = cumulative + share, share
        if cumulative >= quantile:
            break
    return bar


@precise
def hill_gate(shares: Sequence[Decimal], bar: Decimal, exponent: Decimal) -> list[Decimal]:
    """s g / sum s g, g = s**h/(s**h + bar**h); the ungated shares if nothing is left (§3.6 G)."""
    gated = [
        s * s**exponent / (s**exponent + bar**exponent) if s > 0 else Decimal(0) for s in shares
    ]
    return normalised(gated) if any(gated) else list(shares)


@precise
def masked(shares: Sequence[Decimal], enabled: Sequence[bool]) -> list[Decimal]:
    """Shares of enabled subnets over their own sum, 0 elsewhere (§3.6 M)."""
    if all(enabled):
        return list(shares)
    return normalised([s if on else Decimal(0) for s, on in zip(shares, enabled, strict=True)])
