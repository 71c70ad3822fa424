"""The plain-data contract between computing and reading: what a run leaves in its folder.

Nothing here knows JAX or the model, so a report can be rebuilt from a folder on any laptop.

A run folder holds

``manifest.json``     how the numbers were made: config, its hash, seed, versions, device, times,
                      lost paths, assumptions; the SHA-256 digests of all files; written last.
``summary.json``      the headline numbers, one record a number, and what was back-tested of them.
``network.parquet``   estimates about the whole network, by day.
``subnets.parquet``   estimates about each subnet, by day.
``portfolio.parquet`` estimates about the configured portfolio (absent without one).
``cohorts.parquet``   estimates about each cohort, by day (absent where they are not told apart).
``initial.parquet``   the state that the run started from, one row a subnet.
``losses.parquet``    the histogram of portfolio losses (absent without a portfolio).
``convergence.parquet`` the main numbers from the first paths, ``n_paths`` of them.
``batches.parquet``   means of every subnet's figures at the horizon over batches of paths.
``decomposition.parquet`` sources of the figures' variance (absent unless it was asked for).
``paths.parquet``     per-path figures, one row a path, in path order.
``report.html``       the report.
"""

from __future__ import annotations

import dataclasses
import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from dtaojax.storage import (
    MANIFEST,
    SCHEMA_VERSION,
    ResultsError,
    final_place,
    is_page,
    read_sealed,
    seal,
    write_json,
)

if TYPE_CHECKING:
    import pandas as pd

COVERAGE: Final = 0.95
"""How often an interval of an estimate is to hold the truth."""

FEWEST_TAIL_PATHS: Final = 10
"""Paths beyond the VaR that an expected shortfall must rest on; docs/coverage.md measures it."""

QUANTILE_LEVELS: Final = (0.005, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.995)
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

NaN stands for what is not known. A VaR or ES from fewer paths than :func:`paths_needed` has no
value. An end of an interval is missing, and the standard error with it, where so few paths cannot
tell how far a quantile lies beyond the most extreme of them, and where a figure without a bound was
the same on every path. A standard error of 0 stands for what is known exactly, the start and what
is lost of a position that is not held, and for a quantile around which paths share one value.
"""

COHORT: Final = "cohort"
"""The column that ``cohorts.parquet`` has besides ``ESTIMATE_COLUMNS``: whom a row is about."""

DECOMPOSITION_COLUMNS: Final = (
    "quantity",
    "scope",
    "netuid",
    "day",
    "unit",
    "deviation",
    "source",
    "order",
    "value",
    "standard_error",
    "ci_low",
    "ci_high",
    "n_paths",
)
"""Columns of ``decomposition.parquet``: which part of a figure's variance a source makes.

