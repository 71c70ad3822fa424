"""The plain-data contract of a back-test of a whole run, and the verdicts that follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

TABLES: Final = ("subnets", "network", "events")
HEADLINE: Final = "emission_effective_number"
"""The figure of the network that the page speaks of first."""
HEADLINE_LEVEL: Final = 0.95


@dataclass(frozen=True)
class Verdict:
    """Whether a figure's forecasts held over all dates.

    Attributes:
        quantity: the figure.
        of: ``subnets`` or ``network``.
        cases: outcomes that were judged.
        coverage: share of them in the 95 % interval [-].
        crps: mean score of the forecast, in units of the figure.
        rival: that of the rival.
        unchanged: that of the forecast that nothing changes.
    """

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


@dataclass(frozen=True)
class RunBacktestResults:
    """Everything that a back-test of a whole run found.

    Attributes:
        manifest: how the numbers were made; JSON types only.
        tables: by name, of :data:`TABLES`.
    """

    manifest: dict[str, Any]
    tables: dict[str, pd.DataFrame]

    @property
    def rival(self) -> str:
        """Name of the run that the forecast is held against."""
        return self.manifest["config"]["rival_name"]

    def verdicts(self) -> list[Verdict]:
        """Return one for each figure of subnets, then of the network."""
        found = []
        for table, inside, cases in (
            ("subnets", "coverage", "subnets"),
            ("network", "inside", None),
        ):
            column = f"{inside}_{HEADLINE_LEVEL:g}"
            for quantity, rows in self.tables[table].groupby("quantity", sort=False):
                found.append(
                    Verdict(
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
        """Return the verdicts and all tables as JSON."""
        return {
            "schema_version": self.manifest["schema_version"],
            "verdicts": [vars(verdict) | {"ratio": verdict.ratio} for verdict in self.verdicts()],
            **{name: table.to_dict("records") for name, table in self.tables.items()},
        }
