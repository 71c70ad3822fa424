"""Values of measures on the paths of an experiment's runs, and the data of its figure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from jaxtyping import Float

from dtaojax.metrics.estimate import mean_of_sample
from dtaojax.studies.article.config import ClaimConfig, ExperimentConfig, FigureConfig
from dtaojax.studies.article.measures.measure import PerPath
from dtaojax.studies.article.measures.registry import MEASURES
from dtaojax.studies.article.result import FigureResult, Series

BAND: Final = (0.05, 0.5, 0.95)
"""Quantiles over paths that a figure over days shows."""

_BINS: Final = 40


class Wanted(NamedTuple):
    """A measure with its parameters, of one arm in one case.

    Attributes:
        arm: name of it.
        case: name of it.
        measure: name of it.
        parameters: parameters as JSON, so that equal ones are equal.
        day: day at which it is read; None for a value a path, or for all days.
    """

    arm: str
    case: str
    measure: str
    parameters: str
    day: float | None

    @classmethod
    def of(
        cls, arm: str, case: str, asks: ClaimConfig | FigureConfig, parameters: Mapping[str, Any]
    ) -> Wanted:
        """Return the series point that a config asks for."""
        return cls(arm, case, asks.measure, json.dumps(parameters, sort_keys=True), asks.day)


Columns = Mapping[Wanted, Float[np.ndarray, "paths ..."]]
"""Values on the paths that are used."""


def wanted_by(config: ExperimentConfig) -> list[Wanted]:
    """List everything that an experiment looks at, each once."""
    found = [
        Wanted.of(arm, case.name, claim, claim.parameters)
        for case in config.case
        for claim in config.claim
        for arm in claim.arms
    ]
    found += [each for row in _rows(config) for each in (*row.wanted, *row.minus)]
    return list(dict.fromkeys(found))


class _Row(NamedTuple):
    """A series of a figure before it has numbers; ``minus`` is taken off where there is any."""

    label: str
    wanted: Sequence[Wanted]
    minus: Sequence[Wanted]

    def values(self, columns: Columns) -> list[np.ndarray]:
        """Return the values on the paths, one array a point."""
        if not self.minus:
            return [columns[each] for each in self.wanted]
        pairs = zip(self.wanted, self.minus, strict=True)
        return [columns[ours] - columns[theirs] for ours, theirs in pairs]


def _rows(config: ExperimentConfig) -> Iterator[_Row]:
    figure, labels = config.figure, config.labels
    cases = config.case if figure.kind == "by_arm" else config.case[:1]
    varied = [{figure.vary: value} for value in figure.values] or [{}]
    for case in cases:

        def wanted(arm: str, case: str = case.name) -> list[Wanted]:
            parameters = ({**figure.parameters, **changed} for changed in varied)
            return [Wanted.of(arm, case, figure, each) for each in parameters]

        for arm in config.drawn:
            label = labels[arm]
            if figure.minus:
                label += f" less {labels[figure.minus]}"
            if len(cases) > 1:
                label = case.name if len(config.drawn) == 1 else f"{label}, {case.name}"
            yield _Row(label, wanted(arm), wanted(figure.minus) if figure.minus else [])


def figure_result(
    config: ExperimentConfig, columns: Columns, days: Sequence[float]
) -> FigureResult:
    """Compute the data of an experiment's figure.

    Args:
        config: config of the experiment.
        columns: values that :func:`wanted_by` asks for.
        days: days of the record.
    """
    figure = config.figure
    rows = [(row.label, row.values(columns)) for row in _rows(config)]
    match figure.kind:
        case "over_days":
            axis, series = "days from the start", [_over_days(*row, days) for row in rows]
        case "by_parameter":
            axis = figure.axis or figure.vary
            series = [_means(*row, [float(value) for value in figure.values]) for row in rows]
        case "by_arm":
            axis, series = "", [_means(*row, [0.0]) for row in rows]
        case _:
            axis, series = "paths", _histograms(rows)
    return FigureResult(
        kind=figure.kind,
        title=figure.title,
        caption=figure.caption,
        axis=axis,
        unit=MEASURES[figure.measure].unit,
        scale=figure.scale,
        percent=figure.percent,
        series=series,
    )


def _over_days(label: str, values: Sequence[np.ndarray], days: Sequence[float]) -> Series:
    low, middle, high = np.quantile(values[0], BAND, axis=0)
    return Series(label, list(days), middle.tolist(), low.tolist(), high.tolist())


def _means(label: str, values: Sequence[PerPath], at: Sequence[float]) -> Series:
    found = [mean_of_sample(column) for column in values]
    return Series(
        label,
        list(at),
        [float(each.value) for each in found],
        [float(each.ci_low) for each in found],
        [float(each.ci_high) for each in found],
    )


def _histograms(rows: Sequence[tuple[str, Sequence[PerPath]]]) -> list[Series]:
    """Count the paths, as parts of all, in bins that all arms share."""
    together = np.concatenate([values[0] for _, values in rows])
    edges = np.histogram_bin_edges(together, bins=_BINS)
    return [
        Series(
            label,
            edges.tolist(),
            (np.histogram(values[0], edges)[0] / len(values[0])).tolist(),
        )
        for label, values in rows
    ]