``deviation`` is the figure's standard deviation over paths, in ``unit``. ``order`` is ``first`` for
what a source makes alone and ``total`` for what it makes alone and with others; the source
``together`` has the order ``interaction``: what sources make only together. NaN stands where the
figure is the same on all paths.
"""

TABLES: Final = (
    "network", "subnets", "portfolio", "cohorts", "initial", "losses", "convergence", "batches",
    "decomposition", "paths",
)  # fmt: skip


def paths_needed(statistic: str, level: float) -> int:
    """Return the number of paths below which an estimate has no interval that can be trusted.

    For a quantile, and so for a VaR, the chance that none of n paths lies beyond it,
    ``max(level, 1 - level)**n``, must not exceed half of what an interval may miss: with fewer
    paths the interval would have to end beyond the most extreme one (David and Nagaraja, "Order
    Statistics", 7.1). An expected shortfall needs :data:`FEWEST_TAIL_PATHS` in its tail.
    """
    match statistic:
        case "quantile" | "var":
            return math.ceil(math.log((1.0 - COVERAGE) / 2) / math.log(max(level, 1.0 - level)))
        case "es" | "es_contribution":
            # 1 - 0.95 is a little off 0.05, which must not ask for a path more.
            return math.ceil(FEWEST_TAIL_PATHS / (1.0 - level) - 1e-6)
        case _:
            return 1


def why_withheld(statistic: str, level: float) -> str:
    """Return what stands in place of a measure of the tail that too few paths would make."""
    return f"needs {paths_needed(statistic, level):,} paths"


def why_missing(name: str) -> str:
    """Return why the headline number of this name has no value: ``needs 200 paths``."""
    found = re.search(r"_(var|es|es_contribution)_(\d+)$", name)
    return why_withheld(found[1], int(found[2]) / 100.0) if found else "not known"


@dataclass(frozen=True)
class Metric:
    """One headline number with its Monte Carlo error.

    Attributes:
        name: Name of the number, for example ``emission_hhi`` or ``loss_realizable_es_99``.
        scope: One of ``network``, ``subnet``, ``portfolio`` and ``position``.
        netuid: Netuid of the subnet, or None where the number is not about one.
        day: Days after the start [days].
        value: Estimate, in ``unit``.
        standard_error: Standard error of the estimate, in ``unit``.
        ci_low: Lower end of the 95 % Monte Carlo interval.
        ci_high: Upper end of the 95 % Monte Carlo interval.
        n_paths: Number of paths behind the estimate.
        unit: Unit of the numbers: ``ratio``, ``TAO``, ``TAO/alpha``, ``subnets`` ...
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
        manifest: Record of how the numbers were made; JSON types only.
        metrics: Headline numbers.
        tables: Data frames by name, of :data:`TABLES`; ``portfolio`` and ``losses`` may be absent.
    """

    manifest: dict[str, Any]
    metrics: tuple[Metric, ...]
    tables: dict[str, pd.DataFrame]


def save(results: Results, folder: Path) -> None:
    """Write ``results`` into ``folder``, and last the manifest, which seals all that is there.

    A folder without ``manifest.json`` is therefore never a finished run. The table ``paths`` is
    written block by block while a run goes on and is skipped here if its file exists already.

    Raises:
        ResultsError: The folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Tables first, then the summary; the manifest closes the folder.
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
        if "decomposition" in results.tables:
            text = results.tables["decomposition"].to_json(orient="records")
            summary["decomposition"] = json.loads(text)
        write_json(folder / "summary.json", summary)
        # Last: it holds the digests of all other files, and makes the folder a finished result.
        seal(folder, results.manifest)
    except OSError as error:
        raise ResultsError(
            f"{final_place(folder)}: cannot write the results ({error.strerror or error}); "
            "choose another folder with --out"
        ) from error


def load(folder: Path, *, for_pages_by: str | None = None) -> Results:
    """Read what :func:`save` wrote, and check every file; the per-path table stays on disk.

    The per-path table may be missing, as it is where a run was published without it.

    Args:
        folder: Folder of a finished run.
        for_pages_by: Command that makes its pages anew; they are not looked at then.

    Raises:
        ResultsError: A file is missing, damaged or changed, was written under another schema
            version, or a command is at work in the folder.
    """
    import pandas as pd

    def spared(name: str) -> bool:
        is_replaced = for_pages_by is not None and is_page(name)
        return is_replaced or (name == "paths.parquet" and not (folder / name).exists())

    manifest = read_sealed(folder, spared, for_pages_by)
    del manifest["files"]
    file = folder / "summary.json"
    try:
        summary = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ResultsError(f"{file}: cannot be read ({error}); run again") from error
    version = summary.get("schema_version") if isinstance(summary, dict) else None
    if version != SCHEMA_VERSION:
        raise ResultsError(
            f"{file}: has schema version {version!r}, this dtaojax reads {SCHEMA_VERSION}; run "
            "again with this version"
        )
    try:
        metrics = tuple(_metric(record) for record in summary["metrics"])
    except (KeyError, TypeError, ValueError) as error:
        raise ResultsError(
            f"{file}: a metric is not as it was written ({error!r}); run again"
        ) from error
    names = manifest.get("tables")
    if not isinstance(names, list) or not set(names) <= set(TABLES):
        raise ResultsError(
            f"{folder / MANIFEST}: tables is {names!r}, but must list some of "
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
    """Make a metric from its JSON form, in which an unknown number is null."""
    metric = Metric(**record)
    numbers = ("value", "standard_error", "ci_low", "ci_high")
    unknown = {name: float("nan") for name in numbers if record[name] is None}
    return dataclasses.replace(metric, **unknown)
