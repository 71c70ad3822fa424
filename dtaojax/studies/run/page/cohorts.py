"""Who holds alpha, and who sells it: two charts and one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from matplotlib.figure import Figure

from dtaojax.report.charts.chart import Group, chart
from dtaojax.report.charts.svg import COLOURS
from dtaojax.report.charts.timeline import new_timeline
from dtaojax.report.document import Drawing
from dtaojax.report.glossary import COHORT_QUANTITIES, cohort_label
from dtaojax.report.numerals import with_error
from dtaojax.results.estimates import StoredEstimate
from dtaojax.results.read import Evidence

_COLUMNS: Final = (
    ("holdings", 0.0),
    ("holdings", None),
    ("income", None),
    ("proceeds", None),
    ("spending", None),
    ("net_proceeds", None),
    ("selling_share", None),
)
"""Quantities of the table and their day; None is the horizon."""
_LEGEND_COLUMNS: Final = 2
_LEGEND_ROW: Final = 14.0
"""Height of a line of the legend [points]."""
_TONES: Final = ("blue", "teal", "violet", "orange", "red", "green")


@dataclass(frozen=True)
class CohortTable:
    """Figures by cohort: ``rows`` are (label, one estimate or None a column)."""

    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[StoredEstimate | None]]]


def cohort_table(evidence: Evidence) -> CohortTable | None:
    """Return means by cohort at the horizon, beside the holdings of the start.

    None without cohorts.
    """
    if not evidence.cohorts:
        return None
    columns = []
    for quantity, day in _COLUMNS:
        term = COHORT_QUANTITIES[quantity]
        when = "" if quantity != "holdings" else " now" if day == 0.0 else " at the end"
        unit = "%" if term.display == "percent" else "TAO"
        columns.append(f"{term.title}{when} [{unit}]")
    rows = []
    for party, table in evidence.cohorts.items():
        cells = []
        for quantity, day in _COLUMNS:
            found = table.get(quantity, evidence.horizon if day is None else day)
            if found and COHORT_QUANTITIES[quantity].display == "percent":
                value, error, low, high = (100.0 * number for number in found[:4])
                found = StoredEstimate(value, error, low, high, found.unit)
            cells.append(found)
        rows.append((cohort_label(party), cells))
    return CohortTable(columns, rows)


def cohorts(evidence: Evidence) -> list[Group]:
    """Draw who holds alpha, who takes TAO out by selling it, and who puts TAO in by buying."""
    lead = (
        "TAO that each cohort took out by selling alpha less what it paid for alpha, since the "
        "start: sellers stand above zero and press on prices, buyers below. Beside it, what each "
        "cohort's alpha is worth at the prices of the day."
    )
    drawn = [
        _over_time(evidence, "net_proceeds", "Net sold for, mean over paths [TAO]"),
        _over_time(evidence, "holdings", "Holdings at spot, mean over paths [TAO]"),
    ]
    charts = [each for each in drawn if each is not None]
    return [Group("Who sells on balance, and who holds", lead, charts, wide=True)] if charts else []


def _over_time(evidence: Evidence, quantity: str, title: str) -> Drawing | None:
    """Draw areas of a quantity by cohort; None where the run left no mean of it but 0."""
    trajectories = {
        party: found
        for party, table in evidence.cohorts.items()
        if (found := table.trajectory(quantity)) is not None and found.mean.any()
    }
    if not trajectories:
        return None
    day = evidence.horizon
    words = []
    for party in trajectories:
        at_end = evidence.cohorts[party].get(quantity, day)
        if at_end:
            value, error = with_error(at_end.value, at_end.standard_error)
            words.append(f"{cohort_label(party)} {value}{' ± ' + error if error else ''}")
    figure = _stacked({party: (found.days, found.mean) for party, found in trajectories.items()})
    caption = f"Day {day:g}: {'; '.join(words)} TAO (mean ± standard error)."
    return chart(evidence, f"cohorts-{quantity.replace('_', '-')}", title, caption, figure)


def _stacked(series: dict[str, tuple[np.ndarray, np.ndarray]]) -> Figure:
    """Stack areas of positive values upwards from zero, of negative ones downwards."""
    days = next(iter(series.values()))[0]
    rows = -(-len(series) // _LEGEND_COLUMNS)
    figure, axes = new_timeline(float(days[-1]), above=_LEGEND_ROW * rows)
    above, below = np.zeros(len(days)), np.zeros(len(days))
    for place, (party, (_, values)) in enumerate(series.items()):
        tone = COLOURS[_TONES[place % len(_TONES)]]
        opacity = 0.75 if place < len(_TONES) else 0.4
        label = cohort_label(party)
        up, down = np.maximum(values, 0.0), np.minimum(values, 0.0)
        axes.fill_between(
            days, above, above + up, color=tone, alpha=opacity, linewidth=0.0, label=label
        )
        axes.fill_between(days, below, below + down, color=tone, alpha=opacity, linewidth=0.0)
        above, below = above + up, below + down
    axes.axhline(0.0, color=COLOURS["ink"], linewidth=0.8)
    figure.legend(
        loc="upper left",
        ncols=_LEGEND_COLUMNS,
        frameon=False,
        fontsize=8.5,
        labelcolor=COLOURS["ink"],
    )
    return figure
