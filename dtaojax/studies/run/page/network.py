"""Charts about the network: concentration, the gate, prices and pools."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from dtaojax.report.charts.bars import BarRow, bar_chart, range_chart
from dtaojax.report.charts.chart import Group, chart, fan
from dtaojax.report.charts.timeline import OUTER
from dtaojax.report.document import Drawing
from dtaojax.report.glossary import title_of
from dtaojax.report.numerals import probability, with_error
from dtaojax.results.estimates import StoredEstimate
from dtaojax.results.read import Evidence, Subnet
from dtaojax.studies.run.page.fates import (
    above_now,
    can_earn,
    fallen,
    fates_of,
    likeliest,
    probabilities,
)

_EMISSION: Final = (
    "emission_effective_number",
    "emission_nakamoto",
    "emission_top10_share",
    "emission_gini",
    "emission_hhi",
    "starved_subnets",
)
_POOLS: Final = (
    "tao_in_effective_number",
    "tao_in_nakamoto",
    "tao_in_top10_share",
    "tao_in_gini",
    "tao_in_hhi",
)
_TOTALS: Final = ("sum_price", "total_tao_in", "chain_buy_share")
_MOVING: Final = ("emission_turnover", "emission_on_sale")
_TURNOVER: Final = ("deregistrations", "lock_cost")
_MAX_ROWS: Final = 20
_MAX_PRICES: Final = 12
_MAX_DEPTHS: Final = 6
_UNDECIDED: Final = 0.002
"""A subnet whose probability is nearer to 0 or 1 than this is not shown as close to the bar."""


def concentration(evidence: Evidence) -> list[Group]:
    """Draw how concentrated TAO emission and the pools become."""
    groups = (
        Group(
            "TAO emission",
            "Fewer effective subnets, a lower Nakamoto coefficient (the fewest subnets that take "
            "more than half), a higher share of the ten largest, Gini coefficient or HHI all mean "
            "more concentration.",
            _fans(evidence, _EMISSION, "blue"),
            legend="fan",
        ),
        Group(
            "Churn and selling",
            "How much of the emission has moved to other subnets since the start, and how much "
            "alpha its receivers put on sale, in parts of the TAO emission.",
            _fans(evidence, _MOVING, "orange"),
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
    """Draw where the emission goes, who falls below the bar and who is next to be pruned."""
    parts = (_emission_ranges, _above_bar, _falling, _deregistered, _next_pruned)
    drawn = [part(evidence) for part in parts]
    charts = [chart for chart in drawn if chart is not None]
    lead = (
        "The gate multiplies a subnet's share by a factor that is one half at the bar and falls "
        "steeply below it, so that a subnet far below earns almost no TAO. When the network is "
        "full, each registration prunes (deregisters) the subnet with the lowest moving price of "
        "those past their immunity."
    )
    groups = [
        Group("", lead, charts, wide=True),
        Group(
            "Registrations",
            "How many subnets have had to go, and what a new one costs.",
            _fans(evidence, _TURNOVER, "red"),
            legend="fan",
        ),
    ]
    return [group for group in groups if group.charts]


def prices(evidence: Evidence) -> list[Group]:
    """Draw prices and pool depths of the portfolio's subnets and of the largest others."""
    chosen = sorted(
        (subnet for subnet in evidence.initial.values() if subnet.netuid != 0),
        key=lambda subnet: (subnet.position_alpha == 0.0, -subnet.tao_in, subnet.netuid),
    )[:_MAX_PRICES]
    held = any(subnet.position_alpha for subnet in chosen)
    which = "the portfolio's subnets and the deepest others" if held else "the deepest pools"
    groups = (
        Group("All subnets together", "", _fans(evidence, _TOTALS, "violet"), legend="fan"),
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


def _fans(evidence: Evidence, quantities: Sequence[str], colour: str) -> list[Drawing]:
    drawn = (
        fan(evidence, evidence.network, quantity, title_of(quantity), colour)
        for quantity in quantities
    )
    return [chart for chart in drawn if chart is not None]


def _subnet_fans(
    evidence: Evidence, subnets: list[Subnet], quantity: str, colour: str
) -> list[Drawing]:
    found = []
    for subnet in subnets:
        title = evidence.label(subnet.netuid)
        drawn = fan(evidence, evidence.subnets, quantity, title, colour, subnet.netuid)
        if drawn is not None:
            found.append(drawn)
    return found


def _emission_ranges(evidence: Evidence) -> Drawing | None:
    rows = []
    for subnet in evidence.initial.values():
        of_subnet = ("emission_share", evidence.horizon)
        mean = evidence.subnets.get(*of_subnet, netuid=subnet.netuid)
        low, high = (
            evidence.subnets.get(*of_subnet, "quantile", level, subnet.netuid) for level in OUTER
        )
        if mean and low and high:
            now = 100.0 * subnet.gated_share
            value, least, most = (100.0 * each.value for each in (mean, low, high))
            if all(map(math.isfinite, (now, value, least, most))):
                text, _ = with_error(value, 100.0 * mean.standard_error, digits=3)
                rows.append(BarRow(subnet.netuid, value, least, most, f"{text} %", now))
    # By the larger of both days, so that neither those that fall nor those that rise are missed.
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
            f"{evidence.label(row.netuid)}: {row.start:.1f} % now, {row.text} on average later"
            for row in rows
        ),
    )


