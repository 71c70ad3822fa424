"""Figures of a run that were fitted to data after its start: no forecast could have had them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from dtaojax import chain
from dtaojax.config import Config, StochasticVarianceFlowConfig
from dtaojax.config.behaviour_fits import FROZEN

_PREFIX: Final = "until_"
_KNOWN_BLOCK: Final = 8_791_253
_KNOWN_TIME: Final = datetime(2026, 8, 7, 8, 35)
"""When that block was made (UTC); others come every twelve seconds, to a day in a year."""


def looks_ahead(config: Config, block: int) -> list[str]:
    """Return what of a run's figures has seen days after its start, a sentence each.

    Known are the last days of the fits of behaviour, by their names, and of calibrated demand
    (``fitted_until``). Figures that a config gives by hand tell no day.

    Args:
        config: of the run.
        block: height of the state from which it starts.
    """
    passed = timedelta(seconds=(block - _KNOWN_BLOCK) * chain.BLOCK_SECONDS)
    start = f"{_KNOWN_TIME + passed:%Y-%m-%d}"
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
