"""The plain-data contract between computing and reading: what a run leaves in its folder.

Nothing here knows JAX or the model, so a report can be rebuilt from a folder on any laptop.

A run folder holds

``manifest.json``     how the numbers were made: config, its hash, seed, versions, device, times,
                      lost paths, assumptions.
``summary.json``      the headline numbers, one record a number, and what was back-tested of them.
``network.parquet``   estimates about the whole network, by day.
``subnets.parquet``   estimates about each subnet, by day.
``portfolio.parquet`` estimates about the configured portfolio (absent without one).
``cohorts.parquet``   estimates about each cohort, by day (absent where they are not told apart).
``initial.parquet``   the state that the run started from, one row a subnet.
``losses.parquet``    the histogram of portfolio losses (absent without a portfolio).
``convergence.parquet`` the main numbers from the first paths, ``n_paths`` of them.
``paths.parquet``     per-path figures, one row a path, in path order.
``report.html``       the report, written last.
"""

from __future__ import annotations

import dataclasses
import json
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    import pandas as pd

SCHEMA_VERSION: Final = 1

COVERAGE: Final = 0.95
"""How often an interval of an estimate is to hold the truth."""

FEWEST_TAIL_PATHS: Final = 10
"""Paths beyond the VaR that an expected shortfall must rest on; docs/coverage.md measures it."""

QUANTILE_LEVELS: Final = (0.005, 0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975, 0.995)
"""Levels at which every distribution is reported."""

Statistic = Literal["mean", "quantile", "probability", "var", "es", "es_contribution"]
Scope = Literal["network", "subnet", "portfolio", "position", "cohort"]

ESTIMATE_COLUMNS: Final = (
    "quantity",
    "scope",
    "netuid",
    "day",
    "statistic",
    "level",
    "value",
    "standard_error",
    "ci_low",
    "ci_high",
    "n_paths",
    "unit",
)
"""Columns of ``network.parquet``, ``subnets.parquet`` and ``portfolio.parquet``, in this order.

``netuid`` is a nullable integer, ``level`` is the quantile level, or the confidence of a VaR or ES,
and NaN for other statistics. ``ci_low`` and ``ci_high`` bound a 95 % Monte Carlo interval. A
quantile beyond what was counted is a bound and has no standard error: ``value`` is the most that it
can be where ``ci_low`` is minus infinity, the least where ``ci_high`` is infinite.
"""

COHORT: Final = "cohort"
"""The column that ``cohorts.parquet`` has besides ``ESTIMATE_COLUMNS``: whom a row is about."""

TABLES: Final = (
    "network", "subnets", "portfolio", "cohorts", "initial", "losses", "convergence", "paths"
)  # fmt: skip


def paths_needed(statistic: str, level: float) -> int:
    """Return the number of paths below which an estimate has no interval that can be trusted.

    For a quantile, and so for a VaR, the chance that none of n paths lies beyond it,
    ``max(level, 1 - level)**n``, must not exceed half of what an interval may miss: with fewer
    paths the interval would have to end beyond the most extreme one (David and Nagaraja, "Order
    Statistics", 7.1). An expected shortfall needs :data:`FEWEST_TAIL_PATHS` in its tail. Any other
    statistic needs two paths.
    """
    match statistic:
        case "quantile" | "var":
            return math.ceil(math.log((1.0 - COVERAGE) / 2) / math.log(max(level, 1.0 - level)))
        case "es" | "es_contribution":
            # 1 - 0.95 is a little off 0.05, which must not ask for a path more.
            return math.ceil(FEWEST_TAIL_PATHS / (1.0 - level) - 1e-6)
        case _:
            return 2


class ResultsError(Exception):
    """A results folder that cannot be written or read; the message names the place and the fix."""


@dataclass(frozen=True)
class Metric:
    """One headline number with its Monte Carlo error.

    Attributes:
        name: what it is, for example ``emission_hhi`` or ``loss_realizable_es_99``.
        scope: ``network``, ``subnet``, ``portfolio`` or ``position``.
        netuid: the subnet, or None where the number is not about one.
        day: days after the start [days].
        value: the estimate, in ``unit``.
        standard_error: of the estimate, in ``unit``.
        ci_low: lower end of the 95 % Monte Carlo interval.
        ci_high: upper end of the 95 % Monte Carlo interval.
        n_paths: number of paths behind the estimate.
        unit: ``ratio``, ``TAO``, ``TAO/alpha``, ``subnets`` ...
    """

    name: str
    scope: Scope
    netuid: int | None
    day: float
    value: float
    standard_error: float
    ci_low: float
    ci_high: float
    n_paths: int
    unit: str


