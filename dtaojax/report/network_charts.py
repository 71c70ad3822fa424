"""Charts about the network: concentration, the gate, prices and pools."""

from __future__ import annotations

import math
from typing import Final

from dtaojax.report.bars import Row, bar_chart, range_chart
from dtaojax.report.charts import Chart, Group, chart, fan
from dtaojax.report.contract import Evidence, Subnet
from dtaojax.report.estimates import Estimate
from dtaojax.report.fan import OUTER
from dtaojax.report.numerals import percent

_EMISSION: Final = (
    ("emission_effective_number", "Effective number of subnets"),
    ("emission_nakamoto", "Nakamoto coefficient"),
    ("emission_top10_share", "Share of the ten largest"),
    ("emission_gini", "Gini coefficient"),
    ("starved_subnets", "Enabled subnets below the bar"),
    ("chain_buy_share", "Emission spent on chain buys"),
)
_POOLS: Final = (
    ("tao_in_effective_number", "Effective number of subnets"),
    ("tao_in_nakamoto", "Nakamoto coefficient"),
    ("tao_in_top10_share", "Share of the ten largest"),
    ("tao_in_gini", "Gini coefficient"),
    ("total_tao_in", "TAO in all pools"),
    ("sum_price", "Sum of alpha prices"),
)
_MAX_ROWS: Final = 20
_MAX_PRICES: Final = 12
_MAX_DEPTHS: Final = 6
_UNDECIDED: Final = 0.002
"""A subnet whose probability is nearer to 0 or 1 than this is not shown as close to the bar."""


def concentration(evidence: Evidence) -> list[Group]:
    """How concentrated TAO emission and the pools become."""
    groups = (
        Group(
            "TAO emission",
            "Fewer effective subnets, a lower Nakamoto coefficient, a higher top-10 share or Gini "
            "coefficient all mean more concentration.",
            _fans(evidence, _EMISSION, "blue"),
            legend="fan",
        ),
        Group(
            "TAO in pools",
            "The same measures for the TAO that stands in the pools, root left out.",
            _fans(evidence, _POOLS, "teal"),
            legend="fan",
        ),
    )
    return [group for group in groups if group.charts]


def gate(evidence: Evidence) -> list[Group]:
    """Where the emission goes, who falls below the bar and who is next to be pruned."""
    drawn = [part(evidence) for part in (_emission_ranges, _below_bar, _falling, _next_pruned)]
    charts = [chart for chart in drawn if chart is not None]
    lead = (
        "The gate multiplies a subnet's share by a factor that falls steeply below the bar, so "
        "that a subnet below it earns almost no TAO. When the network is full, each registration "
        "prunes the subnet with the lowest moving price."
    )
    return [Group("", lead, charts, wide=True)] if charts else []


def prices(evidence: Evidence) -> list[Group]:
    """Prices and pool depths of the portfolio's subnets and of the largest others."""
    chosen = sorted(
        (subnet for subnet in evidence.initial.values() if subnet.netuid != 0),
        key=lambda subnet: (subnet.position_alpha == 0.0, -subnet.tao_in, subnet.netuid),
    )[:_MAX_PRICES]
    held = any(subnet.position_alpha for subnet in chosen)
    which = "the portfolio's subnets and the deepest others" if held else "the deepest pools"
    groups = (
        Group(
            "Alpha prices [TAO/alpha]",
            f"Shown are {which}; a logarithmic scale where the band is wide. The table below "
            "has every subnet.",
            _subnet_fans(evidence, chosen, "price", "violet"),
            legend="fan",
        ),
        Group(
            "Pool depth [TAO]",
            "TAO in the pool: what sellers can be paid from.",
            _subnet_fans(evidence, chosen[:_MAX_DEPTHS], "tao_in", "teal"),
            legend="fan",
        ),
    )
    return [group for group in groups if group.charts]


def _fans(evidence: Evidence, wanted: tuple[tuple[str, str], ...], colour: str) -> list[Chart]:
    drawn = (fan(evidence, evidence.network, quantity, title, colour) for quantity, title in wanted)
    return [chart for chart in drawn if chart is not None]


def _subnet_fans(
    evidence: Evidence, subnets: list[Subnet], quantity: str, colour: str
) -> list[Chart]:
    found = []
    for subnet in subnets:
        title = evidence.label(subnet.netuid)
        drawn = fan(evidence, evidence.subnets, quantity, title, colour, subnet.netuid)
        if drawn is not None:
            found.append(drawn)
    return found


