"""One run: simulated, or read back from its folder."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from dtaojax.api.configs import Changes, ConfigLike, ResultsDir, read_config
from dtaojax.api.notebook import progress_bar, run_snippet
from dtaojax.api.tables import as_dataset, metrics_table
from dtaojax.files.reading import noting
from dtaojax.inputs import Inputs, gather
from dtaojax.network import NetworkTable
from dtaojax.schema.errors import choice, suggestion
from dtaojax.studies.shared.finished import Finished, read_finished

if TYPE_CHECKING:
    import xarray


_ESTIMATES: Final = ("network", "subnets", "portfolio")
"""Tables of estimates, which can be laid out over day and statistic."""


class Run:
    """The results of a run.

    Attributes:
        folder: Folder of the results; where none was named it goes with the last reference to the
            run.
    """

    def __init__(self, results_dir: ResultsDir, label: str = "") -> None:
        """Open the results that lie in a folder.

        Raises:
            ResultsError: There are none, or they are damaged.
        """
        self._results_dir = results_dir
        self.folder = results_dir.folder
        self._finished = read_finished(results_dir.folder, label or results_dir.folder.name)

    @property
    def finished(self) -> Finished:
        """The results, checked and indexed, with their single paths."""
        return self._finished

    @property
    def manifest(self) -> dict[str, Any]:
        """Manifest of the run: config, seed, versions, lost paths, assumptions."""
        return self._finished.results.manifest

    @property
    def trust(self) -> dict[str, Any]:
        """Back-tests that speak for the numbers, how far ahead and with which result."""
        return self.manifest.get("trust") or {}

    @property
    def report(self) -> Path:
        """The report: one HTML file that needs no network."""
        return self.folder / "report.html"

    @cached_property
    def summary(self) -> pd.DataFrame:
        """The headline numbers, one a row, as in ``summary.json``."""
        return metrics_table(self._finished.results.metrics)

    @property
    def network(self) -> pd.DataFrame:
        """Estimates about the whole network, by day (``results.ESTIMATE_COLUMNS``)."""
        return self._table("network")

    @property
    def subnets(self) -> pd.DataFrame:
        """Estimates about each subnet, by day."""
        return self._table("subnets")

    @property
    def portfolio(self) -> pd.DataFrame:
        """Estimates about the portfolio and its positions.

        Raises:
            KeyError: The run has no portfolio.
        """
        return self._table("portfolio")

    @property
    def initial(self) -> pd.DataFrame:
        """The state that the run started from, one row a subnet."""
        return self._table("initial")

    def paths(
        self, quantity: str, day: float | None = None, netuid: int | None = None
    ) -> np.ndarray:
        """Return a figure on every path that stayed finite, in the order of paths.

        Args:
            quantity: Quantity of the network or the portfolio, as in the tables: ``emission_hhi``,
                ``loss_realizable``.
            day: Report day; the last one by default [days].
            netuid: Netuid of a position; the whole portfolio by default.

        Raises:
            KeyError: The run has no such figure, or not on that day or of that position; names
                those that it has.
        """
        when = self._finished.evidence.horizon if day is None else day
        try:
            return self._finished.figures.sample(quantity, when, netuid)
        except KeyError:
            raise KeyError(self._known_figures(quantity, when, netuid)) from None

    def _known_figures(self, quantity: str, day: float, netuid: int | None) -> str:
        """Say what figures of paths there are, the nearest fault first."""
        tables = [self._finished.results.tables.get(name) for name in ("network", "portfolio")]
        rows = pd.concat([table for table in tables if table is not None])
        names = list(dict.fromkeys(rows["quantity"]))
        if quantity not in names:
            return f"{quantity!r} is no figure of paths; {suggestion(quantity, names)}"
        of_it = rows[rows["quantity"] == quantity]
        days = sorted(set(of_it["day"]))
        if day not in days:
            told = ", ".join(f"{each:g}" for each in days)
            return f"{quantity!r} was not recorded on day {day:g}; days: {told}"
        held = sorted({int(each) for each in of_it["netuid"].dropna()})
        told = ", ".join(map(str, held)) or "none"
        return f"{quantity!r} is not known of position {netuid}; netuids of positions: {told}"

    def to_xarray(self, table: str = "network") -> xarray.Dataset:
        """Return a table as an xarray dataset: a variable each quantity, over day (and subnet) and
        statistic.

        Args:
            table: ``network``, ``subnets`` or ``portfolio``.

        Raises:
            ImportError: The package xarray is not installed.
            KeyError: The run has no such table of estimates; names those that it has.
        """
        known = [name for name in _ESTIMATES if name in self._finished.results.tables]
        if table not in known:
            raise KeyError(
                f"{table!r} is no table of estimates of this run; {choice(table, known)}"
            )
        return as_dataset(self._table(table))

    def _table(self, name: str) -> pd.DataFrame:
        tables = self._finished.results.tables
        if name not in tables:
            reason = "its config holds no [portfolio]" if name == "portfolio" else "it left none"
            raise KeyError(f"this run has no table {name!r}: {reason}")
        return tables[name]

    def __repr__(self) -> str:
        paths = self.manifest["paths"]["used"]
        return f"<Run {self.manifest['title']!r}, {paths:,} paths, {self.folder}>"

    def _repr_html_(self) -> str:
        return run_snippet(self._finished.evidence)


@noting()
def simulate(
    config: ConfigLike = None,
    changes: Changes | None = None,
    *,
    paths: int | None = None,
    seed: int | None = None,
    network: NetworkTable | None = None,
    folder: str | Path | None = None,
    progress: bool = True,
) -> Run:
    """Simulate a network under random demand.

    Args:
        config: Config to simulate.
        changes: Values that replace the config's.
        paths: Number of random paths, as ``{"run.paths": paths}`` in ``changes``.
        seed: Seed of all random numbers, as ``{"run.seed": seed}`` in ``changes``.
        network: A state in memory, in place of the one that the config names.
        folder: Folder for the results, which then stay; a run that was broken off there goes on.
        progress: Whether to show how far it is, in a notebook or on a terminal.

    Raises:
        ConfigError: The config is wrong, or does not fit the network.
        NetworkError: The network file is wrong.
        HistoryError: A history is wrong.
        ResultsError: The folder cannot be written, or no path stayed finite.
    """
    asked = {"run.paths": paths, "run.seed": seed}
    named = {key: value for key, value in asked.items() if value is not None}
    checked = read_config(config, {**(changes or {}), **named})
    inputs = gather(checked, str(checked.source or "config"), network)
    return simulate_inputs(inputs, ResultsDir(folder), progress)


def simulate_inputs(
    inputs: Inputs, results_dir: ResultsDir, progress: bool, label: str = ""
) -> Run:
    """Simulate as :func:`simulate`, with everything read already."""
    # JAX is slow to load, and reading finished runs does not need it.
    from dtaojax.studies.run.simulate import run_report

    with progress_bar("simulating paths", inputs.config.run.paths, progress) as show_done:
        run_report(inputs, results_dir.folder, show_done)
    return Run(results_dir, label)


def load_run(folder: str | Path) -> Run:
    """Read a finished run, for example one of ``dtaojax run``; JAX is not loaded.

    Raises:
        ResultsError: The folder holds no finished run with its single paths, or a damaged one.
    """
    return Run(ResultsDir(folder))
