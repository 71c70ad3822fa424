"""The page of a calibration: parameters, and how simulated histories resemble the real one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from numpy.typing import NDArray

from dtaojax.report.charts.svg import COLOURS, drawing_style, new_figure
from dtaojax.report.document import (
    Card,
    Document,
    Drawing,
    Number,
    Section,
    Table,
    drawing,
    number,
    render_document,
)
from dtaojax.report.notes import Notices, notice_tables, notice_warnings

_WIDTH: Final = 430.0
_HEIGHT: Final = 270.0


@dataclass(frozen=True)
class Band:
    """A curve of the history with its 95 % sampling interval, and the model's.

    Attributes:
        at: abscissas of the points, shape (points,).
        data: values of the history, shape (points,).
        low: lower ends of its sampling intervals, shape (points,).
        high: upper ends of its sampling intervals, shape (points,).
        model: values of the model, shape (points,).
    """

    at: NDArray[np.float64]
    data: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    model: NDArray[np.float64]

    @property
    def inside(self) -> int:
        """Number of points of the model that lie within the intervals."""
        return int(np.sum((self.low <= self.model) & (self.model <= self.high)))


@dataclass(frozen=True)
class _Look:
    """Title and axes of a curve.

    Attributes:
        title: title of the figure.
        across: label of the axis.
        scales: scales of the two axes.
        percent: true for those of the two that are shown in percent.
        ticks: places of the ticks on the axis; matplotlib's choice where empty.
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
    """Draw a curve; to be called within ``svg.drawing_style``."""
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


class ComparedFigure(Protocol):
    """Statistics of a history and of the model, arrays of one length."""

    @property
    def data(self) -> NDArray[np.float64]: ...
    @property
    def low(self) -> NDArray[np.float64]: ...
    @property
    def high(self) -> NDArray[np.float64]: ...
    @property
    def model(self) -> NDArray[np.float64]: ...
    @property
    def model_error(self) -> NDArray[np.float64]: ...
    @property
    def inside(self) -> NDArray[np.bool_]: ...


@dataclass(frozen=True, eq=False)
class GoodnessPage:
    """Content of the page.

    Attributes:
        title: heading of the page.
        facts: labels and texts about the history and the fit.
        names: names of the rows of ``table``.
        table: statistics of the history and of the model.
        parameters: keys, values and standard errors (None where held fixed).
        curves: curves by name.
        histories: number of histories that were simulated.
        notices: notices on rows of the history that were left out, doubted, split or filled.
    """

    title: str
    facts: Sequence[tuple[str, str]]
    names: Sequence[str]
    table: ComparedFigure
    parameters: Sequence[tuple[str, float, float | None]]
    curves: Mapping[str, Band]
    histories: int
    notices: Notices = ()


def render_goodness_page(page: GoodnessPage) -> str:
    """Return the text of the page; the same content gives the same text."""
    inside, count = int(np.sum(page.table.inside)), len(page.names)
    outside = [name for name, well in zip(page.names, page.table.inside, strict=True) if not well]
    with drawing_style():
        drawings = [goodness_drawing(name, band) for name, band in page.curves.items()]
    tables = notice_tables(page.notices)
    points = [f"Outside: {name}." for name in outside]
    document = Document(
        eyebrow="dtaojax calibration",
        title=page.title,
        question="Does the fitted demand move prices as the history did?",
        cards=[
            Card(
                question="How many figures of the history does the model meet?",
                number=Number(f"{inside} of {count}"),
                lead="lie within the sampling error of the data.",
                points=points,
            )
        ],
        notes=[
            f"The model's side comes from {page.histories} histories that the demand process "
            "itself made, with the depths, ages and missing days of the real one; the pools were "
            "not simulated, so the rules of emission play no part."
        ],
        warnings=notice_warnings(page.notices),
        sections=[
            Section("table", "Figures", tables=[_table(page)]),
            Section("curves", "Curves", drawings=drawings),
            Section("parameters", "Parameters", tables=[_parameters(page)], facts=page.facts),
            *(Section("history", "History", tables=[table]) for table in tables),
        ],
    )
    return render_document(document)


def _table(page: GoodnessPage) -> Table:
    found = page.table
    rows = [
        (
            name,
            Number(f"{found.data[place]:.4f}", value=float(found.data[place])),
            f"{found.low[place]:.4f} to {found.high[place]:.4f}",
            number(float(found.model[place]), float(found.model_error[place])),
            "inside" if found.inside[place] else "outside",
        )
        for place, name in enumerate(page.names)
    ]
    return Table(
        caption="Daily log returns: the history and the model",
        columns=("Figure", "Data", "95 % sampling interval", "Model ± Monte Carlo error", ""),
        rows=rows,
        note=(
            "Sampling errors by resampling blocks of days and subnets; of correlations, blocks of "
            "days alone."
        ),
    )


def _parameters(page: GoodnessPage) -> Table:
    rows = [
        (key, number(value, error) if error else Number(f"{value:g}", value=value))
        for key, value, error in page.parameters
    ]
    return Table(
        caption="Figures of the demand file",
        columns=("Key", "Value ± standard error"),
        rows=rows,
        note="What has no error was held fixed.",
    )