def _probability_chart(
    evidence: Evidence,
    chosen: dict[int, StoredEstimate],
    slug: str,
    title: str,
    words: str,
    colour: str,
) -> Drawing | None:
    if not chosen:
        return None
    rows = [
        BarRow(
            netuid,
            100.0 * found.value,
            100.0 * found.ci_low,
            100.0 * found.ci_high,
            f"{probability(*found[:4])[0]} %",
        )
        for netuid, found in likeliest(chosen, _MAX_ROWS).items()
    ]
    return chart(
        evidence,
        slug,
        title,
        f"{words} Whiskers: 95 % Monte Carlo interval.",
        bar_chart(rows, colour, "probability", " %"),
        "; ".join(f"{evidence.label(row.netuid)}: {row.text}" for row in rows),
    )


def _above_bar(evidence: Evidence) -> Drawing | None:
    fates = fates_of(evidence)
    undecided = {
        netuid: found
        for netuid, found in probabilities(evidence, fates.stands).items()
        if can_earn(evidence.initial[netuid]) and _UNDECIDED < found.value < 1.0 - _UNDECIDED
    }
    # Nearest to one half first: what is almost sure needs no chart.
    nearest = sorted(undecided, key=lambda netuid: (abs(undecided[netuid].value - 0.5), netuid))
    chosen = {netuid: undecided[netuid] for netuid in nearest[:_MAX_ROWS]}
    return _probability_chart(
        evidence,
        chosen,
        "standing",
        f"Probability of being {fates.ends[0]} on day {evidence.horizon:g}",
        f"The {len(chosen)} subnets with emission enabled for which it is most uncertain; the rest "
        f"of the paths end {fates.ends[1]}, or with the subnet gone.",
        "teal",
    )


def _falling(evidence: Evidence) -> Drawing | None:
    above, fates = above_now(evidence), fates_of(evidence)
    ever = fallen(evidence, fates.always)
    return _probability_chart(
        evidence,
        {netuid: each for netuid, each in ever.items() if netuid in above and each.value > 0.0},
        "ever-fallen",
        f"{fates.heads[0]} today: probability of being {fates.ends[1]} or gone at some time until "
        f"day {evidence.horizon:g}",
        "Even if the subnet comes back; the likeliest first.",
        "orange",
    )


def _deregistered(evidence: Evidence) -> Drawing | None:
    return _probability_chart(
        evidence,
        _possible(evidence, "deregistered"),
        "deregistered",
        f"Probability of being deregistered by day {evidence.horizon:g}",
        "A holder is then paid its part of the pool's TAO by alpha. The likeliest first.",
        "red",
    )


def _next_pruned(evidence: Evidence) -> Drawing | None:
    return _probability_chart(
        evidence,
        _possible(evidence, "next_pruned"),
        "next-pruned",
        f"Probability of being next to be deregistered on day {evidence.horizon:g}",
        "The likeliest first; over all subnets the probabilities sum to at most 100 %.",
        "red",
    )


def _possible(evidence: Evidence, event: str) -> dict[int, StoredEstimate]:
    """Return probabilities of an event on the last day, of the subnets for which it is above 0."""
    found = probabilities(evidence, event)
    return {netuid: chance for netuid, chance in found.items() if chance.value > 0.0}