@dataclass(frozen=True)
class Results:
    """Everything a run found, as plain data.

    Attributes:
        manifest: how the numbers were made; JSON types only.
        metrics: the headline numbers.
        tables: data frames by name, of :data:`TABLES`; ``portfolio`` and ``losses`` may be absent.
    """

    manifest: dict[str, Any]
    metrics: tuple[Metric, ...]
    tables: dict[str, pd.DataFrame]


def finite_or_none(value: Any) -> Any:
    """Replaces NaN and infinities by None, through lists and dicts, so that JSON stays standard."""
    if isinstance(value, float):
        return value if value - value == 0.0 else None
    if isinstance(value, dict):
        return {key: finite_or_none(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite_or_none(item) for item in value]
    return value


def write_whole(path: Path, text: str) -> None:
    """Writes text by way of a temporary file, so that a reader sees all of it or nothing."""
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(text.encode("utf-8"))
    os.replace(partial, path)


def write_json(path: Path, content: Any) -> None:
    """Writes JSON, all of it or nothing."""
    text = json.dumps(finite_or_none(content), indent=1, ensure_ascii=False, allow_nan=False)
    write_whole(path, text + "\n")


def save(results: Results, folder: Path) -> None:
    """Writes ``results`` into ``folder``, the manifest last.

    A folder without ``manifest.json`` is therefore never a finished run. The table ``paths`` is
    written block by block while a run goes on and is skipped here if its file exists already.

    Raises:
        ResultsError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in results.tables.items():
            target = folder / f"{name}.parquet"
            if name == "paths" and target.exists():
                continue
            table.to_parquet(target, index=False)
        records = [dataclasses.asdict(metric) for metric in results.metrics]
        summary = {
            "schema_version": SCHEMA_VERSION,
            "trust": results.manifest.get("trust"),
            "metrics": records,
        }
        write_json(folder / "summary.json", summary)
        write_json(folder / "manifest.json", results.manifest)
    except OSError as error:
        raise ResultsError(
            f"{folder}: cannot write the results ({error.strerror or error}); "
            "choose another folder with --out"
        ) from error


@contextmanager
def writing_into(folder: Path) -> Iterator[None]:
    """Makes a folder, if it is not there, and lets its body write into it.

    Raises:
        ResultsError: the folder cannot be written.
    """
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        yield


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Lets its body write into a folder.

    Raises:
        ResultsError: the folder cannot be written.
    """
    try:
        yield
    except OSError as error:
        raise ResultsError(
            f"{folder}: cannot be written ({error.strerror or error}); "
            "choose another folder with --out"
        ) from error


def load(folder: Path) -> Results:
    """Reads what :func:`save` wrote; the per-path table is left on disk.

    Raises:
        ResultsError: a file is missing or damaged, or was written under another schema version.
    """
    import pandas as pd

    def read_json(name: str) -> Any:
        path = folder / name
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise ResultsError(
                f"{path}: cannot be read ({error.strerror or error}); "
                "give the folder of a finished run"
            ) from error
        except ValueError as error:
            raise ResultsError(f"{path}: is not JSON ({error}); run again") from error

    manifest = read_json("manifest.json")
    summary = read_json("summary.json")
    for name, content in (("manifest.json", manifest), ("summary.json", summary)):
        version = content.get("schema_version") if isinstance(content, dict) else None
        if version != SCHEMA_VERSION:
            raise ResultsError(
                f"{folder / name}: has schema version {version!r}, this dtaojax reads "
                f"{SCHEMA_VERSION}; run again with this version"
            )
    try:
        metrics = tuple(_metric(record) for record in summary["metrics"])
    except (KeyError, TypeError, ValueError) as error:
        raise ResultsError(
            f"{folder / 'summary.json'}: a metric is not as it was written ({error!r}); run again"
        ) from error
    names = manifest.get("tables")
    if not isinstance(names, list) or not set(names) <= set(TABLES):
        raise ResultsError(
            f"{folder / 'manifest.json'}: tables is {names!r}, but must list some of "
            f"{', '.join(TABLES)}; run again"
        )
    tables = {}
    for name in names:
        if name == "paths":
            continue
        path = folder / f"{name}.parquet"
        try:
            tables[name] = pd.read_parquet(path)
        except Exception as error:
            raise ResultsError(f"{path}: cannot be read ({error}); run again") from error
    return Results(manifest=manifest, metrics=metrics, tables=tables)


def _metric(record: dict[str, Any]) -> Metric:
    """A metric from its JSON form, in which an unknown number is null."""
    metric = Metric(**record)
    numbers = ("value", "standard_error", "ci_low", "ci_high")
    unknown = {name: float("nan") for name in numbers if record[name] is None}
    return dataclasses.replace(metric, **unknown)
