"""The plain-data contract of a back-test of whole runs, and the verdicts that follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from dtaojax.studies.shared.tabled import TabledResult

TABLES: Final = ("subnets", "network", "events", "pit")
HEADLINE: Final = "emission_effective_number"
"""The figure of the network that the page speaks of first."""
HEADLINE_LEVEL: Final = 0.95


@dataclass(frozen=True)
class FigureVerdict:
    """Verdict on a figure's forecasts over all dates of a start, or of all starts.

    Attributes:
        start: name of the start; empty for all of them.
        quantity: name of the figure.
        of: ``subnets`` or ``network``.
        cases: number of outcomes that were judged.
        coverage: share of them in the 95 % interval [-].
        crps: mean score of the forecast, in units of the figure.
        rival: mean score of the rival, in the same unit.
        unchanged: mean score of the forecast that nothing changes, in the same unit.
    """

    start: str
    quantity: str
    of: str
    cases: int
    coverage: float
    crps: float
    rival: float
    unchanged: float

    @property
    def ratio(self) -> float:
        """The score over the rival's; below 1 is better than it."""
        return self.crps / self.rival if self.rival > 0.0 else float("nan")

    @property
    def hits(self) -> int:
        """Number of outcomes in the 95 % interval."""
        return round(self.coverage * self.cases)


@dataclass(frozen=True)
class RunBacktestResults(TabledResult):
    """Everything that a back-test of whole runs found.

    Attributes:
        manifest: facts on how the numbers were made; JSON types only.
        tables: tables by the names of :data:`TABLES`.
    """

    @property
    def rival(self) -> str:
        """Name of the run that the forecast is held against."""
        return self.manifest["config"]["rival_name"]

    @property
    def starts(self) -> list[dict[str, Any]]:
        """Facts of the manifest on each start."""
        return self.manifest["starts"]

    def of(self, start: str) -> dict[str, pd.DataFrame]:
        """Return the tables of one start."""
        return {
            name: table[table["start"] == start] if len(table) else table
            for name, table in self.tables.items()
        }

    def verdicts(self, start: str = "") -> list[FigureVerdict]:
        """Return a verdict for each figure of subnets, then of the network.

        Args:
            start: name of one start; all of them where empty.
        """
        tables = self.of(start) if start else self.tables
        found = []
        for table, inside, cases in (
            ("subnets", "coverage", "subnets"),
            ("network", "inside", None),
        ):
            column = f"{inside}_{HEADLINE_LEVEL:g}"
            if tables[table].empty:
                continue
            for quantity, rows in tables[table].groupby("quantity", sort=False):
                found.append(
                    FigureVerdict(
                        start=start,
                        quantity=str(quantity),
                        of=table,
                        cases=int(rows[cases].sum()) if cases else len(rows),
                        coverage=float(rows[column].mean()),
                        crps=float(rows["crps_forecast"].mean()),
                        rival=float(rows[f"crps_{self.rival}"].mean()),
                        unchanged=float(rows["crps_unchanged"].mean()),
                    )
                )
        return found

    def summary(self) -> dict[str, Any]:
        """Return the verdicts, of all starts and then of each, and all tables as JSON."""
        names = [start["name"] for start in self.starts]
        verdicts = [each for name in ("", *names) for each in self.verdicts(name)]
        return {
            "schema_version": self.manifest["schema_version"],
            "verdicts": [vars(verdict) | {"ratio": verdict.ratio} for verdict in verdicts],
            **{name: table.to_dict("records") for name, table in self.tables.items()},
        }
