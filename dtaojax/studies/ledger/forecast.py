"""Forecasts of runs that can be held against a later state, and what such a state tells."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pandas as pd

from dtaojax import chain
from dtaojax.results.contract import QUANTILE_LEVELS, Results, ResultsError

WHOLE_NETWORK: Final = -1
"""In place of a netuid: the figure is about the whole network."""

LEVEL_COLUMNS: Final = {level: f"q{level:g}".replace(".", "_") for level in QUANTILE_LEVELS}
"""Name of the column with the quantiles of a level: ``q0_025``."""

QUANTILE_COLUMNS: Final = ("quantity", "netuid", "day", "unit", "start", *LEVEL_COLUMNS.values())
PROBABILITY_COLUMNS: Final = ("event", "netuid", "day", "start", "probability")
OUTCOME_COLUMNS: Final = ("quantity", "netuid", "value")

_ASKED: Final = ("config_hash", "network", "seed", "paths")
"""What two forecasts share exactly if they ask the same of the same state."""

Row = tuple[Any, ...]


def date_of(block: int) -> datetime:
    """Return when a block was made, counted in steps of 12 s from one whose time is known.

    The chain may miss a step and never makes one up, so a later block came at this time or after
    it, never before. What is held to have come later than a forecast therefore did.
    """
    known = datetime.fromtimestamp(chain.DATED_AT, UTC)
    return known + timedelta(seconds=chain.BLOCK_SECONDS * (block - chain.DATED_BLOCK))


def digest(content: object) -> str:
    """Return the SHA-256 of plain content: texts, numbers, None, and sequences of them."""
    return hashlib.sha256(repr(content).encode()).hexdigest()


@dataclass(frozen=True, eq=False)
class Forecast:
    """Quantiles and probabilities that a run gave to figures and events to come.

    Attributes:
        about: facts on its making: ``config_hash``, ``network`` (digest of the start), ``block``,
            ``config``, ``seed``, ``paths`` and more; JSON types only.
        quantiles: rows by quantity, netuid and day, of :data:`QUANTILE_COLUMNS`; a quantile that
            the run does not know is None.
        probabilities: rows by event, netuid and day, of :data:`PROBABILITY_COLUMNS`.
    """

    about: Mapping[str, Any]
    quantiles: Sequence[Row]
    probabilities: Sequence[Row]

    @property
    def name(self) -> str:
        """Digest of what was asked and of what was answered, whenever and wherever it was run."""
        asked = [self.about[key] for key in _ASKED]
        return digest([asked, list(self.quantiles), list(self.probabilities)])


def forecast_of(
    results: Results,
    about: Mapping[str, Any],
    subnet_figures: Sequence[str],
    network_figures: Sequence[str],
    events: Sequence[str],
) -> Forecast:
    """Take the forecast out of a run's tables.

    Args:
        results: of a finished run.
        about: see :class:`Forecast`.
        subnet_figures: quantities of subnets that a later state tells.
        network_figures: quantities of the network that it tells.
        events: of subnets, whose probabilities can be scored.

    Raises:
        ResultsError: the run left nothing that can be scored, or its quantiles do not rise.
    """
    subnets, network = results.tables["subnets"], results.tables["network"]
    quantiles = [
        *_quantiles(subnets, subnet_figures),
        *_quantiles(network, network_figures),
    ]
    if not quantiles:
        raise ResultsError("holds no figure that a later state tells; nothing was added")
    return Forecast(about, sorted(quantiles), sorted(_probabilities(subnets, events)))


def _quantiles(table: pd.DataFrame, figures: Sequence[str]) -> list[Row]:
    of_it = table[table["quantity"].isin(list(figures)) & (table["statistic"] == "quantile")]
    # Where an end of the interval is open, the value is a bound and not the quantile.
    is_bound = of_it["ci_low"].eq(-float("inf")) | of_it["ci_high"].eq(float("inf"))
    known = of_it.assign(
        netuid=of_it["netuid"].astype("Int64").fillna(WHOLE_NETWORK).astype(int),
        value=of_it["value"].mask(is_bound),
    )
    keys = ["quantity", "netuid", "day", "unit", "level"]
    series = known.set_index(keys)["value"]
    wide = pd.DataFrame(
        {level: series.xs(level, level="level") for level in sorted(set(known["level"]))}
    )
    wide = wide.reindex(columns=list(QUANTILE_LEVELS)).dropna(how="all").sort_index()
    # What is the same on every path at the start is the start.
    middle = QUANTILE_LEVELS.index(0.5)
    entries = list(zip(wide.index.tolist(), wide.to_numpy().tolist(), strict=True))
    start = {key[:2]: values[middle] for key, values in entries if key[2] == 0.0}
    rows = []
    for (quantity, netuid, day, unit), values in entries:
        # Adding 0.0 makes a 0 of -0.0, which would give the same forecast another digest.
        told = [None if value != value else float(value) + 0.0 for value in values]
        rising = [value for value in told if value is not None]
        if rising != sorted(rising):
            raise ResultsError(f"quantiles of {quantity} on day {day:g} do not rise; run again")
        if day > 0.0:
            begun = float(start[quantity, netuid]) + 0.0
            rows.append((str(quantity), int(netuid), float(day), str(unit), begun, *told))
    return rows


def _probabilities(table: pd.DataFrame, events: Sequence[str]) -> list[Row]:
    of_it = table[table["quantity"].isin(list(events)) & (table["statistic"] == "probability")]
    told = {
        (str(event), int(netuid), float(day)): float(value) + 0.0
        for event, netuid, day, value in zip(
            of_it["quantity"], of_it["netuid"], of_it["day"], of_it["value"], strict=True
        )
    }
    return [
        (event, netuid, day, told[event, netuid, 0.0], value)
        for (event, netuid, day), value in told.items()
        if day > 0.0
    ]


@dataclass(frozen=True, eq=False)
class LaterState:
    """A state against which forecasts are scored.

    Attributes:
        about: ``block``, ``whole`` (whether reserves are known), ``file``, ``digest`` (of all that
            decides an outcome); JSON types only.
    """

    about: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Digest of what the state says, whatever its file is called."""
        return digest([self.about[key] for key in ("block", "whole", "digest")])


def as_text(about: Mapping[str, Any]) -> str:
    """Return the one JSON text of a description."""
    return json.dumps(about, sort_keys=True, ensure_ascii=False, allow_nan=False)
