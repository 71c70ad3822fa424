"""Two or more finished runs held side by side, path by path."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from dtaojax.config.differences import config_differences
from dtaojax.metrics.estimate import Estimate
from dtaojax.metrics.headline import metric_name
from dtaojax.metrics.paired import (
    FIRST_PATH,
    USED,
    batch_column,
    batch_difference,
    bounded_difference,
    mean_difference,
    quantile_difference,
    shortfall_difference,
)
from dtaojax.results.contract import SCHEMA_VERSION, ResultsError
from dtaojax.storage import holding
from dtaojax.studies.compare.inputs import FILES, PARTS_FILE
from dtaojax.studies.compare.page.page import write_compare_page
from dtaojax.studies.compare.result import DIFFERENCE_COLUMNS, PART_COLUMNS, ComparisonResult
from dtaojax.studies.shared.finished import Finished, refuse_number_of_runs, refuse_unpaired
from dtaojax.studies.shared.study import study_folder, write_files
from dtaojax.version import __version__

_NUMBERS: Final = ("value", "standard_error", "ci_low", "ci_high")


class CounterfactualRun(NamedTuple):
    """A run whose difference from the baseline was to be taken apart.

    Attributes:
        run: Label of the run whose difference is taken apart.
        finished: Run under its rules with the baseline's decisions; None without one.
        reason: Sentence on why there is none; empty otherwise.
    """

    run: str
    finished: Finished | None
    reason: str = ""


def compare_finished(
    runs: Sequence[Finished], taken_apart: Sequence[CounterfactualRun] | None = None
) -> ComparisonResult:
    """Compare every run with the first.

    Args:
        runs: Two runs or more, the baseline first.
        taken_apart: Counterfactual run of every run but the first; None where differences are not
            to be taken apart.

    Raises:
        ConfigError: The runs do not draw the same random numbers, or there are too few or many.
        ResultsError: A run lacks figures that its tables speak of, or no path is left in all.
    """
    refuse_number_of_runs(len(runs))
    counterfactual = {each.run: each.finished for each in taken_apart or () if each.finished}
    everything = [*runs, *counterfactual.values()]
    refuse_unpaired([run.label for run in everything], [run.pairing_key for run in everything])
    common = np.logical_and.reduce([run.used for run in everything])
    if not common.any():
        raise ResultsError(
            f"{runs[0].folder}: no path stayed finite in all runs, so nothing can be compared; see "
            "the lost paths in each run's report"
        )
    dropped = {run.label: int((run.used & ~common).sum()) for run in runs}
    # Every difference is over the same paths: those that stayed finite in all runs.
    baseline, *others = (run.among(common) for run in runs)
    rows = [
        {"run": other.label, "baseline": baseline.label, **row}
        for other in others
        for row in (*_paired_rows(baseline, other), *_subnet_rows(baseline, other))
    ]
    manifest = _manifest(runs, int(common.sum()), dropped)
    if taken_apart is not None:
        manifest["taken_apart"] = [{"run": each.run, "reason": each.reason} for each in taken_apart]
    evidence = [run.evidence for run in runs]
    parts = [
        {"run": other.label, "baseline": baseline.label, **row}
        for other in others
        if (middle := counterfactual.get(other.label)) is not None
        for row in _parts(baseline, middle.among(common), other)
    ]
    return ComparisonResult(
        manifest,
        evidence,
        _table(rows, DIFFERENCE_COLUMNS),
        None if taken_apart is None else _table(parts, PART_COLUMNS),
    )


def _table(rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(columns))
    return table.astype({"netuid": "Int64", "n_paths": "Int64"})


def _parts(baseline: Finished, middle: Finished, other: Finished) -> Iterator[dict[str, Any]]:
    """Yield both parts of all differences; parts of means add up to the whole on every path."""
    for part, first, second in (("rules", baseline, middle), ("answer", middle, other)):
        for row in (*_paired_rows(first, second), *_subnet_rows(first, second)):
            yield {"part": part, **row}


@contextmanager
def comparing(folder: Path) -> Iterator[Callable[..., ComparisonResult]]:
    """Claim a folder while runs are made; the body compares them there when they are.

    What the body is given takes the arguments of :func:`compare_finished`.

    Raises:
        ConfigError: The runs do not draw the same random numbers, or there are too few or many.
        ResultsError: The folder cannot be written, or a run lacks figures.
    """
    # Claimed while the runs are made, so that no other command writes there in the hours between.
    with study_folder(folder, "compare", (*FILES, PARTS_FILE)) as new:

        def compare(
            runs: Sequence[Finished], taken_apart: Sequence[CounterfactualRun] | None = None
        ) -> ComparisonResult:
            found = compare_finished(runs, taken_apart)
            write_comparison(found, new)
            holding(new, "compare", folder, [run.folder for run in runs])
            return found

        yield compare


def write_comparison(comparison: ComparisonResult, folder: Path) -> Path:
    """Write the tables, ``compare.json`` and, last, the page.

    Returns:
        The page's path.

    Raises:
        ResultsError: The folder cannot be written.
    """
    rows, same_rows, told, _ = FILES
    files: dict[str, Any] = dict.fromkeys((rows, same_rows), comparison.differences)
    files[told] = comparison.manifest
    if comparison.parts is not None:
        files[PARTS_FILE] = comparison.parts
    write_files(folder, files)
    return write_compare_page(comparison, folder)


def _paired_rows(baseline: Finished, other: Finished) -> Iterator[dict[str, Any]]:
    """Yield differences of all headline numbers of the network and the portfolio."""
    for name in ("network", "portfolio"):
        tables = [run.results.tables.get(name) for run in (baseline, other)]
        if tables[0] is None or tables[1] is None:
            continue
        # An inner join in the order of the baseline: what one run lacks is left out, and warned of.
        pairs = tables[0].merge(
            tables[1],
            on=["quantity", "scope", "netuid", "day", "statistic", "level", "unit"],
            suffixes=("_baseline", ""),
            sort=False,
        )
        identity = ["quantity", "netuid", "day"]
        # Rows about no position have no netuid, and must not be dropped for it.
        for (quantity, netuid, day), group in pairs.groupby(identity, sort=False, dropna=False):
            position = None if pd.isna(netuid) else int(netuid)
            yield from _figure_rows(baseline, other, str(quantity), float(day), position, group)


def _figure_rows(
    baseline: Finished,
    other: Finished,
    quantity: str,
    day: float,
    netuid: int | None,
    group: pd.DataFrame,
) -> Iterator[dict[str, Any]]:
    """Yield differences of all headline numbers of one figure at one day."""
    ours, theirs = (_sample(run, quantity, day, netuid) for run in (baseline, other))
    for row in group.to_dict("records"):
        name = metric_name(quantity, row["statistic"], row["level"])
        # What too few paths would make is withheld in the runs, and so is its difference.
        if name is None or np.isnan([row["value"], row["value_baseline"]]).any():
            continue
        match row["statistic"]:
            case "mean":
                estimate = mean_difference(ours, theirs)
            case "quantile" | "var":
                estimate = quantile_difference(ours, theirs, row["level"])
            case "es":
                estimate = shortfall_difference((ours, ours), (theirs, theirs), row["level"])
            case _:
                whole, other_whole = (
                    _sample(run, quantity, day, None) for run in (baseline, other)
                )
                estimate = shortfall_difference((whole, ours), (other_whole, theirs), row["level"])
        yield _row(name, row, estimate, len(ours), "paired")


def _sample(run: Finished, quantity: str, day: float, netuid: int | None) -> np.ndarray:
    try:
        return run.figures.sample(quantity, day, netuid)
    except KeyError as error:
        raise ResultsError(
            f"{run.folder / 'paths.parquet'}: has no column {error}, of which the tables speak; "
            "they are of different runs; run again"
        ) from error


def _subnet_rows(baseline: Finished, other: Finished) -> Iterator[dict[str, Any]]:
    """Yield differences of means and probabilities of single subnets at the horizon.

    They are paired by batches of paths; of runs that kept none only a bound is known.
    """
    tables = []
    for run in (baseline, other):
        table = run.results.tables["subnets"]
        is_headline = table["statistic"].isin(["mean", "probability"])
        tables.append(table[is_headline & (table["day"] == run.evidence.horizon)])
    pairs = tables[0].merge(
        tables[1],
        on=["quantity", "scope", "netuid", "day", "statistic", "level", "unit"],
        suffixes=("_baseline", ""),
        sort=False,
    )
    ours, theirs, used = _common_batches(baseline, other)
    for row in pairs.to_dict("records"):
        name = metric_name(row["quantity"], row["statistic"], row["level"])
        column = batch_column(row["quantity"], row["netuid"])
        if len(used) >= 2 and column in ours and column in theirs:
            found = batch_difference(ours[column].to_numpy(), theirs[column].to_numpy(), used)
            yield _row(name, row, found, int(used.sum()), "paired")
            continue
        single = (
            Estimate(*(np.asarray(row[f"{number}{suffix}"]) for number in _NUMBERS))
            for suffix in ("_baseline", "")
        )
        paths = min(row["n_paths_baseline"], row["n_paths"])
        yield _row(name, row, bounded_difference(*single), paths, "bound")


def _common_batches(
    baseline: Finished, other: Finished
) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray]:
    """Return batches whose paths stayed finite in both runs or in neither, and how many did.

    None where a run kept no batches, or other ones.
    """
    tables = [run.results.tables.get("batches", pd.DataFrame()) for run in (baseline, other)]
    first = [table.get(FIRST_PATH, pd.Series(dtype=int)).to_numpy() for table in tables]
    if len(first[0]) == 0 or not np.array_equal(*first):
        return tables[0][:0], tables[1][:0], np.zeros(0, int)
    # Both are used on the common paths alone by now; a batch that had others cannot be split.
    used = np.add.reduceat(baseline.used, first[0], dtype=np.int64)
    whole = (used > 0) & np.logical_and.reduce([table[USED] == used for table in tables])
    return tables[0][whole], tables[1][whole], used[whole]


def _row(
    name: str | None, row: dict[str, Any], estimate: Estimate, paths: int, pairing: str
) -> dict[str, Any]:
    """Make a row of the table from a row of two tables merged."""
    kept = ("quantity", "scope", "netuid", "day", "statistic", "level", "unit", "value")
    difference, error, low, high = map(float, estimate)
    return {
        "name": name,
        **{column: row[column] for column in kept},
        "value_error": row["standard_error"],
        "baseline_value": row["value_baseline"],
        "baseline_error": row["standard_error_baseline"],
        "difference": difference,
        "standard_error": error,
        "ci_low": low,
        "ci_high": high,
        "n_paths": paths,
        "pairing": pairing,
    }


def _manifest(runs: Sequence[Finished], common: int, dropped: dict[str, int]) -> dict[str, Any]:
    manifests = [run.results.manifest for run in runs]
    settings = config_differences([manifest["config"] for manifest in manifests])
    return {
        "schema_version": SCHEMA_VERSION,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "dtaojax_version": __version__,
        "paths": common,
        "footing": runs[0].pairing_key._asdict(),
        "runs": [
            {
                "label": run.label,
                "title": manifest["title"],
                "folder": run.folder.name,
                "config_file": manifest["config_file"],
                "config_hash": manifest["config_hash"],
                "preset": manifest["mechanism"]["preset"],
                "summary": manifest["mechanism"]["summary"],
                "since_then": manifest["mechanism"].get("since_then", ""),
                "changes": manifest["mechanism"].get("changes", []),
                "network": manifest["network"]["name"],
                "lost": manifest["paths"]["lost"],
                "dropped": dropped[run.label],
            }
            for run, manifest in zip(runs, manifests, strict=True)
        ],
        "settings": {key: list(values) for key, values in settings.items()},
        "warnings": list(_warnings(runs, dropped)),
    }


def _warnings(runs: Sequence[Finished], dropped: dict[str, int]) -> Iterator[str]:
    manifests = [run.results.manifest for run in runs]
    identities = [manifest.get("identity") or {} for manifest in manifests]
    for key, what in (("code", "versions of dtaojax"), ("jax", "versions of JAX")):
        if len({identity.get(key) for identity in identities}) > 1:
            yield f"the runs were made by different {what}; part of a difference may be due to that"
    if len({identity.get("network") for identity in identities}) > 1:
        yield (
            "the runs start from different networks; random numbers and figures of single subnets "
            "are matched by place and netuid, which need not be the same subnet"
        )
    known = [_quantities(run) for run in runs]
    if partial := set.union(*known) - set.intersection(*known):
        yield f"left out, as not every run has them: {', '.join(sorted(partial))}"
    if any(dropped.values()):
        lost = ", ".join(f"{count} of {label}" for label, count in dropped.items() if count)
        yield (
            f"differences leave out paths that stayed finite here but not in every run ({lost}); "
            "the single numbers count them"
        )
    said: dict[str, list[str]] = {}
    for run, manifest in zip(runs, manifests, strict=True):
        for text in manifest.get("warnings") or ():
            said.setdefault(text, []).append(run.label)
    for text, labels in said.items():
        yield text if len(labels) == len(runs) else f"{', '.join(labels)}: {text}"


def _quantities(run: Finished) -> set[str]:
    tables = (run.evidence.network, run.evidence.portfolio)
    return set[str]().union(*(table.quantities() for table in tables if table))
