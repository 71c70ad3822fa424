"""The ledger of forecasts: runs are added, later states score them, a page shows how they did."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from dtaojax.config.config import Config
from dtaojax.config.load import config_from_dict
from dtaojax.results.contract import SCHEMA_VERSION, Results, ResultsError, load
from dtaojax.schema.errors import ConfigError
from dtaojax.studies.ledger.badge import record_in_words
from dtaojax.studies.ledger.forecast import (
    Forecast,
    forecast_of,
)
from dtaojax.studies.ledger.page import render_ledger
from dtaojax.studies.ledger.record import record_of
from dtaojax.studies.ledger.result import LedgerResults
from dtaojax.studies.ledger.schema import Content, LedgerEntry
from dtaojax.studies.ledger.store import add_forecast, read_ledger
from dtaojax.studies.shared.study import PAGE, result_files, study_folder, write_files
from dtaojax.studies.shared.trust import demand_digest, demand_label
from dtaojax.version import __version__

LEDGER_VARIABLE: Final = "DTAOJAX_LEDGER"
"""Environment variable that names the ledger of which runs and reports tell the record."""
_EVENTS: Final = ("below_bar", "unpaid", "deregistered")
"""Events of subnets that a later state tells."""


@dataclass(frozen=True)
class Added:
    """A run that lies in a ledger.

    Attributes:
        kept: entry of the forecast.
        is_new: true where it was added now.
        head: digest of all that the ledger holds.
    """

    kept: LedgerEntry
    is_new: bool
    head: str


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
    files = result_files(results, render_ledger(results))
    with study_folder(folder, "ledger report", files, [file]) as new:
        write_files(new, files)
    return folder / PAGE


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
