"""Cases of emission: curve, averages, shares, gate, terms (§3.1, §3.3, §3.6, §3.7, §8.2)."""

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from .values import (
    COUNTS,
    MOST,
    TAO,
    Cases,
    Fuzz,
    amount,
    case,
    decimals,
    dust,
    flag,
    fraction,
    joined,
    lists,
    maybe_price,
    price,
    tables,
    weight,
    whole,
)

SUPPLY = 21 * 10**6 * TAO
THRESHOLDS = [SUPPLY - SUPPLY // 2**n for n in range(1, 10)] + [SUPPLY]

offsets = st.sampled_from([-TAO, -1_000, -2, -1, 0, 1, 2, 1_000, TAO])
issuance = st.one_of(
    st.tuples(st.sampled_from(THRESHOLDS), offsets).map(sum), st.integers(0, 22 * 10**15)
)
average = st.one_of(st.sampled_from([0.0, 1.0]), decimals(0.0, 0.2, 6), decimals(0.0, 1.0, 3))
rate = st.sampled_from([0.0, 3e-06, 0.0003, 0.1, 1.0])
halving = st.sampled_from([0, 100_800, 201_600])
age = st.one_of(st.integers(0, 100), st.integers(1, 5_000_000))
signed = st.one_of(st.just(0), dust, dust.map(lambda rao: -rao))
netted = st.one_of(st.just(0), st.sampled_from([100, 200, -100]), st.integers(-(10**6), 10**6))
"""Flows of like size: the difference of larger ones has few digits left in float64."""
exponent = st.sampled_from([1, 0.5, 1.5, 2])
cutoff = st.one_of(st.just(0), st.sampled_from([-(10**12), -1_000, 1_000, 10**12]))
emission = st.one_of(st.sampled_from([TAO // 2**n for n in range(5)]), whole(1, TAO))
burned = st.one_of(st.sampled_from([0.0, 1.0, 1.25]), decimals(0.0, 1.0, 4))


def shares(counts: tuple[int, ...] = COUNTS) -> SearchStrategy[list[float]]:
    """Shares that add up to 1, with zeros and ties, or are all 0."""
    weights = lists(st.one_of(st.just(0), st.integers(0, 10**6)), counts)
    return weights.map(lambda w: [x / sum(w) for x in w] if any(w) else [0.0] * len(w))


bars = case(
    bar_rule=st.sampled_from(["rank", "q_mass"]),
    bar_rank=st.sampled_from([1, 2, 5, 32]),
    bar_quantile=st.one_of(decimals(0.01, 0.99, 2), decimals(0.01, 0.99, 4)),
)
hill = st.sampled_from([1, 3, 8])
gates = st.one_of(
    joined(bars, case(theta=st.none(), exponent=hill)),
    case(
        bar_rule=st.just("fixed"),
        bar_rank=st.just(0),
        bar_quantile=st.just(0.61),
        theta=decimals(0.0001, 1.0, 4),
        exponent=hill,
    ),
)


def has_no_tie(flows: dict) -> bool:
    """Whether no net flow is 0 by a division: truncation decides on the sign of such a one."""
    user, protocol = flows["user_flow_ema"], flows["protocol_flow_ema"]
    inflow, support = (sum(f for f in column if f > 0) for column in (user, protocol))
    pairs = zip(user, protocol, strict=True)
    return inflow >= support or all(u * support != p * inflow for u, p in pairs if p > 0)


def masks() -> Cases:
    """Shares and switches, all on among them."""
    return shares().flatmap(
        lambda s: case(
            shares=st.just(s),
            emission_enabled=st.one_of(
                st.just([True] * len(s)), st.lists(flag, min_size=len(s), max_size=len(s))
            ),
            block_emission=emission,
        )
    )


def cadences() -> Cases:
    """Blocks around refreshes."""
    interval = 360
    blocks = st.lists(
        st.integers(0, 3)
        .map(lambda k: k * interval)
        .flatmap(lambda b: st.sampled_from([b, b + 1, b + 179, b + 359])),
        min_size=3,
        max_size=3,
    )
    return joined(
        bars,
        case(
            blocks=blocks,
            shares=st.lists(shares((7,)), min_size=3, max_size=3),
            interval=st.just(interval),
            theta_initial=st.sampled_from([0, 0.05]),
        ),
    )


def networks(**more: SearchStrategy) -> Cases:
    """Emit sets with prices, burns and switches."""
    tables_ = tables(
        moving_price=average,
        miner_burned=burned,
        emission_enabled=flag,
        in_emit_set=flag,
        **more,
    )
    numbered = tables_.map(lambda t: t | {"netuid": list(range(1, len(t["moving_price"]) + 1))})
    return joined(numbered, gates)


def some_reported() -> Cases:
    return networks().map(lambda c: c | {"report_netuid": c["netuid"][::2]})


def blocks_r8() -> Cases:
    """Whole networks; pools that are empty on one side among them."""
    reserves = {name: st.one_of(st.just(0), amount) for name in ("tao_in", "alpha_in")}
    world = case(root_tao=dust, tao_weight=fraction, block_emission=emission)
    return joined(networks(**reserves, alpha_out=dust, w_tao=weight), world)


def terms() -> Cases:
    """Terms of every rule, with prices that meet the cap or the share exactly."""
    rules = st.sampled_from(["r1", "r3", "r3b", "r4a", "r4c", "r6"])

    def at_share(rule: str, total: int, percent: int, alpha: int, rho: float) -> dict:
        return {
            "rule": rule,
            "price": percent / 100,
            "tao_emission": total * percent // 100,
            "tao_block_emission": total,
            "alpha_emission": alpha,
            "root_prop": rho,
        }

    free = case(
        rule=rules,
        price=maybe_price,
        tao_emission=whole(0, TAO),
        tao_block_emission=emission,
        alpha_emission=st.one_of(st.just(0), emission),
        root_prop=fraction,
    )
    totals = st.sampled_from([TAO, TAO // 2, TAO // 10])
    tied = st.builds(at_share, rules, totals, st.integers(1, 100), st.just(TAO), st.just(1))
    return st.one_of(free, tied)


def prelaunches() -> Cases:
    """Testnets with sums of prices on both sides of 1, and exactly 1."""
    free = tables(tao_in=dust, alpha_in=st.one_of(st.just(0), whole(1, MOST)))
    ones = st.sampled_from([2, 3, 7]).map(
        lambda n: {"tao_in": [10**6] * n, "alpha_in": [10**6 * n] * n}
    )
    return joined(st.one_of(free, ones), case(block_emission=emission))


EMISSION_CASES: dict[str, Fuzz] = {
    "block_emission": Fuzz(case(issuance=issuance), rel=1e-12),
    "moving_price_update": Fuzz(
        case(
            moving_price=average,
            spot_price=maybe_price,
            moving_alpha=rate,
            halving_blocks=halving,
            age_blocks=age,
            updates=st.sampled_from([0, 1, 2, 6, 25]),
        ),
        rel=1e-12,
    ),
    "moving_price_path": Fuzz(
        case(
            spot_price=price,
            blocks=st.sampled_from([0, 1, 2, 30, 60]),
            moving_alpha_bits=st.sampled_from([12_885, 1_288_490, 2**31, 2**32]),
            halving_blocks=halving,
            floor=flag,
        ),
        abs=2.0**-32,
    ),
    "flow_ema": Fuzz(
        case(
            smoothing_factor=st.sampled_from([0, 29_597_889_189_277, 2**62, 2**63 - 1]),
            ema_before=signed,
            block_flow=signed,
        ),
        abs=1e-6,
    ),
    "flow_shares": Fuzz(case(ema_flows=lists(signed), cutoff=cutoff, exponent=exponent), abs=1e-12),
    "net_flow_shares": Fuzz(
        joined(
            tables(user_flow_ema=netted, protocol_flow_ema=netted).filter(has_no_tie),
            case(cutoff=cutoff, exponent=exponent),
        ),
        abs=1e-9,
    ),
    "price_shares": Fuzz(
        joined(
            tables(moving_price=average, miner_burned=burned, root_prop=fraction),
            case(rule=st.sampled_from(["price", "price_burn", "price_rootprop_burn"])),
        ),
        abs=1e-14,
    ),
    "emission_mask": Fuzz(masks(), abs=1e-3),
    "gate": Fuzz(joined(case(shares=shares()), gates), abs=1e-14),
    "gate_bar_cadence": Fuzz(cadences(), abs=1e-14),
    "network_tao_shares": Fuzz(some_reported(), abs=1e-12),
    "network_block_r8": Fuzz(blocks_r8(), abs=0.01),
    "injection_terms": Fuzz(terms(), abs=1e-3),
    "prelaunch_emission": Fuzz(prelaunches(), abs=1e-3),
}
