"""Any figure of the path that a run records, on a day or on all of them."""

from __future__ import annotations

from dtaojax.experiments.measure import Curve, PerPath, measure
from dtaojax.experiments.record import FloatArray, Record


def _figure(record: Record, name: str) -> FloatArray:
    if name not in record.scalars:
        known = ", ".join(record.scalars)
        raise KeyError(f'there is no figure "{name}"; known: {known}')
    return record.scalars[name]


@measure(
    "as recorded",
    "A figure of the whole network on a day, by the name that a run's results give it.",
)
def network_figure(record: Record, *, name: str, day: float) -> PerPath:
    """The figure on each path.

    Args:
        record: of the arm.
        name: of the figure, as ``emission_effective_number``.
        day: on which it is read.
    """
    return _figure(record, name)[:, record.moment(day)]


@measure("as recorded", "The same on every day that was recorded.")
def network_figure_by_day(record: Record, *, name: str) -> Curve:
    """The figure on each path and moment.

    Args:
        record: of the arm.
        name: of the figure.
    """
    return _figure(record, name)
