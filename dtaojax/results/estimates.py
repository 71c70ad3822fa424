"""Look estimates up: a long table of results becomes answers to questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from dtaojax.results.contract import ESTIMATE_COLUMNS, QUANTILE_LEVELS, ResultsError

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike

_IDENTITY: Final = ("quantity", "netuid", "day", "statistic", "level")
_NUMBERS: Final = ("netuid", "day", "level", "value", "standard_error", "ci_low", "ci_high")
_STATISTICS: Final = ("mean", "quantile", "probability", "var", "es", "es_contribution")


class StoredEstimate(NamedTuple):
    """One number with its Monte Carlo error, in ``unit``; an error of 0 means known exactly."""

    value: float
    standard_error: float
    ci_low: float
    ci_high: float
    unit: str


def magnitude(estimate: StoredEstimate) -> StoredEstimate:
    """Return an estimate whose value has lost its sign, for sentences that say "gain" or "loss"."""
    return estimate._replace(value=abs(estimate.value))


@dataclass(frozen=True)
class Trajectory:
    """One quantity over time.

    Attributes:
        days: Report days [days], increasing.
        mean: Mean over paths at each day, in ``unit``.
        mean_low: Lower end of the 95 % Monte Carlo interval of the mean.
        mean_high: Upper end of the 95 % Monte Carlo interval of the mean.
        quantiles: Quantile level -> value at each day, NaN where the run left none.
        unit: Unit of the values.
    """

    days: np.ndarray
    mean: np.ndarray
    mean_low: np.ndarray
    mean_high: np.ndarray
    quantiles: Mapping[float, np.ndarray]
    unit: str

    def has_band(self, *levels: float) -> bool:
        """Return whether every one of the quantile ``levels`` was reported."""
        return all(level in self.quantiles for level in levels)


_Key = tuple[str, int | None, str, float | None]


@dataclass(frozen=True)
class EstimateTable:
    """The estimates of one table, indexed.

    Attributes:
        name: Name of the table, for messages.
        rows: (quantity, netuid or None, statistic, level or None) -> day [days] -> row.
        columns: Value, standard error, ends of the interval and unit, row by row.
    """

    name: str
    rows: Mapping[_Key, Mapping[float, int]]
    columns: tuple[list, ...]

    @classmethod
    def from_frame(cls, name: str, frame: pd.DataFrame) -> EstimateTable:
        """Index ``frame``, whose columns are :data:`~dtaojax.results.contract.ESTIMATE_COLUMNS`.

        Raises:
            ResultsError: A column is missing or holds something else than the contract says, a
                statistic is unknown, an error is negative or an estimate stands there twice.
        """
        missing = [column for column in ESTIMATE_COLUMNS if column not in frame.columns]
        if missing:
            raise ResultsError(
                f"table '{name}': lacks the column(s) {', '.join(missing)}; run again"
            )
        found = {column: numbers(name, frame, column) for column in _NUMBERS}
        _refuse(name, frame, ~frame["statistic"].isin(_STATISTICS), "has an unknown statistic")
        _refuse(name, frame, np.isnan(found["day"]), "has no day")
        _refuse(name, frame, np.less(found["standard_error"], 0.0), "has a negative error")
        _refuse(name, frame, frame.duplicated(list(_IDENTITY)), "stands there twice")
        rows: dict[_Key, dict[float, int]] = {}
        keys = zip(
            frame["quantity"].tolist(),
            # NaN marks a missing netuid or level; it alone differs from itself.
            (int(netuid) if netuid == netuid else None for netuid in found["netuid"]),
            frame["statistic"].tolist(),
            (level if level == level else None for level in found["level"]),
            strict=True,
        )
        for row, (key, day) in enumerate(zip(keys, found["day"], strict=True)):
            if key in rows:
                rows[key][day] = row
            else:
                rows[key] = {day: row}
        estimates = [found[column] for column in ("value", "standard_error", "ci_low", "ci_high")]
        return cls(name, rows, (*estimates, frame["unit"].tolist()))

    def get(
        self,
        quantity: str,
        day: float,
        statistic: str = "mean",
        level: float | None = None,
        netuid: int | None = None,
    ) -> StoredEstimate | None:
        """Look up an estimate; None where the run left none."""
        row = self.rows.get((quantity, netuid, statistic, level), {}).get(day)
        return None if row is None else StoredEstimate(*(column[row] for column in self.columns))

    def quantiles(
        self, quantity: str, day: float, levels: Sequence[float], netuid: int | None = None
    ) -> dict[float, StoredEstimate]:
        """Return the quantiles that the run left, by level, in the order of ``levels``."""
        found = {level: self.get(quantity, day, "quantile", level, netuid) for level in levels}
        return {level: each for level, each in found.items() if each is not None}

    def days(self, quantity: str | None = None) -> list[float]:
        """Return the days of ``quantity``, or of the whole table [days], increasing."""
        return sorted(
            {
                day
                for (name, *_), by_day in self.rows.items()
                if quantity in (None, name)
                for day in by_day
            }
        )

    def quantities(self) -> set[str]:
        """Return names of the quantities in the table."""
        return {quantity for quantity, *_ in self.rows}

    def netuids(self) -> set[int]:
        """Return the subnets that the table speaks of."""
        return {netuid for _, netuid, *_ in self.rows if netuid is not None}

    def trajectory(self, quantity: str, netuid: int | None = None) -> Trajectory | None:
        """Return ``quantity`` over time; None where the run left no mean of it."""
        days = sorted(self.rows.get((quantity, netuid, "mean", None), {}))
        if not days:
            return None
        means = [mean for day in days if (mean := self.get(quantity, day, netuid=netuid))]
        quantiles = {}
        for level in QUANTILE_LEVELS:
            if (quantity, netuid, "quantile", level) in self.rows:
                found = [self.get(quantity, day, "quantile", level, netuid) for day in days]
                quantiles[level] = np.array([each.value if each else np.nan for each in found])
        return Trajectory(
            days=np.array(days),
            mean=np.array([mean.value for mean in means]),
            mean_low=np.array([mean.ci_low for mean in means]),
            mean_high=np.array([mean.ci_high for mean in means]),
            quantiles=quantiles,
            unit=means[0].unit,
        )


def numbers(table: str, frame: pd.DataFrame, column: str) -> list[float]:
    """Return a column as floats, NaN where it is empty.

    Raises:
        ResultsError: The column holds something else than numbers.
    """
    try:
        return frame[column].to_numpy(dtype=float, na_value=np.nan).tolist()
    except (TypeError, ValueError) as error:
        raise ResultsError(
            f"table '{table}', column '{column}': holds something else than numbers ({error}); "
            "run again"
        ) from error


def _refuse(table: str, frame: pd.DataFrame, is_wrong: ArrayLike, what: str) -> None:
    places = np.flatnonzero(np.asarray(is_wrong))
    if places.size:
        row = frame.iloc[int(places[0])]
        identity = ", ".join(f"{column} {row[column]}" for column in _IDENTITY)
        raise ResultsError(f"table '{table}', row {places[0]}: {what} ({identity}); run again")
