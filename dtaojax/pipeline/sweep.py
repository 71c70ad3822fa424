"""A design over config values: one run a point, and one table of what they found."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from scipy.stats import qmc

from dtaojax.config import ConfigError, Problem
from dtaojax.pipeline.batch import Job, Watcher, read_json, run_batch
from dtaojax.pipeline.crew import CrewMaker
from dtaojax.pipeline.inputs import read_inputs
from dtaojax.results import ResultsError

Point = dict[str, str]
"""Values by dotted key, as they would stand after ``--set``."""

_SCOPES = ("network", "portfolio")
_NAME_DIGITS = 16


@dataclass(frozen=True)
class Design:
    """The points of a sweep.

    Attributes:
        points: in the order in which they are run.
    """

    points: tuple[Point, ...]


def grid(axes: Sequence[str]) -> Design:
    """Every combination of the values of axes written ``key=v1,v2,...``, the last varying fastest.

    Raises:
        ConfigError: an axis is not written so.
    """
    keys, values = [], []
    for axis in axes:
        key, text = _split("--grid", axis, "key=v1,v2")
        keys.append(key)
        values.append(_values(text))
    _refuse_twice("--grid", keys)
    return Design(tuple(dict(zip(keys, row, strict=True)) for row in itertools.product(*values)))


def sobol(ranges: Sequence[str], points: int, seed: int) -> Design:
    """Points of a scrambled Sobol sequence in ranges written ``key=low:high``.

    A range between two whole numbers holds whole numbers, both ends included. A power of two points
    is spread most evenly (Owen 1995; Joe and Kuo 2008).

    Args:
        ranges: one a dimension.
        points: how many.
        seed: of the scrambling.

    Raises:
        ConfigError: a range is not written so.
    """
    keys, bounds = [], []
    for text in ranges:
        key, interval = _split("--sobol", text, "key=low:high")
        keys.append(key)
        bounds.append(_bounds(text, interval))
    _refuse_twice("--sobol", keys)
    unit = qmc.Sobol(len(keys), rng=seed).random_base2((points - 1).bit_length())[:points]
    return Design(
        tuple(
            {key: place(float(u)) for key, place, u in zip(keys, bounds, row, strict=True)}
            for row in unit
        )
    )


def _split(option: str, text: str, form: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip() or not value.strip():
        raise ConfigError(option, [Problem(text, f"must be written {form}")])
    return key.strip(), value.strip()


def _values(text: str) -> list[str]:
    """Parts between commas that stand in no bracket, brace or quotation."""
    parts, depth, quote = [""], 0, ""
    for letter in text:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        depth += (letter in "[{") - (letter in "]}") if not quote else 0
        if letter == "," and depth == 0 and not quote:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def _bounds(text: str, interval: str) -> Callable[[float], str]:
    """From the unit interval to a value as it is written in a config."""
    low, _, high = interval.partition(":")
    try:
        first, last = int(low), int(high)
    except ValueError:
        return _real_bounds(text, low, high)
    return lambda u: str(min(first + int(u * (last - first + 1)), last))


def _real_bounds(text: str, low: str, high: str) -> Callable[[float], str]:
    try:
        lowest, highest = float(low), float(high)
    except ValueError:
        problem = Problem(text, "must be written key=low:high, with two numbers")
        raise ConfigError("--sobol", [problem]) from None
    return lambda u: repr(lowest + u * (highest - lowest))


def _refuse_twice(option: str, keys: Sequence[str]) -> None:
    for key in keys:
        if keys.count(key) > 1:
            raise ConfigError(option, [Problem(key, "is given twice; write all values in one")])


def run_sweep(
    config_file: Path,
    overrides: Sequence[str],
    design: Design,
    folder: Path,
    progress: Callable[[int, Point], None],
    crew_maker: CrewMaker,
) -> pd.DataFrame:
    """Runs every point into a folder of its own, and tabulates headline numbers at their last day.

    A point whose results are there already is not run again, so a sweep that was broken off goes on
    with the same command, and a larger design over the same config adds to a smaller one. All
    points are checked before the first is run.

    Args:
        config_file: what the points change.
        overrides: for all points, before their own.
        design: the points.
        folder: for ``points/``, ``sweep.csv`` and ``sweep.parquet``.
        progress: receives the index of each point before it is run.
        crew_maker: opens what computes the paths, once for all points.

    Returns:
        One row a point: its values, its folder, and each figure with its standard error in a
        column of the same name that ends in ``_se``.

    Raises:
        ConfigError: a point's config is wrong.
        ResultsError: a folder cannot be written.
    """
    inputs = [
        read_inputs(config_file, [*overrides, *(f"{k}={v}" for k, v in point.items())])
        for point in design.points
    ]
    targets = [folder / "points" / one.config.config_hash[:_NAME_DIGITS] for one in inputs]

    def begin(index: int) -> None:
        progress(index, design.points[index])

    run_batch(list(map(Job, inputs, targets)), Watcher(begin), crew_maker)
    rows = [
        {**point, "folder": str(target.relative_to(folder)), **_figures(target)}
        for point, target in zip(design.points, targets, strict=True)
    ]
    table = pd.DataFrame(rows)
    try:
        table.to_csv(folder / "sweep.csv", index=False)
        table.to_parquet(folder / "sweep.parquet", index=False)
    except OSError as error:
        raise ResultsError(
            f"{folder}: cannot be written ({error.strerror or error}); "
            "choose another folder with --out"
        ) from error
    return table


def _figures(folder: Path) -> dict[str, float | None]:
    """Headline numbers of the network and the portfolio at the last day they have."""
    metrics = [m for m in read_json(folder / "summary.json")["metrics"] if m["scope"] in _SCOPES]
    latest = {metric["name"]: metric for metric in metrics}
    found: dict[str, float | None] = {}
    for name, metric in latest.items():
        found[name] = metric["value"]
        found[f"{name}_se"] = metric["standard_error"]
    return found
