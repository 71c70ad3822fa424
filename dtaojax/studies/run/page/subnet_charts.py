"""Figures about one subnet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from matplotlib.figure import Figure

from dtaojax.report.charts.svg import COLOURS
from dtaojax.report.charts.timeline import new_timeline, spread
from dtaojax.results.estimates import Estimate
from dtaojax.studies.run.page.fates import BY_BAR, BY_PAY, GONE

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


def chance_chart(chances: Mapping[str, Sequence[tuple[float, Estimate]]]) -> Figure:
    """Draws the probabilities of events over time, in percent, with their 95 % intervals.

    Args:
        chances: event -> days and estimates; events without any are left out.
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
