"""Figures of the goodness-of-fit page: a history with its sampling error, and the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from numpy.typing import NDArray

from dtaojax.report.charts.svg import COLOURS, new_figure
from dtaojax.report.document import Drawing, drawing

_WIDTH: Final = 430.0
_HEIGHT: Final = 270.0


@dataclass(frozen=True)
class Band:
    """A curve of the history with its 95 % sampling interval, and the model's.

    Attributes:
        at: where the points are (points,).
        data: of the history.
        low: lower ends of the intervals.
        high: upper ends.
        model: of the model.
    """

    at: NDArray[np.float64]
    data: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    model: NDArray[np.float64]

    @property
    def inside(self) -> int:
        """How many points of the model lie within the intervals."""
        return int(np.sum((self.low <= self.model) & (self.model <= self.high)))


@dataclass(frozen=True)
class _Look:
    """How a curve is drawn.

    Attributes:
        title: what it shows.
        across: label of the axis.
        scales: of the two axes.
        percent: which of the two are shown in percent.
        ticks: where the axis has ticks; matplotlib's choice where empty.
    """

    title: str
    across: str
    scales: tuple[str, str] = ("linear", "linear")
    percent: tuple[bool, bool] = (False, True)
    ticks: tuple[float, ...] = ()


_LOOKS: Final = {
    "quantiles": _Look(
        "Quantiles of all daily log returns [%]",
        "probability [%], on a logistic scale",
        scales=("logit", "linear"),
        percent=(True, True),
        ticks=(0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999),
    ),
    "tails": _Look(
        "Share of days on which a price moved by more than this [%]",
        "size of the daily log return [%]",
        scales=("log", "log"),
        percent=(True, True),
        ticks=(0.01, 0.02, 0.05, 0.1, 0.2, 0.5),
    ),
    "spreads": _Look(
        "Daily standard deviation by subnet [%]",
        "share of subnets below [%]",
        scales=("linear", "log"),
        percent=(True, True),
    ),
    "memory": _Look(
        "Autocorrelation of absolute returns",
        "lag [days]",
        percent=(False, False),
        ticks=(1.0, 2.0, 3.0, 4.0, 5.0),
    ),
    "correlations": _Look(
        "Correlation of two subnets' returns",
        "share of pairs below [%]",
        percent=(True, False),
    ),
    "depth": _Look(
        "Typical daily standard deviation by depth of the pool [%]",
        "depth [TAO]",
        scales=("log", "log"),
    ),
}


def goodness_drawing(name: str, band: Band) -> Drawing:
    """Draws a curve; to be called within ``svg.drawing_style``."""
    look = _LOOKS[name]
    figure = new_figure(_WIDTH, _HEIGHT)
    axes = figure.add_axes((0.13, 0.18, 0.84, 0.77))
    axes.set_xscale(look.scales[0])
    floor = 0.0
    if look.scales[1] == "log":
        positive = np.concatenate([band.data, band.model])
        floor = 0.5 * float(positive[positive > 0.0].min())
    low = np.maximum(band.low, floor) if floor else band.low
    axes.fill_between(band.at, low, band.high, color=COLOURS["blue"], alpha=0.22, linewidth=0.0)
    axes.plot(band.at, band.data, color=COLOURS["blue"], marker="o", markersize=3.2, linewidth=1.2)
    axes.plot(band.at, band.model, color=COLOURS["orange"], linewidth=2.0)
    axes.set_yscale(look.scales[1])
    axes.set_xlabel(look.across)
    if look.ticks:
        axes.xaxis.set_major_locator(FixedLocator(look.ticks))
        axes.xaxis.set_minor_locator(NullLocator())
    for axis, is_percent in zip((axes.xaxis, axes.yaxis), look.percent, strict=True):
        factor = 100.0 if is_percent else 1.0
        axis.set_major_formatter(FuncFormatter(lambda value, _, by=factor: f"{by * value:g}"))
        axis.set_minor_formatter(FuncFormatter(lambda value, _: ""))
    caption = (
        f"Blue: the history, with its 95 % sampling interval. Orange: the model, within it at "
        f"{band.inside} of {len(band.at)} points."
    )
    return drawing(f"fit-{name}", look.title, caption, figure)
