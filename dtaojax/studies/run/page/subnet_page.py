"""The page of one subnet, for its owner: the bar, emission, survival and price."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from matplotlib.figure import Figure

from dtaojax.report.charts.svg import COLOURS, drawing_style
from dtaojax.report.charts.timeline import (
    MEDIAN,
    OUTER,
    fan_chart,
    mark_changes,
    new_timeline,
    spread,
)
from dtaojax.report.display import factor_of, interval, quantiles, unit_of, written
from dtaojax.report.document import (
    Document,
    Drawing,
    Number,
    Section,
    Table,
    drawing,
    render_document,
    write_page,
)
from dtaojax.report.glossary import QUANTITIES, STATISTICS, label_of
from dtaojax.report.notes import change_caption, change_days, rules_note
from dtaojax.report.numerals import days
from dtaojax.report.trust import trust_of
from dtaojax.results.contract import Results, ResultsError
from dtaojax.results.estimates import StoredEstimate
from dtaojax.results.read import Evidence, Subnet, read
from dtaojax.studies.run.page.fates import BY_BAR, BY_PAY, GONE, fates_of
from dtaojax.studies.run.page.subnet_cards import (
    chance_number,
    chance_text,
    subnet_band,
    subnet_cards,
)

_FANS: Final = (
    ("rank", "blue"), ("emission_share", "violet"), ("price", "blue"), ("tao_in", "teal"),
    ("moving_price", "orange"),
)  # fmt: skip


def write_subnet_page(results: Results, netuid: int, folder: Path) -> Path:
    """Write ``subnet_<netuid>.html`` into ``folder``, all of it or nothing.

    Raises:
        ResultsError: The results break the contract, they hold no such subnet, or the folder cannot
            be written.
    """
    return write_page(render_subnet(results, netuid), Path(folder) / f"subnet_{netuid}.html")


def render_subnet(results: Results, netuid: int) -> str:
    """Return the page as text; the same results give the same text.

    Raises:
        ResultsError: The results break the contract, or hold no such subnet.
    """
    evidence = read(results)
    subnet = known_subnet(evidence, netuid)
    with drawing_style():
        drawings = subnet_drawings(evidence, netuid)
    document = Document(
        eyebrow=(
            f"dtaojax subnet report · {evidence.part('network').get('name', '')} · "
            f"{evidence.part('mechanism').get('preset', '')}"
        ),
        title=evidence.label(netuid),
        question=question(evidence),
        cards=list(subnet_cards(evidence, subnet)),
        notes=[
            "± is the Monte Carlo standard error: how much more paths would change a number, not "
            "whether the model is right. Figures count as 0 on paths on which the subnet is gone.",
            *rules_note(evidence.part("mechanism")),
        ],
        warnings=[str(text) for text in evidence.manifest.get("warnings") or ()],
        sections=[
            Section("figures", "Day by day", drawings=drawings),
            Section("table", "Every day", tables=[_table(evidence, netuid)]),
            Section("assumptions", "What was assumed", terms=_assumptions(evidence)),
            Section("glossary", "Glossary", terms=_glossary(evidence)),
        ],
        made=(
            f"Made by dtaojax {evidence.manifest.get('dtaojax_version', '')} from a run of "
            f"{evidence.manifest.get('created', '')}."
        ),
        trust=[trust_of(evidence.manifest)],
    )
    return render_document(document)


def known_subnet(evidence: Evidence, netuid: int) -> Subnet:
    """Look up a subnet of the run.

    Raises:
        ResultsError: The run has no such subnet.
    """
    if netuid not in evidence.initial or netuid == 0:
        known = [each for each in evidence.initial if each != 0]
        raise ResultsError(
            f"table 'initial': holds no subnet {netuid}; give one of {len(known)} netuids from "
            f"{known[0]} to {known[-1]}"
        )
    return evidence.initial[netuid]


def question(evidence: Evidence) -> str:
    """Return the question of a subnet's owner."""
    stay = "above the gate's bar" if fates_of(evidence) is BY_BAR else "paid"
    return (
        f"Over the next {days(evidence.horizon)}, does this subnet stay {stay}, what does it earn, "
        "does it survive, and what does its price do?"
    )


def _events(evidence: Evidence) -> tuple[str, ...]:
    """Return the events of a subnet: how it ends, how it was all the time, what comes next."""
    fates = fates_of(evidence)
    return (*fates.at_the_end, fates.always, fates.ever, "next_pruned")


def subnet_drawings(evidence: Evidence, netuid: int) -> list[Drawing]:
    """Return figures about a subnet, to be drawn within ``svg.drawing_style``."""
    return list(_drawings(evidence, netuid))


