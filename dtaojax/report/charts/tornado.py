"""Two bars a row to both sides of zero, the longest on top: what moves a number, and how far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from dtaojax.report.charts.svg import COLOURS, new_figure
from dtaojax.report.numerals import compact

WIDTH: Final = 500.0
LEFT: Final = 244.0
_RIGHT, _TOP, _BOTTOM = 18.0, 24.0, 36.0
_ROW: Final = 21.0
_BAR: Final = 0.36


@dataclass(frozen=True)
class Bar:
    """A change.

    Attributes:
        value: Change of the number.
        low: Lower end of the 95 % interval.
        high: Upper end of the 95 % interval.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class TornadoRow:
    """Two changes that are held side by side.

    Attributes:
        label: Label of the number that moves, or of the parameter that moves it.
        first: First change.
        second: Second change.
    """

    label: str
    first: Bar
    second: Bar

    @property
    def reach(self) -> float:
        """The larger of both changes, without sign."""
        return max(abs(self.first.value), abs(self.second.value))


def tornado(
    rows: Sequence[TornadoRow], label: str, names: tuple[str, str] = ("lower end", "upper end")
) -> Figure:
    """Draw two bars a row with whiskers for their 95 % Monte Carlo intervals.

    Args:
        rows: One row or more; drawn by falling reach.
        label: Label of the axis, with its unit.
        names: Names of the first bars and of the second ones; by default ends of a parameter's
            range.
    """
    ordered = sorted(rows, key=lambda row: -row.reach)
    height = _TOP + _ROW * len(ordered) + _BOTTOM
    figure = new_figure(WIDTH, height)
    left, bottom = LEFT / WIDTH, _BOTTOM / height
    axes = figure.add_axes(
        (left, bottom, 1.0 - left - _RIGHT / WIDTH, 1.0 - bottom - _TOP / height)
    )
    for shift, colour, name, bars in (
        (-_BAR / 2, "teal", names[0], [row.first for row in ordered]),
        (_BAR / 2, "orange", names[1], [row.second for row in ordered]),
    ):
        places = [place + shift for place in range(len(ordered))]
        values = [bar.value for bar in bars]
        axes.barh(places, values, height=_BAR, color=COLOURS[colour], alpha=0.8, label=name)
        whiskers = (
            [max(bar.value - bar.low, 0.0) for bar in bars],
            [max(bar.high - bar.value, 0.0) for bar in bars],
        )
        axes.errorbar(
            values, places, xerr=whiskers, fmt="none", color=COLOURS["ink"], elinewidth=0.8
        )
    axes.axvline(0.0, color=COLOURS["muted"], linewidth=0.8)
    axes.set_ylim(len(ordered) - 0.5, -0.5)
    axes.set_yticks(range(len(ordered)), [row.label for row in ordered])
    axes.tick_params(axis="y", labelcolor=COLOURS["ink"])
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel(label)
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: compact(value)))
    axes.legend(
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),
        ncols=2,
        frameon=False,
        borderaxespad=0.0,
        fontsize=9.5,
    )
    return figure
