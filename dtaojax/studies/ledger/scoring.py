"""Forecasts of a ledger that have come due, held against later states and scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

import numpy as np

from dtaojax import chain
from dtaojax.config.config import Config
from dtaojax.config.load import config_from_dict
from dtaojax.config.schedule import rules_at
from dtaojax.network import load_network
from dtaojax.network.outcome import NetworkOutcome
from dtaojax.network.table import NetworkError
from dtaojax.schema.errors import ConfigError
from dtaojax.studies.ledger.forecast import (
    WHOLE_NETWORK,
    LaterState,
    Row,
)
from dtaojax.studies.ledger.schema import Content, LedgerEntry, Met
from dtaojax.studies.ledger.states import LaterNetwork, Starts, read_states
from dtaojax.studies.ledger.store import add_scores, read_ledger

TOLERANCE: Final = 0.25
"""How far a report day may lie from a state that it is held against [days]."""

Fate = Literal["scored", "scored before", "no report day near", "not later", "cannot be held"]
"""What became of a forecast when a state came."""

_FALLS: Final = ("below_bar", "unpaid")
"""Names of the event that a subnet is not above the bar, by rules with one and without."""


@dataclass(frozen=True)
class ForecastVerdict:
    """A forecast beside a state.

    Attributes:
        forecast: number of the forecast in the ledger.
        title: title of the run.
        file: name of the state's file.
        block: height of the state [block].
        fate: kind of the outcome of the comparison.
        why: reason in words that follow the title.
    """

    forecast: int
    title: str
    file: str
    block: int
    fate: Fate
    why: str


def score(
    file: Path,
    networks: Sequence[str | Path],
    now: datetime,
    *,
    start: Sequence[str | Path] = (),
    tolerance: float = TOLERANCE,
) -> list[ForecastVerdict]:
    """Hold all forecasts of a ledger that have come due against later states.

    Args:
        file: of the ledger.
        networks: states, embedded or files; a file of weights at some blocks needs a whole state of
            its last block or later beside it, which tells what is gone.
        now: when that is [UTC].
        start: networks that forecasts start from, for files of weights; embedded ones are known.
        tolerance: how far the nearest report day may lie from a state [days]; nothing is
            interpolated between report days.

    Returns:
        One verdict a state and forecast.

    Raises:
        NetworkError: a state is wrong.
        ResultsError: the ledger is not as it was written.
    """
    content = read_ledger(file)
    states = read_states([Path(each) if Path(each).suffix else each for each in networks])
    starts = Starts([load_network(each) for each in start])
    found = []
    for state in states:
        described = state.described()
        found += _scored(file, content, state, described, starts, tolerance, now)
    return found


def _scored(
    file: Path,
    content: Content,
    state: LaterNetwork,
    described: LaterState,
    starts: Starts,
    tolerance: float,
    now: datetime,
) -> list[ForecastVerdict]:
    known = {kept.number for kept in content.states.values() if kept.name == described.name}
    done = {each.forecast for each in content.scores.values() if each.state in known}
    verdicts: dict[int, tuple[Fate, str]] = {}
    met: list[Met] = []
    quantities = _by_forecast(content)
    for number, kept in content.forecasts.items():
        if number in done:
            verdicts[number] = "scored before", "this state has scored it before"
            continue
        day = (state.block - kept.about["block"]) / chain.BLOCKS_PER_DAY
        if day <= 0.0:
            verdicts[number] = "not later", "starts at this block or after it"
            continue
        # Nothing is interpolated between report days: their quantiles alone were promised.
        nearest = min(kept.about["report_days"], key=lambda each: abs(each - day))
        if abs(nearest - day) > tolerance:
            verdicts[number] = (
                "no report day near",
                f"the state is of day {day:.2f}, and day {nearest:g} is the nearest that it "
                f"reports, more than {tolerance:g} days off",
            )
            continue
        try:
            outcomes = _outcomes(state, kept, quantities[number], nearest, starts)
        except NetworkError as error:
            verdicts[number] = "cannot be held", "; ".join(error.problems)
            continue
        met.append(Met(number, nearest, outcomes))
        verdicts[number] = "scored", f"its day {nearest:g} against day {day:.2f}"
    if met:
        add_scores(file, described, met, now)
    return [
        ForecastVerdict(
            number, content.forecasts[number].about["title"], state.file, state.block, *each
        )
        for number, each in verdicts.items()
    ]


def _by_forecast(content: Content) -> dict[int, set[tuple[str, int, float]]]:
    """Return what each forecast is about: quantity or event, netuid and day."""
    found: dict[int, set[tuple[str, int, float]]] = {number: set() for number in content.forecasts}
    for table in ("quantiles", "probabilities"):
        for number, quantity, netuid, day, *_ in content.rows[table]:
            found[number].add((quantity, netuid, day))
    return found


def _outcomes(
    state: LaterNetwork,
    kept: LedgerEntry,
    asked: set[tuple[str, int, float]],
    day: float,
    starts: Starts,
) -> list[Row]:
    """Return what came of all that a forecast says of a day, as far as the state tells it.

    Raises:
        NetworkError: the state lacks subnets, or the start of the forecast is not known.
    """
    from dtaojax.studies.shared.observed import observe_outcome

    wanted = [(quantity, netuid) for quantity, netuid, of_day in asked if of_day == day]
    subnets = {netuid for _, netuid in wanted if netuid != WHOLE_NETWORK}
    missing = sorted(subnets - set(state.netuid.tolist()))
    if missing:
        text = f"the state lacks subnets {', '.join(map(str, missing[:10]))}"
        raise NetworkError(state.file, [text])
    begun = kept.about["block"]
    if state.whole is not None:
        outcome = NetworkOutcome(state.whole, True, state.gone(begun))
    else:
        assert state.weights is not None
        outcome = NetworkOutcome(state.weights.on(starts.of(kept)), False, state.gone(begun))
    rules = rules_at(_config(state.file, kept), begun, outcome.state.block)
    seen = observe_outcome(rules, outcome)
    told: dict[str, np.ndarray | float] = {
        **seen.gauges,
        **seen.scalars,
        **({} if seen.falls is None else dict.fromkeys(_FALLS, seen.falls.astype(float))),
        "deregistered": outcome.gone.astype(float),
    }
    # A subnet that came and went again meanwhile leaves no trace; immunity rules that out.
    if state.block - begun <= rules.registration.immunity_blocks:
        told["deregistrations"] = float(outcome.gone.sum())
    place = {netuid: at for at, netuid in enumerate(state.netuid.tolist())}
    rows = []
    for quantity, netuid in wanted:
        values = told.get(quantity)
        if isinstance(values, np.ndarray):
            rows.append((quantity, netuid, float(values[place[netuid]]) + 0.0))
        elif values is not None:
            rows.append((quantity, netuid, values + 0.0))
    return sorted(rows)


def _config(file: str, kept: LedgerEntry) -> Config:
    """Return the config of a forecast.

    Raises:
        NetworkError: this version does not know them.
    """
    try:
        return config_from_dict(kept.about["config"])
    except (ConfigError, KeyError, TypeError) as error:
        version = kept.about["dtaojax_version"]
        text = f"its config is one of dtaojax {version}, which this version does not read"
        raise NetworkError(file, [text]) from error
