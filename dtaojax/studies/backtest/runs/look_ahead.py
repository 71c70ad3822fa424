"""Figures of a run that were fitted to data after its start: no forecast could have had them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dtaojax.behaviour.config import FROZEN
from dtaojax.config.config import Config
from dtaojax.demand.stochastic_variance.config import StochasticVarianceFlowConfig
from dtaojax.schema.dates import time_of

_PREFIX: Final = "until_"


def looks_ahead(config: Config, block: int) -> list[str]:
    """Return what of a run's figures has seen days after its start, a sentence each.

    Known are the last days of the fits of behaviour, by their names, and of calibrated demand
    (``fitted_until``). Figures that a config gives by hand tell no day.

    Args:
        config: of the run.
        block: height of the state from which it starts.
    """
    start = f"{time_of(block):%Y-%m-%d}"
    return [
        f"{what} was fitted to data up to {day}, after the start on {start}"
        for what, day in _fitted(config)
        if day > start
    ]


def _fitted(config: Config) -> Iterator[tuple[str, str]]:
    """Yield what was fitted, and the last day of its data."""
    for process in config.demand:
        if isinstance(process, StochasticVarianceFlowConfig):
            yield f"demand.{process.name}", process.fitted_until
    fit = config.behaviour.fit
    if fit is not None and fit != FROZEN and fit.startswith(_PREFIX):
        yield f"behaviour {fit}", fit.removeprefix(_PREFIX).replace("_", "-")
