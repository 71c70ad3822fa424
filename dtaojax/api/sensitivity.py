"""The parameters and assumptions that move the numbers of a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from dtaojax.api.configs import Changes
from dtaojax.api.notebook import sensitivity_snippet
from dtaojax.api.study import StudyResults
from dtaojax.api.tables import by_keys

if TYPE_CHECKING:
    import xarray


class Sensitivity(StudyResults):
    """The sensitivities of a run's numbers; ``found`` is as in ``sensitivity.json``."""

    name = "sensitivity"

    @property
    def headlines(self) -> pd.DataFrame:
        """The numbers that are looked at, at the config's own values, one a row."""
        return pd.DataFrame(self.found["headlines"])

    @property
    def parameters(self) -> pd.DataFrame:
        """One row a parameter: key, start, both ends, and what it reaches."""
        return pd.DataFrame(self.found["parameters"])

    @property
    def swings(self) -> pd.DataFrame:
        """One row a number and a parameter: the changes with the parameter at either end."""
        return pd.DataFrame(self.found["swings"])

    @property
    def local(self) -> pd.DataFrame:
        """One row a number and a parameter: derivative, elasticity, and how they were checked."""
        return pd.DataFrame(self.found["local"])

    @property
    def sobol(self) -> pd.DataFrame:
        """One row a number and a parameter: first and total index; empty where not asked for."""
        return pd.DataFrame(self.found["sobol"])

    def to_xarray(self, table: str = "swings") -> xarray.Dataset:
        """Return a table as an xarray dataset over ``headline`` and ``parameter``.

        Args:
            table: ``swings``, ``local`` or ``sobol``.

        Raises:
            ImportError: xarray is not installed.
        """
        return by_keys(getattr(self, table), ["headline", "parameter"])

    def _repr_html_(self) -> str:
        return sensitivity_snippet(self.found)


def sensitivity(
    config: str | Path,
    changes: Changes | None = None,
    *,
    folder: str | Path | None = None,
    progress: bool = True,
) -> Sensitivity:
    """Move parameters of a run, and measure the effect on its numbers.

    Args:
        config: config of a study in TOML, for example ``configs/sensitivity.toml``, or of a run,
            for the default study of it.
        changes: values that replace the config's, by dotted key.
        folder: folder for the results, which then stay.
        progress: True to print what is being done.

    Raises:
        ConfigError: a config is wrong.
        NetworkError: the network file is wrong.
        HistoryError: a history is wrong.
        TuneError: a number or a derivative is not finite.
        ResultsError: the folder cannot be written.
    """
    return Sensitivity.carried_out(config, changes, folder, progress)
