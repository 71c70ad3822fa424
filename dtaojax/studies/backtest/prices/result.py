"""The plain-data contract of a back-test, and the verdict that follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from dtaojax.studies.shared.tabled import TabledResult

TABLES: Final = (
    "coverage", "exceedances", "shortfall", "pit", "crps", "skill", "counts", "outcomes"
)  # fmt: skip
HEADLINE_GROUP: Final = "mature subnets"
HEADLINE_LEVEL: Final = 0.95
HEADLINE_VAR: Final = 0.99
ALLOWED: Final = 0.02
"""How far the coverage of a 95 % interval may be from 95 %: 93 % to 97 %."""


@dataclass(frozen=True)
class HorizonVerdict:
    """Verdict on the first forecaster's forecasts for mature subnets at a horizon.

    Attributes:
        horizon: time ahead [days].
        coverage: coverage of the interval nearest to 95 % [-].
        coverage_error: standard error of the coverage over blocks of days [-].
        zone: traffic light of the outermost VaR.
        covers: true where the coverage is within 2 points of the level.
        worse_than: names of forecasters whose CRPS is not larger.
    """

    horizon: int
    coverage: float
    coverage_error: float
    zone: str
    covers: bool
    worse_than: tuple[str, ...]

    @property
    def held(self) -> bool:
        """Right coverage, a green light, and a better score than every other forecaster."""
        return self.covers and self.zone == "green" and not self.worse_than


@dataclass(frozen=True)
class BacktestResults(TabledResult):
    """Everything that a back-test found.

    Attributes:
        manifest: facts on how the numbers were made; JSON types only.
        tables: tables by the names of :data:`TABLES`; the report needs no ``outcomes``.
    """

    @property
    def forecasters(self) -> Sequence[str]:
        """Their names; the first is the one that is judged."""
        return self.manifest["config"]["forecast"]["forecasters"]

    @property
    def notices(self) -> Sequence[Mapping[str, Any]]:
        """Notices on rows of the history left out, doubted or filled; none in older results."""
        return self.manifest["history"].get("notices", [])

    @property
    def horizons(self) -> list[int]:
        """Horizons that have outcomes, rising."""
        return sorted(self.tables["coverage"]["horizon"].unique().tolist())

    def pick(self, table: str, **where: Any) -> pd.DataFrame:
        """Return the rows of a table with these values in these columns."""
        rows = self.tables[table]
        for column, value in where.items():
            rows = rows[rows[column] == value]
        return rows

    def verdicts(self) -> list[HorizonVerdict]:
        """Return a verdict for each horizon at which mature subnets were judged."""
        found = []
        for horizon in self.horizons:
            where = {
                "forecaster": self.forecasters[0],
                "horizon": horizon,
                "group": HEADLINE_GROUP,
            }
            cover = self.pick("coverage", **where)
            if cover.empty:
                continue
            nearest = cover.iloc[(cover["level"] - HEADLINE_LEVEL).abs().argmin()]
            exceeded = self.pick("exceedances", **where)
            outermost = exceeded.iloc[(exceeded["level"] - HEADLINE_VAR).abs().argmin()]
            skill = self.pick("skill", **where) if len(self.forecasters) > 1 else pd.DataFrame()
            worse = skill[skill["skill"] <= 0.0]["against"] if len(skill) else []
            found.append(
                HorizonVerdict(
                    horizon=horizon,
                    coverage=float(nearest["coverage"]),
                    coverage_error=float(nearest["coverage_error"]),
                    zone=str(outermost["zone"]),
                    covers=bool(abs(nearest["coverage"] - nearest["level"]) <= ALLOWED),
                    worse_than=tuple(worse),
                )
            )
        return found

    def summary(self) -> dict[str, Any]:
        """Return headline numbers as JSON: the verdicts, and all tables about mature subnets."""
        kept = {
            name: self.pick(name, group=HEADLINE_GROUP).to_dict("records")
            for name in ("coverage", "exceedances", "shortfall", "crps", "skill")
            if len(self.tables[name])
        }
        verdicts = [
            {
                "horizon": verdict.horizon,
                "held": verdict.held,
                "coverage": verdict.coverage,
                "coverage_error": verdict.coverage_error,
                "zone": verdict.zone,
                "worse_than": list(verdict.worse_than),
            }
            for verdict in self.verdicts()
        ]
        return {
            "schema_version": self.manifest["schema_version"],
            "verdicts": verdicts,
            "counts": self.tables["counts"].to_dict("records"),
            **kept,
        }
