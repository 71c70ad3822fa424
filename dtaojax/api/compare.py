"""Runs held side by side on the same random paths."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd

from dtaojax.api.configs import Changes, ConfigLike, ResultsDir, read_config
from dtaojax.api.notebook import comparison_snippet
from dtaojax.api.run import Run, load_run, simulate_inputs
from dtaojax.api.tables import by_keys
from dtaojax.config.config import Config
from dtaojax.config.load import changed
from dtaojax.files.reading import noting
from dtaojax.files.text import NAME_LENGTH, one_line
from dtaojax.inputs import Inputs, gather
from dtaojax.schema.errors import ConfigError, Problem
from dtaojax.studies.compare.compare import CounterfactualRun, comparing
from dtaojax.studies.compare.inputs import distinct, folder_name
from dtaojax.studies.compare.result import ComparisonResult
from dtaojax.studies.shared.finished import PairingKey, refuse_number_of_runs, refuse_unpaired

if TYPE_CHECKING:
    import xarray

Comparand: TypeAlias = Run | ConfigLike
"""A run, the folder of one, or a config that is run first."""


class Comparison:
    """What differs between runs.

    Attributes:
        folder: Folder of the tables and the page.
        runs: Runs that were compared, the baseline first.
        differences: One row for each run, number and day, with the columns that ``docs/compare.md``
            lists.
        parts: Parts of these differences that the rules make and that owners and root make in
            response, a row each; None unless ``take_apart`` was asked for.
    """

    def __init__(self, found: ComparisonResult, runs: Sequence[Run], results_dir: ResultsDir):
        """Hold a result, its runs and the folder that they are written to."""
        self._found = found
        self._results_dir = results_dir
        self.folder = results_dir.folder
        self.runs = tuple(runs)
        self.differences: pd.DataFrame = found.differences
        self.parts: pd.DataFrame | None = found.parts

    @property
    def labels(self) -> list[str]:
        """Labels of the runs, the baseline first."""
        return self._found.labels

    @property
    def report(self) -> Path:
        """The page: one HTML file that needs no network."""
        return self.folder / "report.html"

    def to_xarray(self) -> xarray.Dataset:
        """Return the differences as an xarray dataset over ``run``, ``name``, ``netuid``, ``day``.

        What is not about one subnet or position has the netuid -1.

        Raises:
            ImportError: The package xarray is not installed.
        """
        rows = self.differences.assign(netuid=self.differences["netuid"].fillna(-1).astype(int))
        keys = ["run", "name", "netuid", "day"]
        return by_keys(rows[[*keys, "difference", "standard_error", "ci_low", "ci_high"]], keys)

    def __repr__(self) -> str:
        first, *others = self.labels
        return f"<Comparison of {', '.join(others)} against {first}, {self.folder}>"

    def _repr_html_(self) -> str:
        return comparison_snippet(self._found)


@noting()
def compare(
    *runs: Comparand,
    changes: Changes | None = None,
    grid: Mapping[str, Sequence[Any]] | None = None,
    labels: Sequence[str] | None = None,
    take_apart: bool = False,
    folder: str | Path | None = None,
    progress: bool = True,
) -> Comparison:
    """Compare runs path by path; a config is simulated first.

    Args:
        runs: The first is the baseline. A path is a config, or the folder of a finished run.
        changes: Values that replace those of all configs.
        grid: Values by dotted key; the one config is run with every combination.
        labels: Labels of the runs; by default the names of their files, presets or values.
        take_apart: Whether to tell what the rules do by themselves from what owners and root do
            about them, by one more run for each but the first (``docs/compare.md``).
        folder: Folder for the results, which then stay.
        progress: Whether to show how far it is.

    Raises:
        ConfigError: A config is wrong, the runs cannot be paired, or arguments contradict.
        NetworkError: A network file is wrong.
        HistoryError: A history is wrong.
        ResultsError: A folder holds no finished run, or cannot be written.
    """
    members: list[Run | Config] = [_member(each, changes) for each in runs]
    names = list(map(_name, runs, members))
    if grid is not None:
        members, names = _grid(members, grid)
    refuse_number_of_runs(len(members))
    if labels is not None:
        if len(labels) != len(members):
            text = f"are {len(labels)}, but there are {len(members)} runs; give one for each"
            raise ConfigError("compare", [Problem("labels", text)])
        names = list(labels)
    names = list(distinct(one_line(name, NAME_LENGTH) or "run" for name in names))
    # Refused before hours of simulation, not after them.
    refuse_unpaired(names, list(map(_pairing_key, members)))
    inputs = [
        gather(each, name) if isinstance(each, Config) else None
        for each, name in zip(members, names, strict=True)
    ]
    results_dir = ResultsDir(folder)
    done: list[Run] = []
    places = distinct(map(folder_name, names))
    with comparing(results_dir.folder) as held_together:
        for member, one, place in zip(members, inputs, places, strict=True):
            if isinstance(member, Run):
                done.append(member)
            elif one is not None:
                target = None if folder is None else results_dir.folder / "runs" / place
                done.append(simulate_inputs(one, ResultsDir(target), progress))
        finished = [run.finished.called(name) for run, name in zip(done, names, strict=True)]
        if take_apart:
            # A folder goes with the last reference to its run: these stay until they are read.
            further, apart = _taken_apart(names, inputs, results_dir, folder, progress)
            found = held_together(finished, apart)
            del further
        else:
            found = held_together(finished)
    return Comparison(found, done, results_dir)


def _taken_apart(
    names: Sequence[str],
    inputs: Sequence[Inputs | None],
    results_dir: ResultsDir,
    folder: str | Path | None,
    progress: bool,
) -> tuple[list[Run], list[CounterfactualRun]]:
    """Simulate the counterfactual runs by which differences are taken apart."""
    # It builds rules to look at them, for which JAX is loaded.
    from dtaojax.studies.compare.take_apart import counterfactuals

    further: list[Run] = []
    found: list[CounterfactualRun] = []
    for each in counterfactuals(names, inputs, results_dir.folder):
        finished = None
        if each.inputs is not None:
            target = None if folder is None else each.folder
            further.append(simulate_inputs(each.inputs, ResultsDir(target), progress))
            finished = further[-1].finished
        found.append(CounterfactualRun(each.run, finished, each.reason))
    return further, found


def _member(given: Comparand, changes: Changes | None) -> Run | Config:
    if isinstance(given, Run):
        return given
    if isinstance(given, str | Path) and Path(given).is_dir():
        return load_run(given)
    return read_config(given, changes)


def _name(given: Comparand, member: Run | Config) -> str:
    """Return the name of the file, of the folder, or else of the preset."""
    if isinstance(given, str | Path):
        return Path(given).resolve().name if isinstance(member, Run) else Path(given).stem
    if isinstance(member, Run):
        return str(member.manifest["mechanism"]["preset"])
    return member.mechanism.named


def _grid(
    members: Sequence[Run | Config], grid: Mapping[str, Sequence[Any]]
) -> tuple[list[Run | Config], list[str]]:
    """Return one config under every combination of values, and their names."""
    base = members[0] if len(members) == 1 else None
    if not isinstance(base, Config):
        raise ConfigError("compare", [Problem("grid", "changes one config; give that alone")])
    found: list[Run | Config] = []
    names = []
    for values in itertools.product(*grid.values()):
        point = dict(zip(grid, values, strict=True))
        found.append(changed(base, point))
        names.append(", ".join(f"{key.rpartition('.')[2]} = {point[key]}" for key in point))
    return found, names


def _pairing_key(member: Run | Config) -> PairingKey:
    return member.finished.pairing_key if isinstance(member, Run) else PairingKey.of_config(member)
