"""The pools as pure functions of the reserves: prices, swaps, limits, injection (§3.2, §3.5).

x = alpha_in has weight w1 = 1 - w_tao, y = tao_in has weight w2 = w_tao; equal weights are the
constant product of S1 and S2 exactly. ``side`` is 'buy' (TAO in, alpha out) or 'sell'.
"""

from decimal import Decimal

from .fixed import U16_MAX, Amount, power, precise, ratio
from .state import HALF, SubnetRef

MIN_WEIGHT = Decimal("0.01")
"""MIN_WEIGHT of the balancer, for either weight (§5)."""


@precise
def spot_price(tao_in: Amount, alpha_in: Amount, w_tao: Decimal = HALF) -> Decimal:
    """Price p = (w1/w2)(y/x) in TAO per alpha, 0 if the pool holds no alpha (§3.2)."""
    if alpha_in == 0:
        return Decimal(0)
    return (1 - w_tao) / w_tao * ratio(tao_in, alpha_in)


def price_of(subnet: SubnetRef) -> Decimal:
    """Price of a subnet's pool in TAO per alpha."""
    return spot_price(subnet.tao_in, subnet.alpha_in, subnet.w_tao)


def exponent(side: str, w_tao: Decimal) -> Decimal:
    """w_in / w_out: w2/w1 for a buy, w1/w2 for a sell (§3.5 S3)."""
    w_alpha = 1 - w_tao
    return ratio(w_tao, w_alpha) if side == "buy" else ratio(w_alpha, w_tao)


@precise
def power_factor(side: str, w_tao: Decimal, reserve_in: Amount, delta_in: Amount) -> Decimal:
    """(r/(r+d))**(w_in/w_out), the part of the output reserve that stays (§3.5 S3)."""
    return power(ratio(reserve_in, reserve_in + delta_in), exponent(side, w_tao))


@precise
def swap_out(
    side: str, tao_in: Amount, alpha_in: Amount, w_tao: Decimal, net_in: Amount
) -> Decimal:
    """Output of a swap of `net_in`, fee already taken, before truncation (§3.5 S1, S3) [rao]."""
    reserve_in, reserve_out = (tao_in, alpha_in) if side == "buy" else (alpha_in, tao_in)
    if net_in == 0:
        return Decimal(0)
    return reserve_out * (1 - power_factor(side, w_tao, reserve_in, net_in))


@precise
def net_to_price(
    side: str, tao_in: Amount, alpha_in: Amount, w_tao: Decimal, target: Decimal
) -> Decimal:
    """Net input that moves the spot price to `target`, 0 if it lies on the wrong side [rao].

    Buy: y((p'/p)**w1 - 1); sell: x((p/p')**w2 - 1) (§3.5 S3). A pool without a price cannot be
    moved: 0.
    """
    price = spot_price(tao_in, alpha_in, w_tao)
    if price == 0:
        return Decimal(0)
    if side == "buy":
        needed = tao_in * (power(target / price, 1 - w_tao) - 1)
    else:
        needed = alpha_in * (power(price / target, w_tao) - 1)
    return max(needed, Decimal(0))


@precise
def fee_on_offer(amount: Amount, fee_rate_u16: int) -> Decimal:
    """Fee of an offer that is used whole: amount f/65535 (§3.5 S3), before truncation."""
    return ratio(amount * fee_rate_u16, U16_MAX)


@precise
def fee_on_net(net: Amount, fee_rate_u16: int) -> Decimal:
    """Fee on a net amount cut by the limit: d f/(65535 - f) (§3.5 S3), before truncation."""
    return ratio(net * fee_rate_u16, U16_MAX - fee_rate_u16)


@precise
def alpha_for_exact_tao(
    tao_in: Amount, alpha_in: Amount, w_tao: Decimal, tao_out: Amount
) -> Decimal:
    """Alpha to sell for exactly `tao_out`: x((y/(y-dy))**(w2/w1) - 1) (§3.5 S3)."""
    return alpha_in * (power(ratio(tao_in, tao_in - tao_out), exponent("buy", w_tao)) - 1)


@precise
def price_holding_weight(
    tao_in: Amount, alpha_in: Amount, w_tao: Decimal, tao_delta: Amount, alpha_delta: Amount
) -> Decimal:
    """TAO weight after an injection that leaves the price where it is (§3.5 S3).

    w2' = (y + dy) / (p(x + dx) + y + dy). A pool without a price (an empty side) has nothing to
    hold: its weights are reset to one half.
    """
    price = spot_price(tao_in, alpha_in, w_tao)
    if price == 0:
        return HALF
    tao_after = tao_in + tao_delta
    return tao_after / (price * (alpha_in + alpha_delta) + tao_after)


@precise
def active_injection(
    tao_in: Amount, alpha_in: Amount, w_tao: Decimal, tao_pending: Amount, alpha_pending: Amount
) -> tuple[Amount, Amount, Decimal]:
    """What of the pending amounts can enter the pool now, and the weight that results (§3.5 S3).

    Both tokens if the weights stay within [0.01, 0.99]; else alpha alone; else TAO alone; else
    none.

    Returns:
        TAO to add, alpha to add [rao], and the TAO weight after it.
    """
    for tao, alpha in (
        (tao_pending, alpha_pending),
        (0, alpha_pending),
        (tao_pending, 0),
    ):
        weight = price_holding_weight(tao_in, alpha_in, w_tao, tao, alpha)
        if MIN_WEIGHT <= weight <= 1 - MIN_WEIGHT:
            return tao, alpha, weight
    return 0, 0, w_tao


@precise
def initial_weight(tao_in: Amount, alpha_in: Amount, target: Decimal | None) -> Decimal:
    """TAO weight that starts a pool at price `target`: y/(px + y); one half without (BAL-10)."""
    return HALF if target is None else tao_in / (target * alpha_in + tao_in)
