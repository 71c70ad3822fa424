"""Cases of pools and orders (§3.2, §3.5)."""

from hypothesis import strategies as st

from .values import (
    TAO,
    Cases,
    Fuzz,
    amount,
    case,
    decimals,
    dust,
    fee_u16,
    joined,
    maybe_price,
    price,
    reserve,
    side,
    weight,
    whole,
)

pool = case(tao_in=reserve, alpha_in=reserve, w_tao=weight)
small_pool = case(tao_in=amount, alpha_in=amount, w_tao=weight)


def deep_pools(least: int) -> Cases:
    """Pools whose sides are within a factor of a thousand of each other."""
    return st.builds(
        lambda alpha, factor, w: {"tao_in": max(1, int(alpha * factor)), "alpha_in": alpha} | w,
        whole(least),
        st.one_of(decimals(0.001, 1.0, 3), decimals(1.0, 1000.0, 0)),
        case(w_tao=weight),
    )


def swaps(pools: Cases) -> Cases:
    return joined(pools, case(side=side, amount_in=dust, fee_rate_u16=fee_u16))


def moves_the_price(swap: dict) -> bool:
    """Whether something is left of the input after its fee."""
    return swap["amount_in"] * (65_535 - swap["fee_rate_u16"]) >= 65_535


def exact_outs() -> Cases:
    """TAO out up to nearly all that a pool has."""
    parts = st.one_of(decimals(0.0, 0.999, 3), decimals(0.0, 1e-6, 9))
    return st.builds(lambda p, part: p | {"tao_out": int(p["tao_in"] * part)}, pool, parts)


def launch_guards() -> Cases:
    """Swaps that leave about the minimum, to the rao: j times the minimum, j times the input."""

    def of(which: str, least: int, times: int, depth: int, off: int, fee: int) -> dict:
        paying, paid = ("tao_in", "alpha_in") if which == "buy" else ("alpha_in", "tao_in")
        swapped = (times - 1) * depth + off
        return {
            "side": which,
            paying: depth,
            paid: times * least,
            "amount_in": swapped + (fee if which == "buy" else 0),
            "staking_fee": fee,
            "min_pool_liquidity": least,
        }

    return st.builds(
        of,
        side,
        st.sampled_from([10**7, 10**6 + 7]),
        st.integers(2, 30),
        st.integers(10**7, 10**8),
        st.sampled_from([-(10**6), -100, 0, 100, 10**6]),
        st.sampled_from([0, 50_000]),
    )


def input_caps() -> Cases:
    """Inputs about a thousand times the reserve, to the rao."""
    return st.builds(
        lambda which, r, other, off: {
            "side": which,
            "tao_in": r if which == "buy" else other,
            "alpha_in": other if which == "buy" else r,
            "net_in": 1_000 * r + off,
        },
        side,
        amount,
        amount,
        st.sampled_from([-1_000, -1, 0, 1, 1_000]),
    )


def injections() -> Cases:
    """Up to a thousand times the reserves; into an empty alpha reserve too."""
    grown = st.one_of(st.just(0.0), decimals(0.0, 2.0, 6), decimals(2.0, 1000.0, 1))
    ordinary = st.builds(
        lambda p, dy, dx: (
            p | {"tao_delta": int(p["tao_in"] * dy), "alpha_delta": int(p["alpha_in"] * dx)}
        ),
        deep_pools(1_000),
        grown,
        grown,
    )
    empty = case(
        tao_in=amount, alpha_in=st.just(0), w_tao=weight, tao_delta=dust, alpha_delta=amount
    )
    return st.one_of(ordinary, empty)


def reservoirs() -> Cases:
    """What waits and what is new, in any proportion, and exactly at the bounds of the weights."""
    anything = joined(
        small_pool,
        case(tao_reservoir=dust, alpha_reservoir=dust, tao_delta=dust, alpha_delta=dust),
    )
    near = st.builds(
        lambda p, parts: (
            p
            | {
                name: int(p[name[:-6] + "_in"] * part) if name.endswith("_delta") else waiting
                for (name, waiting), part in zip(
                    {"tao_delta": 0, "alpha_delta": 0}.items(), parts, strict=True
                )
            }
            | {"tao_reservoir": 0, "alpha_reservoir": 0}
        ),
        deep_pools(1_000),
        st.tuples(decimals(0.0, 100.0, 2), decimals(0.0, 100.0, 2)),
    )
    bound = st.builds(
        lambda r, tao_side, split: {
            "tao_in": r,
            "alpha_in": r,
            "w_tao": 0.5,
            "tao_reservoir": 98 * r - 49 * split if tao_side else 0,
            "alpha_reservoir": 0 if tao_side else 98 * r - 49 * split,
            "tao_delta": 49 * split if tao_side else 0,
            "alpha_delta": 0 if tao_side else 49 * split,
        },
        amount,
        st.booleans(),
        st.integers(0, 1),
    )
    return st.one_of(anything, near, bound)


def initials() -> Cases:
    """Pools with a target about their price."""
    pools = deep_pools(1).map(lambda p: {k: v for k, v in p.items() if k != "w_tao"})
    return joined(pools, case(target_price=st.one_of(st.none(), price)))


def limit_fills() -> Cases:
    """Orders of some size, with limits on either side of the price."""
    pools = deep_pools(TAO)

    def of(p: dict, which: str, relative: float, offered: int, fees: tuple) -> dict:
        rule, rate, flat = fees
        spot = (1 - p["w_tao"]) / p["w_tao"] * p["tao_in"] / p["alpha_in"]
        return p | {
            "rule": rule,
            "side": which,
            "limit_price": round(spot * relative, 9),
            "amount_offered": offered,
            "fee_rate_u16": rate,
            "staking_fee": flat,
        }

    return st.builds(
        of,
        pools,
        side,
        st.one_of(decimals(0.01, 1.0, 2), decimals(1.0, 50.0, 2)),
        whole(10**6),
        st.sampled_from([("marginal", 33, 0), ("marginal", 0, 0), ("average", 0, 50_000)]),
    ).filter(lambda c: c["limit_price"] > 0 and (c["rule"] == "marginal" or c["w_tao"] == 0.5))


POOL_CASES: dict[str, Fuzz] = {
    "spot_price": Fuzz(case(tao_in=dust, alpha_in=dust, w_tao=weight), rel=1e-13),
    "swap": Fuzz(swaps(case(tao_in=dust, alpha_in=dust, w_tao=weight)), abs=2.0),
    "swap_impact": Fuzz(swaps(pool).filter(moves_the_price)),
    "swap_power_factor": Fuzz(
        case(side=side, w_tao=weight, reserve_in=amount, delta_in=dust), abs=1e-14
    ),
    "amount_to_price": Fuzz(
        joined(
            case(tao_in=dust, alpha_in=dust, w_tao=weight),
            case(side=side, target_price=price, fee_rate_u16=fee_u16),
        ),
        abs=2.0,
    ),
    "tao_out_exact": Fuzz(exact_outs(), abs=1.0),
    "launch_pool_guard": Fuzz(launch_guards()),
    "swap_input_cap": Fuzz(input_caps()),
    "injection_weights": Fuzz(injections()),
    "initial_weights": Fuzz(initials()),
    "reservoir_injection": Fuzz(reservoirs(), abs=0.5),
    "limit_fill": Fuzz(limit_fills(), rel=1e-6, abs=2_000.0),
    "max_amount_average_price": Fuzz(
        case(side=side, tao_in=dust, alpha_in=dust, limit_price=maybe_price), abs=1.0
    ),
}
