"""Runs held side by side on the same random paths."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd

from dtaojax.api.configs import Changes, ConfigLike, Shelf, read_config
from dtaojax.api.run import Run, load_run, simulate_inputs
from dtaojax.api.snippet import comparison_snippet
from dtaojax.api.tables import by_keys
from dtaojax.assembly.inputs import Inputs, gather
from dtaojax.config.config import Config
from dtaojax.config.load import changed
from dtaojax.files.reading import noting
from dtaojax.files.text import NAME_LENGTH, one_line
from dtaojax.schema.errors import ConfigError, Problem
from dtaojax.studies.compare import result
from dtaojax.studies.compare.compare import TakenApart, comparing
from dtaojax.studies.compare.inputs import distinct, folder_name
from dtaojax.studies.shared.finished import Footing, refuse_number_of_runs, refuse_unpaired

if TYPE_CHECKING:
    import xarray

Comparand: TypeAlias = Run | ConfigLike
"""A run, the folder of one, or a config that is run first."""


class Comparison:
    """What differs between runs.

    Attributes:
        folder: of the tables and the page.
        runs: that were compared, the baseline first.
        differences: one row for each run, number and day, with the columns that
            ``docs/compare.md`` lists.
        parts: what of these differences the rules make and what the answer of owners and root to
            them, a row each; None unless ``take_apart`` was asked for.
    """

    def __init__(self, found: result.Comparison, runs: Sequence[Run], shelf: Shelf):
        """Takes what was found and where it is written."""
        self._found = found
        self._shelf = shelf
        self.folder = shelf.folder
        self.runs = tuple(runs)
        self.differences: pd.DataFrame = found.differences
        self.parts: pd.DataFrame | None = found.parts

    @property
    def labels(self) -> list[str]:
        """What the runs are called, the baseline first."""
        return self._found.labels

    @property
    def report(self) -> Path:
        """The page: one HTML file that needs no network."""
        return self.folder / "report.html"

    def to_xarray(self) -> xarray.Dataset:
        """The differences as an xarray dataset over ``run``, ``name``, ``netuid`` and ``day``.

        What is not about one subnet or position has the netuid -1.

        Raises:
            ImportError: xarray is not installed.
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
    """Compares runs path by path; what is no run yet is simulated first.

    Args:
        runs: the first is the baseline. A path is a config, or the folder of a finished run.
        changes: values that replace those of all configs.
        grid: with one config: values by dotted key; it is run with every combination.
        labels: what the runs are called; by default the names of their files, presets or values.
        take_apart: whether to tell what the rules do by themselves from what owners and root do
            about them, by one more run for each but the first (``docs/compare.md``).
        folder: for the results, which then stay.
        progress: whether to show how far it is.

    Raises:
        ConfigError: a config is wrong, the runs cannot be paired, or arguments contradict.
        NetworkError: a network file is wrong.
        HistoryError: a history is wrong.
        ResultsError: a folder holds no finished run, or cannot be written.
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
    refuse_unpaired(names, list(map(_footing, members)))
    inputs = [
        gather(each, name) if isinstance(each, Config) else None
        for each, name in zip(members, names, strict=True)
    ]
    shelf = Shelf(folder)
    done: list[Run] = []
    places = distinct(map(folder_name, names))
    with comparing(shelf.folder) as held_together:
        for member, one, place in zip(members, inputs, places, strict=True):
            if isinstance(member, Run):
                done.append(member)
            elif one is not None:
                target = None if folder is None else shelf.folder / "runs" / place
                done.append(simulate_inputs(one, Shelf(target), progress))
        finished = [run.finished.called(name) for run, name in zip(done, names, strict=True)]
        if take_apart:
            # The third runs stay alive, and their folders with them, until they are read.
            thirds, apart = _taken_apart(names, inputs, shelf, folder, progress)
            found = held_together(finished, apart)
            del thirds
        else:
            found = held_together(finished)
    return Comparison(found, done, shelf)


def _taken_apart(
    names: Sequence[str],
    inputs: Sequence[Inputs | None],
    shelf: Shelf,
    folder: str | Path | None,
    progress: bool,
) -> tuple[list[Run], list[TakenApart]]:
    """Simulates the third runs by which differences are taken apart."""
    # It builds rules to look at them, for which JAX is loaded.
    from dtaojax.studies.compare.take_apart import answers

    thirds: list[Run] = []
    found: list[TakenApart] = []
    for each in answers(names, inputs, shelf.folder):
        between = None
        if each.inputs is not None:
            target = None if folder is None else each.folder
            thirds.append(simulate_inputs(each.inputs, Shelf(target), progress))
            between = thirds[-1].finished
        found.append(TakenApart(each.run, between, each.reason))
    return thirds, found


def _member(given: Comparand, changes: Changes | None) -> Run | Config:
    if isinstance(given, Run):
        return given
    if isinstance(given, str | Path) and Path(given).is_dir():
        return load_run(given)
    return read_config(given, changes)


def _name(given: Comparand, member: Run | Config) -> str:
    """The file's name, the folder's, or else the preset's."""
    if isinstance(given, str | Path):
        return Path(given).resolve().name if isinstance(member, Run) else Path(given).stem
    if isinstance(member, Run):
        return str(member.manifest["mechanism"]["preset"])
    return member.mechanism.named


def _grid(
    members: Sequence[Run | Config], grid: Mapping[str, Sequence[Any]]
) -> tuple[list[Run | Config], list[str]]:
    """One config under every combination of values, and what each is called."""
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


def _footing(member: Run | Config) -> Footing:
    return member.finished.footing if isinstance(member, Run) else Footing.of_config(member)
