"""The plain-data contract of a comparison, and looking up what it found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal, NamedTuple, get_args

import pandas as pd

from dtaojax.results.read import Evidence

DIFFERENCE_COLUMNS: Final = (
    "run",
    "baseline",
    "name",
    "quantity",
    "scope",
    "netuid",
    "day",
    "statistic",
    "level",
    "value",
    "value_error",
    "baseline_value",
    "baseline_error",
    "difference",
    "standard_error",
    "ci_low",
    "ci_high",
    "n_paths",
    "unit",
    "pairing",
)
"""Columns of ``differences.parquet`` and ``differences.csv``, in this order.

``difference`` is the run's number less the baseline's. ``name`` is that of the number in
``summary.json``; ``netuid``, ``level`` and the ends of the 95 % interval are as in
:data:`dtaojax.results.contract.ESTIMATE_COLUMNS`. ``pairing`` says whether the error is that of
paired paths or a bound on it.
"""

PART_COLUMNS: Final = (*DIFFERENCE_COLUMNS[:2], "part", *DIFFERENCE_COLUMNS[2:])
"""Columns of ``parts.csv``: those of a difference, and which part of it the row is.

``rules`` holds a run with the run's rules and the baseline's decisions of owners and root against
the baseline, ``answer`` the run against that one.
"""

ROUNDING: Final = 1e-12
"""Part of a value below which a difference, or its error, is the rounding of a sum."""

Part = Literal["rules", "answer"]
Pairing = Literal["paired", "bound"]
Verdict = Literal["higher", "lower", "not shown", "equal"]


class Difference(NamedTuple):
    """One number of two runs, and how much larger it is in the second.

    Attributes:
        value: Number of the run, in ``unit``.
        value_error: Standard error of ``value``.
        baseline_value: Number of the baseline, in ``unit``.
        baseline_error: Standard error of ``baseline_value``.
        difference: Number of the run less that of the baseline.
        standard_error: Standard error of the difference.
        ci_low: Lower end of the 95 % Monte Carlo interval of the difference.
        ci_high: Upper end of the 95 % Monte Carlo interval of the difference.
        unit: Unit of all of these numbers.
        pairing: ``paired``, or ``bound`` where the error is only known to be no larger.
    """

    value: float
    value_error: float
    baseline_value: float
    baseline_error: float
    difference: float
    standard_error: float
    ci_low: float
    ci_high: float
    unit: str
    pairing: Pairing

    @property
    def verdict(self) -> Verdict:
        """Direction of the difference, as far as the 95 % interval tells."""
        if self.difference == 0.0 and self.ci_low == self.ci_high:
            return "equal"
        if self.ci_low > 0.0:
            return "higher"
        return "lower" if self.ci_high < 0.0 else "not shown"


_Key = tuple[int, str, int | None, float, str, float | None]


@dataclass(frozen=True)
class ComparisonResult:
    """Two or more runs on the same random paths.

    Attributes:
        manifest: Record of how the comparison was made; JSON types only.
        runs: Checked results of each run, the baseline first.
        differences: Differences of every other run from the baseline, with
            :data:`DIFFERENCE_COLUMNS`.
        parts: Parts of these differences, with :data:`PART_COLUMNS`; None where they were not asked
            for.
    """

    manifest: Mapping[str, Any]
    runs: Sequence[Evidence]
    differences: pd.DataFrame
    parts: pd.DataFrame | None = None

    @property
    def labels(self) -> list[str]:
        """Labels of the runs, the baseline first; harmless text."""
        return [run["label"] for run in self.manifest["runs"]]

    @property
    def others(self) -> range:
        """Indices of the runs that are compared with the baseline."""
        return range(1, len(self.runs))

    @property
    def horizon(self) -> float:
        """The last report day, the same in all runs [days]."""
        return self.runs[0].horizon

    def get(
        self,
        run: int,
        quantity: str,
        day: float,
        statistic: str = "mean",
        level: float | None = None,
        netuid: int | None = None,
    ) -> Difference | None:
        """Look up a number's difference from the baseline; None where not both have it."""
        return self._rows.get((run, quantity, netuid, day, statistic, level))

    def part(
        self,
        part: Part,
        run: int,
        quantity: str,
        day: float,
        statistic: str = "mean",
        level: float | None = None,
    ) -> Difference | None:
        """Look up a part of a number's difference from the baseline; None where it is not known."""
        return self._parts[part].get((run, quantity, None, day, statistic, level))

    def why_whole(self, run: int) -> str:
        """Return why a run's difference is not taken apart, as a sentence; nothing where it is."""
        told = {each["run"]: each["reason"] for each in self.manifest.get("taken_apart") or ()}
        return told.get(self.labels[run], "")

    def days(self, quantity: str) -> list[float]:
        """Return the days on which the mean of a quantity of network or portfolio is compared."""
        return sorted(
            day
            for run, name, netuid, day, statistic, _ in self._rows
            if (run, name, netuid, statistic) == (1, quantity, None, "mean")
        )

    @cached_property
    def _rows(self) -> dict[_Key, Difference]:
        return self._indexed(self.differences)

    @cached_property
    def _parts(self) -> dict[Part, dict[_Key, Difference]]:
        table = self.differences[:0].assign(part="") if self.parts is None else self.parts
        names: tuple[Part, ...] = get_args(Part)
        return {name: self._indexed(table[table["part"] == name]) for name in names}

    def _indexed(self, table: pd.DataFrame) -> dict[_Key, Difference]:
        places = {label: place for place, label in enumerate(self.labels)}
        found = {}
        for row in table.itertuples(index=False):
            netuid = None if pd.isna(row.netuid) else int(row.netuid)
            level = None if pd.isna(row.level) else float(row.level)
            key = (places[row.run], row.quantity, netuid, float(row.day), row.statistic, level)
            found[key] = Difference(*(getattr(row, name) for name in Difference._fields))
        return found