def _drawings(evidence: Evidence, netuid: int) -> Iterator[Drawing]:
    chances = {
        quantity: [
            (day, found)
            for day in evidence.subnets.days(quantity)
            if (found := evidence.subnets.get(quantity, day, "probability", netuid=netuid))
        ]
        for quantity in _events(evidence)
    }
    if any(chances.values()):
        yield drawing(
            "chances",
            "What happens to it [% of paths]",
            "Bars are 95 % Monte Carlo intervals. "
            + "; ".join(
                f"{label_of(quantity)} {chance_text(found[-1][1])}"
                for quantity, found in chances.items()
                if found
            )
            + f" by day {evidence.horizon:g}.",
            chance_chart(chances),
        )
    changed = change_days(evidence.part("mechanism"))
    for quantity, colour in _FANS:
        trajectory = evidence.subnets.trajectory(quantity, netuid)
        if trajectory is not None:
            suffix = " %" if unit_of(quantity, trajectory.unit) == "%" else ""
            ends = subnet_band(evidence, quantity, netuid)
            figure = fan_chart(trajectory, colour, factor_of(quantity), suffix)
            mark_changes(figure.axes[0], changed)
            yield drawing(
                quantity.replace("_", "-"),
                f"{label_of(quantity)} [{unit_of(quantity, trajectory.unit)}]",
                "Bands hold 90 % and half of the paths; the line is the median, dots are means. "
                f"Day {evidence.horizon:g}: 90 % of paths {ends}{suffix}."
                + change_caption(changed),
                figure,
            )


def _table(evidence: Evidence, netuid: int) -> Table:
    rows, events = [], _events(evidence)
    for quantity in (*events, *(name for name, _ in _FANS)):
        for day in evidence.subnets.days(quantity):
            statistic = "probability" if quantity in events else "mean"
            found = evidence.subnets.get(quantity, day, statistic, netuid=netuid)
            if found is None:
                continue
            at = evidence.subnets.quantiles(quantity, day, (OUTER[0], MEDIAN, OUTER[1]), netuid)
            shown = (
                chance_number(found)
                if statistic == "probability"
                else Number(*written(quantity, found), found.value)
            )
            rows.append(
                [
                    label_of(quantity),
                    Number(f"{day:g}", value=day),
                    shown,
                    interval(quantity, found),
                    " · ".join(quantiles(quantity, at).values()),
                    unit_of(quantity, found.unit),
                ]
            )
    heads = ["figure", "day", "mean or probability", "95 % interval", "5 · 50 · 95 % of paths"]
    return Table("All days", [*heads, "unit"], rows, sortable=True, slug="days")


def _assumptions(evidence: Evidence) -> list[tuple[str, str]]:
    found = evidence.manifest.get("assumptions") or ()
    return [(str(item["topic"]), str(item["text"])) for item in found]


def _glossary(evidence: Evidence) -> list[tuple[str, str]]:
    names = (*_events(evidence), *(name for name, _ in _FANS))
    terms = [QUANTITIES[name] for name in names]
    terms += [STATISTICS[name] for name in ("bar", "standard_error", "interval")]
    return [(term.label, f"{term.formula}. {term.reading}") for term in terms]


_TONES: Final = {
    BY_BAR.stands: ("green", "above"),
    BY_BAR.falls: ("orange", "below"),
    BY_BAR.always: ("teal", "always above"),
    BY_BAR.ever: ("red", "ever below"),
    BY_PAY.stands: ("green", "paid"),
    BY_PAY.falls: ("orange", "unpaid"),
    BY_PAY.always: ("teal", "always paid"),
    BY_PAY.ever: ("red", "ever unpaid"),
    "next_pruned": ("violet", "next"),
    GONE: ("ink", "gone"),
}
"""Colour and short name of an event."""
_LABEL_GAP: Final = 0.085


def chance_chart(chances: Mapping[str, Sequence[tuple[float, StoredEstimate]]]) -> Figure:
    """Draw the probabilities of events over time, in percent, with their 95 % intervals.

    Args:
        chances: Event -> days and estimates; events without any are left out.
    """
    shown = {name: found for name, found in chances.items() if found}
    figure, axes = new_timeline(max(found[-1][0] for found in shown.values()), " %")
    axes.set_ylim(-3.0, 103.0)
    ends = []
    for name, found in shown.items():
        colour, label = _TONES[name]
        day = [day for day, _ in found]
        value, low, high = (
            100.0 * np.array([getattr(each, field) for _, each in found])
            for field in ("value", "ci_low", "ci_high")
        )
        axes.errorbar(
            day,
            value,
            yerr=(value - low, high - value),
            color=COLOURS[colour],
            linewidth=1.6,
            marker="o",
            markersize=2.4,
            elinewidth=0.9,
            capsize=1.6,
            clip_on=False,
        )
        ends.append((float(value[-1]), label, colour))
    # Labels are placed from below, in the order of the lines, so that no two cross.
    ends.sort()
    places = spread([(end + 3.0) / 106.0 for end, _, _ in ends], _LABEL_GAP)
    for (_, label, colour), place in zip(ends, places, strict=True):
        axes.annotate(
            label,
            xy=(1.0, place),
            xycoords="axes fraction",
            xytext=(6.0, 0.0),
            textcoords="offset points",
            va="center",
            color=COLOURS[colour],
            fontweight="bold",
            annotation_clip=False,
        )
    return figure