def _emission_ranges(evidence: Evidence) -> Chart | None:
    rows = []
    for subnet in evidence.initial.values():
        of_subnet = ("emission_share", evidence.horizon)
        mean = evidence.subnets.get(*of_subnet, netuid=subnet.netuid)
        low, high = (
            evidence.subnets.get(*of_subnet, "quantile", level, subnet.netuid) for level in OUTER
        )
        if mean and low and high:
            in_percent = [
                100.0 * share for share in (mean.value, low.value, high.value, subnet.gated_share)
            ]
            if all(map(math.isfinite, in_percent)):
                rows.append(Row(subnet.netuid, *in_percent))
    rows.sort(key=lambda row: (-max(row.value, row.start), row.netuid))
    rows = rows[:_MAX_ROWS]
    if not rows:
        return None
    return chart(
        evidence,
        "emission-shares",
        f"Share of TAO emission: now and on day {evidence.horizon:g}",
        f"The {len(rows)} subnets with the most emission. Open dot: now. Full dot and number: mean "
        f"on day {evidence.horizon:g}. Line: 90 % of paths.",
        range_chart(rows, "blue", "share of TAO emission", " %"),
        "; ".join(
            f"{evidence.label(row.netuid)}: {row.start:.1f} % now, "
            f"{row.value:.1f} % on average later"
            for row in rows
        ),
    )


def _probabilities(evidence: Evidence, quantity: str) -> dict[int, Estimate]:
    found = (
        (netuid, evidence.subnets.get(quantity, evidence.horizon, "probability", netuid=netuid))
        for netuid in evidence.initial
    )
    return {
        netuid: estimate for netuid, estimate in found if estimate and math.isfinite(estimate.value)
    }


def _probability_chart(
    evidence: Evidence, chosen: dict[int, Estimate], slug: str, title: str, words: str, colour: str
) -> Chart | None:
    if not chosen:
        return None
    ordered = sorted(chosen.items(), key=lambda item: (-item[1].value, item[0]))
    rows = [
        Row(netuid, 100.0 * found.value, 100.0 * found.ci_low, 100.0 * found.ci_high)
        for netuid, found in ordered
    ]
    return chart(
        evidence,
        slug,
        title,
        f"{words} Whiskers: 95 % Monte Carlo interval.",
        bar_chart(rows, colour, "probability", " %"),
        "; ".join(f"{evidence.label(netuid)}: {percent(found.value)}" for netuid, found in ordered),
    )


def _below_bar(evidence: Evidence) -> Chart | None:
    undecided = {
        netuid: found
        for netuid, found in _probabilities(evidence, "below_bar").items()
        if _can_earn(evidence, netuid) and _UNDECIDED < found.value < 1.0 - _UNDECIDED
    }
    nearest = sorted(undecided, key=lambda netuid: (abs(undecided[netuid].value - 0.5), netuid))
    chosen = {netuid: undecided[netuid] for netuid in nearest[:_MAX_ROWS]}
    return _probability_chart(
        evidence,
        chosen,
        "below-bar",
        f"Probability of standing below the bar on day {evidence.horizon:g}",
        f"The {len(chosen)} subnets with emission enabled whose fate is most open.",
        "orange",
    )


def _falling(evidence: Evidence) -> Chart | None:
    above_now = {
        netuid
        for netuid in evidence.initial
        if (now := evidence.subnets.get("below_bar", 0.0, "probability", netuid=netuid))
        and now.value == 0.0
        and _can_earn(evidence, netuid)
    }
    ever = _probabilities(evidence, "ever_below_bar")
    return _probability_chart(
        evidence,
        _likeliest({netuid: ever[netuid] for netuid in above_now & ever.keys()}),
        "ever-below-bar",
        f"Above the bar today: probability of falling below it by day {evidence.horizon:g}",
        "At any time until then, even if the subnet comes back; the likeliest first.",
        "orange",
    )


def _next_pruned(evidence: Evidence) -> Chart | None:
    return _probability_chart(
        evidence,
        _likeliest(_probabilities(evidence, "next_pruned")),
        "next-pruned",
        f"Probability of being the next to be pruned on day {evidence.horizon:g}",
        "The likeliest first; over all subnets the probabilities sum to at most 100 %.",
        "red",
    )


def _can_earn(evidence: Evidence, netuid: int) -> bool:
    subnet = evidence.initial[netuid]
    return subnet.emission_enabled and subnet.in_emit_set


def _likeliest(found: dict[int, Estimate]) -> dict[int, Estimate]:
    possible = [netuid for netuid, estimate in found.items() if estimate.value > 0.0]
    first = sorted(possible, key=lambda netuid: (-found[netuid].value, netuid))
    return {netuid: found[netuid] for netuid in first[:_MAX_ROWS]}
