"""Searches for parameters of a mechanism."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from dtaojax.api.configs import Changes
from dtaojax.api.notebook import search_snippet
from dtaojax.api.study import StudyResults


class Search(StudyResults):
    """The result of a search; ``found`` is as in ``tune.json``."""

    name = "tune"

    @property
    def parameters(self) -> pd.DataFrame:
        """One row a parameter: key, start, bounds, and what was found."""
        return pd.DataFrame(self.found["parameters"])

    @property
    def changes(self) -> dict[str, Any]:
        """The values that were found, as :func:`dtaojax.simulate` takes them."""
        found = {each["key"]: each["found"] for each in self.found["parameters"]}
        return {**self.found["choice"], **found}

    @property
    def verified(self) -> pd.DataFrame:
        """Each measure on fresh paths: at the start, at the point found, and the paired change."""
        rows = []
        for record in self.found["held_out"]:
            start, end, change = record["at"][0], record["at"][1], record["change"][0]
            rows.append(
                {
                    "measure": record["measure"],
                    "better": record["better"],
                    "start": start["value"],
                    "start_error": start["standard_error"],
                    "found": end["value"],
                    "found_error": end["standard_error"],
                    "change": change["value"],
                    "standard_error": change["standard_error"],
                    "ci_low": change["ci_low"],
                    "ci_high": change["ci_high"],
                }
            )
        return pd.DataFrame(rows)

    def _repr_html_(self) -> str:
        return search_snippet(self.found)


def tune(
    config: str | Path,
    changes: Changes | None = None,
    *,
    folder: str | Path | None = None,
    progress: bool = True,
) -> Search:
    """Search parameters of a mechanism by gradient, and verify them on fresh paths.

    Args:
        config: a search's config in TOML, for example ``configs/tune_gate.toml``.
        changes: values that replace the search's, by dotted key.
        folder: folder for the results, which then stay.
        progress: True to print what is being done.

    Raises:
        ConfigError: a config is wrong.
        NetworkError: the network file is wrong.
        HistoryError: a history is wrong.
        TuneError: the search cannot be run, or finds nothing that keeps the constraints.
        ResultsError: the folder cannot be written.
    """
    return Search.carried_out(config, changes, folder, progress)
