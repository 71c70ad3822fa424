"""What a comparison is given: configs to run, or folders of finished runs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dtaojax.files.text import NAME_LENGTH, one_line
from dtaojax.inputs import Inputs, read_inputs
from dtaojax.schema.errors import ConfigError, Problem
from dtaojax.studies.shared.finished import (
    Finished,
    PairingKey,
    read_finished,
    refuse_number_of_runs,
    refuse_unpaired,
)
from dtaojax.studies.shared.outputs import refuse_replacing
from dtaojax.studies.sweep.design import Point, grid

FILES: Final = ("differences.csv", "differences.parquet", "compare.json", "report.html")
"""What a comparison leaves in its folder."""

PARTS_FILE: Final = "parts.csv"
"""What it leaves besides where differences are taken apart."""

_UNFIT: Final = re.compile(r"[^A-Za-z0-9._=-]+")
"""What the name of a folder is kept clear of."""


@dataclass(frozen=True)
class ComparisonInput:
    """One side of a comparison.

    Attributes:
        label: Harmless label, unlike all others.
        folder: Folder of the results.
        inputs: Config and network to run first; None where a finished run was given.
    """

    label: str
    folder: Path
    inputs: Inputs | None = None

    def read(self) -> Finished:
        """Read the results, which must be there by now.

        Raises:
            ResultsError: They are not, or cannot be used.
        """
        return read_finished(self.folder, self.label)


@dataclass(frozen=True)
class ComparisonPlan:
    """A comparison before it is made.

    Attributes:
        folder: Folder for the tables and the page.
        runs: Inputs to compare, the baseline first.
    """

    folder: Path
    runs: tuple[ComparisonInput, ...]


def plan_comparison(
    places: Sequence[Path], overrides: Sequence[str], axes: Sequence[str], folder: Path | None
) -> ComparisonPlan:
    """Read and check everything that is given, before anything is run.

    Args:
        places: Configs, or folders of finished runs.
        overrides: Overrides for all configs, as ``key=value``.
        axes: Values that the one config is run with (:func:`~.design.grid`).
        folder: Folder for the comparison; beside the first one's by default.

    Raises:
        ConfigError: A config is wrong, the runs cannot be paired, or options contradict.
        NetworkError: A network file is wrong.
        HistoryError: A history is wrong.
        ResultsError: A folder holds no finished run.
    """
    if axes:
        points = grid(axes).points
        _refuse_grid(places)
        refuse_number_of_runs(len(points))
        labels = list(map(_spelled, points))
        places = [places[0]] * len(points)
    else:
        points = ({},) * len(places)
        refuse_number_of_runs(len(places))
        _refuse_overrides(places, overrides)
        labels = _names(places)
    labels = list(distinct(one_line(label, NAME_LENGTH) or "run" for label in labels))
    inputs = [
        None
        if place.is_dir()
        else read_inputs(place, [*overrides, *(f"{key}={value}" for key, value in point.items())])
        for place, point in zip(places, points, strict=True)
    ]
    target = folder or _beside(places[0], inputs[0])
    names = distinct(map(folder_name, labels))
    runs = tuple(
        ComparisonInput(label, place if one is None else target / "runs" / name, one)
        for label, name, place, one in zip(labels, names, places, inputs, strict=True)
    )
    keys = [
        each.read().pairing_key if each.inputs is None else PairingKey.of_config(each.inputs.config)
        for each in runs
    ]
    refuse_unpaired(labels, keys)
    # Results that are compared are read, and must not be replaced by the comparison.
    given = [file for place in set(places) if place.is_dir() for file in place.iterdir()]
    refuse_replacing(target, FILES, given)
    return ComparisonPlan(target, runs)


def _refuse_grid(places: Sequence[Path]) -> None:
    if len(places) != 1 or places[0].is_dir():
        text = "changes one config; give that alone, or leave --grid out"
        raise ConfigError("compare", [Problem("--grid", text)])


def _refuse_overrides(places: Sequence[Path], overrides: Sequence[str]) -> None:
    if overrides and all(place.is_dir() for place in places):
        text = "changes configs, but only folders of finished runs are given; leave it out"
        raise ConfigError("compare", [Problem("--set", text)])


def _spelled(point: Point) -> str:
    """Write a point of a grid in words: the value alone where only one key changes."""
    values = {key: value.strip("\"'") for key, value in point.items()}
    if len(values) == 1:
        (key, value), *_ = values.items()
        return value if key == "mechanism" else f"{key.rpartition('.')[2]} = {value}"
    return ", ".join(f"{key.rpartition('.')[2]} = {value}" for key, value in values.items())


def _names(places: Sequence[Path]) -> list[str]:
    """Return file names without their ending.

    With the folder before them where two are the same.
    """
    whole = [place.resolve() for place in places]
    short = [place.name if place.is_dir() else place.stem for place in whole]
    counts = Counter(name for _, name in set(zip(whole, short, strict=True)))
    return [
        name if counts[name] == 1 else f"{place.parent.name}/{name}"
        for name, place in zip(short, whole, strict=True)
    ]


def folder_name(label: str) -> str:
    """Return a label as the name of a folder."""
    return _UNFIT.sub("-", label).strip("-.") or "run"


def distinct(labels: Iterable[str]) -> Iterator[str]:
    """Yield the labels, numbered where one comes again."""
    seen: Counter[str] = Counter()
    for label in labels:
        seen[label] += 1
        yield label if seen[label] == 1 else f"{label} ({seen[label]})"


def _beside(place: Path, inputs: Inputs | None) -> Path:
    base = place if inputs is None else inputs.config.output_folder
    return base.with_name(f"{base.resolve().name}-compare")
