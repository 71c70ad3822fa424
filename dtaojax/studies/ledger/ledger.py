"""The ledger of forecasts: runs are added, later states score them, a page shows how they did."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np

from dtaojax import chain
from dtaojax.config.config import Config
from dtaojax.config.load import config_from_dict
from dtaojax.config.schedule import rules_at
from dtaojax.network import NetworkTable, embedded_networks, load_network
from dtaojax.network.errors import NetworkError
from dtaojax.network.outcome import Outcome, Weights, has_reserves, read_weights
from dtaojax.network.table import FLOW_AVERAGES, UNHELD_PARTS, IntArray
from dtaojax.results.contract import SCHEMA_VERSION, Results, ResultsError, load
from dtaojax.schema.errors import ConfigError
from dtaojax.storage import result_folder, write_json, writing
from dtaojax.studies.ledger.forecast import (
    WHOLE_NETWORK,
    Forecast,
    LaterState,
    Row,
    digest,
    forecast_of,
)
from dtaojax.studies.ledger.page import FILE_NAME, write_ledger_page
from dtaojax.studies.ledger.record import record_in_words, record_of
from dtaojax.studies.ledger.result import LedgerResults
from dtaojax.studies.ledger.store import Content, Kept, Met, add_forecast, add_scores, read_ledger
from dtaojax.studies.shared.outputs import refuse_replacing
from dtaojax.studies.shared.trust import demand_digest, demand_label
from dtaojax.version import __version__

LEDGER_VARIABLE: Final = "DTAOJAX_LEDGER"
"""Environment variable that names the ledger of which runs and reports tell the record."""
TOLERANCE: Final = 0.25
"""How far a report day may lie from a state that it is held against [days]."""

_EVENTS: Final = ("below_bar", "unpaid", "deregistered")
"""Events of subnets that a later state tells."""
_DECISIVE: Final = (
    "block",
    "total_issuance",
    "root_tao",
    "gate_bar",
    "netuid",
    "registered_at",
    "first_emission_block",
    "tao_in",
    "alpha_in",
    "alpha_out",
    "moving_price",
    "emission_enabled",
    "miner_burned",
    "owner_cut_enabled",
    "w_tao",
    *UNHELD_PARTS,
    *FLOW_AVERAGES,
)
"""Fields of a network on which an outcome depends."""

Fate = Literal["scored", "scored before", "no report day near", "not later", "cannot be held"]
"""What became of a forecast when a state came."""

_FALLS: Final = ("below_bar", "unpaid")
"""What it is called if a subnet is not above the bar, by rules with one and without."""


@dataclass(frozen=True)
class Added:
    """A run that lies in a ledger.

    Attributes:
        kept: the forecast.
        is_new: whether it was added now.
        head: digest of all that the ledger holds.
    """

    kept: Kept
    is_new: bool
    head: str


@dataclass(frozen=True)
class Verdict:
    """A forecast beside a state.

    Attributes:
        forecast: its number in the ledger.
        title: what the run was called.
        file: of the state.
        block: of the state.
        fate: what became of it.
        why: in words that follow the title.
    """

    forecast: int
    title: str
    file: str
    block: int
    fate: Fate
    why: str


@dataclass(frozen=True, eq=False)
class _State:
    """A later state as it was read.

    Attributes:
        file: that it was read from.
        block: block height.
        netuid: of its subnets, rising.
        registered_at: block of registration, as far as it is known by the state's block; 0 before.
        whole: the table, or nothing where only weights are known.
        weights: those, or nothing.
    """

    file: str
    block: int
    netuid: IntArray
    registered_at: IntArray
    whole: NetworkTable | None
    weights: Weights | None

    def gone(self, start: int) -> np.ndarray:
        """Return which subnets of a start at a block are no longer there (subnets,)."""
        return self.registered_at > start

    def described(self) -> LaterState:
        """Return the state as a ledger keeps it."""
        if self.whole is not None:
            found = {name: np.asarray(getattr(self.whole, name)) for name in _DECISIVE}
            # What a file does not say leaves no trace, so that a version which knows of a further
            # column takes the same file for the same state.
            text = digest([(name, each.tolist()) for name, each in found.items() if _says(each)])
        else:
            assert self.weights is not None
            weights = self.weights
            text = digest(
                [
                    column.tolist()
                    for column in (
                        self.netuid,
                        self.registered_at,
                        weights.moving_price,
                        weights.miner_burned,
                        weights.emission_enabled,
                    )
                ]
            )
        about = {"block": self.block, "whole": self.whole is not None, "digest": text}
        return LaterState(about | {"file": self.file, "dtaojax_version": __version__})


def _says(values: np.ndarray) -> bool:
    """Whether a column is there, and not 0 throughout."""
    return values.dtype != object and bool(np.any(values))


def ledger_named(given: Path | None = None) -> Path | None:
    """Return the ledger that a command or ``DTAOJAX_LEDGER`` names, or nothing."""
    if given is not None:
        return given
    named = os.environ.get(LEDGER_VARIABLE)
    return Path(named) if named else None


def recipe_of(config: Config) -> str:
    """Return a digest of what makes forecasts of one kind: rules, demand, behaviour, arrivals."""
    parts = {
        name: getattr(config, name).model_dump(mode="json", exclude_defaults=True)
        for name in ("mechanism", "behaviour", "arrivals")
    }
    text = json.dumps(parts | {"demand": demand_digest(config.demand)}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def track_record(config: Config | None, given: Path | None = None) -> dict[str, Any] | None:
    """Return what a trust badge says of the ledger that is named; nothing where none is.

    Args:
        config: of the run whose badge it is; None where it cannot be told.
        given: the ledger, in place of the one that ``DTAOJAX_LEDGER`` names.

    Raises:
        ResultsError: there is no such ledger, or it is not as it was written.
    """
    file = ledger_named(given)
    if file is None:
        return None
    recipe = "" if config is None else recipe_of(config)
    return record_in_words(read_ledger(file), file.name, recipe)


def with_record(results: Results, ledger: Path | None) -> Results:
    """Return a run's results with the record of a ledger in its badge; as they are without one.

    Raises:
        ResultsError: there is no such ledger, or it is not as it was written.
    """
    record = track_record(config_of(results), ledger)
    if record is None:
        return results
    trust = {**(results.manifest.get("trust") or {}), "record": record}
    return dataclasses.replace(results, manifest={**results.manifest, "trust": trust})


def config_of(results: Results) -> Config | None:
    """Return the config of a finished run; nothing where this version does not read it."""
    try:
        return config_from_dict(results.manifest["config"])
    except (ConfigError, KeyError, TypeError):
        return None


def add_run(file: Path, folder: Path, now: datetime) -> Added:
    """Add the forecast of a finished run to a ledger, which is made if it is not there.

    Args:
        file: of the ledger.
        folder: of the run.
        now: when it is added [UTC].

    Raises:
        ResultsError: the run is damaged or says nothing that can be scored, or the ledger is not as
            it was written.
    """
    results = load(folder)
    try:
        forecast = forecast_of_run(results)
    except ResultsError as error:
        raise ResultsError(f"{folder}: {error}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise ResultsError(
            f"{folder}: is not a run of which a forecast can be kept ({error!r}); run again"
        ) from error
    return Added(*add_forecast(file, forecast, now))


def forecast_of_run(results: Results) -> Forecast:
    """Return what of a run can be held against a later state.

    Raises:
        ResultsError: nothing can, for a reason that follows the folder's name.
    """
    # JAX is slow to load, and a badge that reads a ledger does not need it.
    from dtaojax.world.observation import GAUGES, NETWORK_SCALARS

    manifest = results.manifest
    config = config_of(results)
    if config is None:
        raise ResultsError("its config is not one of this version of dtaojax; run again")
    if config.network.synthetic is not None:
        raise ResultsError(
            "starts from a network that was drawn at random, of which no later state can come"
        )
    own = config.behaviour
    about = {
        "title": manifest["title"],
        "config_hash": manifest["config_hash"],
        "network": manifest["identity"]["network"],
        "network_name": manifest["network"]["name"],
        "block": manifest["network"]["block"],
        "rules": config.mechanism.named,
        "demand": demand_label(config),
        "behaviour": own.fit,
        "recipe": recipe_of(config),
        "seed": manifest["seed"],
        "paths": manifest["paths"]["used"],
        "horizon_days": manifest["run"]["horizon_days"],
        "report_days": list(manifest["run"]["report_days"]),
        "step_blocks": manifest["run"]["step_blocks"],
        "config": manifest["config"],
        "created": manifest["created"],
        "dtaojax_version": manifest["dtaojax_version"],
        "versions": manifest["versions"],
    }
    figures = (*NETWORK_SCALARS, "deregistrations")
    return forecast_of(results, about, tuple(GAUGES), figures, _EVENTS)


def score(
    file: Path,
    networks: Sequence[str | Path],
    now: datetime,
    *,
    start: Sequence[str | Path] = (),
    tolerance: float = TOLERANCE,
) -> list[Verdict]:
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
    states = _read_states([Path(each) if Path(each).suffix else each for each in networks])
    starts = _Starts([load_network(each) for each in start])
    found = []
    for state in states:
        described = state.described()
        found += _scored(file, content, state, described, starts, tolerance, now)
    return found


def _scored(
    file: Path,
    content: Content,
    state: _State,
    described: LaterState,
    starts: _Starts,
    tolerance: float,
    now: datetime,
) -> list[Verdict]:
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
        Verdict(number, content.forecasts[number].about["title"], state.file, state.block, *each)
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
    state: _State,
    kept: Kept,
    asked: set[tuple[str, int, float]],
    day: float,
    starts: _Starts,
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
        outcome = Outcome(state.whole, True, state.gone(begun))
    else:
        assert state.weights is not None
        outcome = Outcome(state.weights.on(starts.of(kept)), False, state.gone(begun))
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


def _config(file: str, kept: Kept) -> Config:
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


class _Starts:
    """Networks that forecasts start from, by their blocks."""

    def __init__(self, given: Sequence[NetworkTable]) -> None:
        embedded = [load_network(name) for name in embedded_networks()]
        self._known = {table.block: table for table in (*embedded, *given)}

    def of(self, kept: Kept) -> NetworkTable:
        """Return the network that a forecast starts from.

        Raises:
            NetworkError: it is none of those that are known.
        """
        block = kept.about["block"]
        if block not in self._known:
            text = (
                "weights alone are known, and the rest is as at the start, "
                f"{kept.about['network_name']} at block {block:,}; give it: --start FILE"
            )
            raise NetworkError("start", [text])
        return self._known[block]


def _read_states(files: Sequence[str | Path]) -> list[_State]:
    """Read states, the earliest first; a whole state stands for weights of its block.

    Raises:
        NetworkError: a file is wrong, or nothing tells what is gone at a block of weights.
    """
    whole = [
        (Path(file).name, load_network(file))
        for file in files
        if isinstance(file, str) or has_reserves(file)
    ]
    states = [
        _State(name, table.block, table.netuid, table.registered_at, table, None)
        for name, table in whole
    ]
    known = {state.block for state in states}
    for file in files:
        if isinstance(file, str) or has_reserves(file):
            continue
        for weights in read_weights(file):
            if weights.block in known:
                continue
            later = [table for _, table in whole if table.block >= weights.block]
            if not later:
                text = (
                    f"block {weights.block:,}: says nothing of which subnets are gone; give a "
                    "whole state of this block or a later one beside it"
                )
                raise NetworkError(str(file), [text])
            told = min(later, key=lambda table: table.block)
            if not np.array_equal(told.netuid, weights.netuid):
                text = f"block {weights.block:,}: its netuids are not those of {told.name}"
                raise NetworkError(str(file), [text])
            registered = np.where(told.registered_at <= weights.block, told.registered_at, 0)
            states.append(
                _State(file.name, weights.block, weights.netuid, registered, None, weights)
            )
    return sorted(states, key=lambda state: state.block)


def report_ledger(file: Path, folder: Path, now: datetime) -> Path:
    """Write the page of a ledger with its tables.

    Args:
        file: of the ledger.
        folder: for the page; made if it does not exist.
        now: when that is [UTC].

    Returns:
        The page's path.

    Raises:
        ResultsError: the ledger is not as it was written, or the folder cannot be written.
    """
    content = read_ledger(file)
    results = _results(content, file.name, now)
    files = (FILE_NAME, "summary.json", *(f"{name}.parquet" for name in results.tables))
    refuse_replacing(folder, files, [file])
    with result_folder(folder, "ledger report") as new:
        with writing(new):
            for name, table in results.tables.items():
                table.to_parquet(new / f"{name}.parquet", index=False)
            write_json(new / "summary.json", results.summary())
            write_json(new / "manifest.json", results.manifest)
        write_ledger_page(results, new)
    return folder / FILE_NAME


def _results(content: Content, file: str, now: datetime) -> LedgerResults:
    record = record_of(content)
    manifest = {
        "schema_version": SCHEMA_VERSION,
        "command": "ledger report",
        "title": "Did the forecasts hold?",
        "created": now.isoformat(timespec="seconds"),
        "dtaojax_version": __version__,
        "record": record_in_words(content, file),
    }
    return LedgerResults(manifest, dict(vars(record)))
