"""The page that a calibration leaves: model beside data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dtaojax.report.charts.svg import drawing_style
from dtaojax.report.document import (
    Card,
    Document,
    Number,
    Section,
    Table,
    number,
    render_document,
)
from dtaojax.report.notes import Notices, notice_tables, notice_warnings
from dtaojax.studies.calibrate.charts import Band, goodness_drawing


class Compared(Protocol):
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
    """What the page shows.

    Attributes:
        title: its heading.
        facts: label and text, about the history and the fit.
        names: of the rows of ``table``.
        table: the goodness-of-fit table.
        parameters: key, value and standard error (None where held fixed).
        curves: by name.
        histories: how many were simulated.
        notices: what was left out, doubted, split or filled in the history.
    """

    title: str
    facts: Sequence[tuple[str, str]]
    names: Sequence[str]
    table: Compared
    parameters: Sequence[tuple[str, float, float | None]]
    curves: Mapping[str, Band]
    histories: int
    notices: Notices = ()


def render_goodness_page(page: GoodnessPage) -> str:
    """The text of the page; the same content gives the same text."""
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
