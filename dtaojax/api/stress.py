"""The worst demand within a budget."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from dtaojax.api.configs import Changes
from dtaojax.api.notebook import stress_snippet
from dtaojax.api.study import StudyResults
from dtaojax.api.tables import by_keys

if TYPE_CHECKING:
    import xarray


class Stress(StudyResults):
    """The gains and losses of an attacker; ``found`` is as in ``stress.json``."""

    name = "stress"

    @property
    def outcomes(self) -> pd.DataFrame:
        """One row for rules, a budget and a strategy: figures on fresh paths, with their errors."""
        return pd.DataFrame(self.found["outcomes"])

    @property
    def plans(self) -> pd.DataFrame:
        """One row for rules, budget, strategy, period and subnet: what is spent and sold."""
        return pd.DataFrame(self.found["plans"])

    def to_xarray(self) -> xarray.Dataset:
        """Return the outcomes as an xarray dataset over ``rules``, ``budget`` and ``strategy``.

        Raises:
            ImportError: xarray is not installed.
        """
        return by_keys(self.outcomes, ["rules", "budget", "strategy"])

    def _repr_html_(self) -> str:
        return stress_snippet(self.found)


def stress(
    config: str | Path,
    changes: Changes | None = None,
    *,
    folder: str | Path | None = None,
    progress: bool = True,
) -> Stress:
    """Search the worst demand within a budget, and measure it on fresh paths.

    Args:
        config: an attack's config in TOML, for example ``configs/attack.toml``.
        changes: values that replace the attack's, by dotted key.
        folder: folder for the results, which then stay.
        progress: True to print what is being done.

    Raises:
        ConfigError: a config is wrong.
        NetworkError: the network file is wrong.
        HistoryError: a history is wrong.
        TuneError: a figure or a derivative is not finite.
        ResultsError: the folder cannot be written.
    """
    return Stress.carried_out(config, changes, folder, progress)
