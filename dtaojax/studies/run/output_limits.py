"""What no number of a run can be, however its demand was set: limits that its inputs are held to.

The world outside the network has no purse in the model, so demand that is too wild for the pools
puts more TAO into them than there can be, and prices follow. Such numbers are finite and mean
nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from dtaojax import chain
from dtaojax.engine.rollout import KEPT
from dtaojax.history import HIGHEST_CLOSE
from dtaojax.metrics.portfolio import VALUATIONS
from dtaojax.results.contract import ResultsError
from dtaojax.world.follower import Figure

MOST: Final[Mapping[str, float]] = {
    "TAO": chain.MAX_SUPPLY,
    "TAO/alpha": chain.MAX_PRICE,
    "USD/TAO": HIGHEST_CLOSE,
    "USD": HIGHEST_CLOSE * chain.MAX_SUPPLY,
}
"""The most that an amount can be, by unit: the supply cap (§3.1), the highest price that a swap
makes (§3.5), the highest believed price of TAO, and all TAO at that price."""

_AMOUNTS: Final = (
    "total_tao_in", "tao_in", "lock_cost", "price", "moving_price", "sum_price", "tao_usd",
    "holdings", "value_spot", "value_spot_usd", "value_realizable", "value_realizable_usd",
)  # fmt: skip
"""What is there at one time. Sums over time, as proceeds, and what buying would have to be may pass
all TAO."""
_ESTIMATES: Final = ("network", "subnets", "portfolio", "cohorts")
_FIX: Final = (
    "demand is too wild for the pools: lower drift, sd_at_1000_tao or max_volatility_multiple, or "
    "shorten run.horizon_days"
)


def most(quantity: str, unit: str) -> float:
    """Return the most that a figure can be, in its unit; infinite where nothing bounds it.

    Args:
        quantity: Name of a figure, as tables have it.
        unit: Unit of the figure.
    """
    return MOST.get(unit, np.inf) if quantity in _AMOUNTS else np.inf


class OutputWatch:
    """Counts the paths on which an amount is beyond its limit.

    Attributes:
        beyond: Number of paths so far with such an amount on any observed day.
        used: Number of paths so far that stayed finite.
    """

    def __init__(self, figures: Sequence[Figure]) -> None:
        """Watch the figures of paths, given in their order."""
        self.beyond = self.used = 0
        self._limits = np.array([most(figure.name, figure.unit) for figure in figures])
        self._worth = [
            [place for place, figure in enumerate(figures) if figure.name == f"value_{valuation}"]
            for valuation in VALUATIONS
        ]

    def take(self, scalars: np.ndarray, lost_at: np.ndarray) -> None:
        """Take in the figures of further paths, shape (paths, days, scalars)."""
        used = scalars[lost_at == KEPT]
        beyond = (used > self._limits).any(axis=(1, 2))
        for positions in self._worth:
            # No position need be beyond its limit where their sum is.
            beyond |= (used[:, :, positions].sum(axis=2) > MOST["TAO"]).any(axis=1)
        self.used += len(used)
        self.beyond += int(beyond.sum())

    def warnings(self) -> list[str]:
        """Return what to beware of where single paths are beyond, and no number of the run is."""
        if self.beyond == 0:
            return []
        return [
            f"{self.beyond:,} of {self.used:,} paths hold more TAO than there can be, or a price "
            f"that none can reach, and means count them as they are; {_FIX}"
        ]


class _Beyond(NamedTuple):
    where: str
    value: float
    unit: str


def refuse_nonsense(folder: Path, tables: Mapping[str, pd.DataFrame], watch: OutputWatch) -> None:
    """Refuse tables that hold an amount which cannot be.

    Args:
        folder: Folder of the results, for the message.
        tables: Tables of the run, by name.
        watch: Counts of its paths beyond their limits.

    Raises:
        ResultsError: An estimate is beyond its limit, which is named with the fix.
    """
    found = [each for name in _ESTIMATES if name in tables for each in _beyond(tables[name])]
    if not found:
        return
    where, value, unit = found[0]
    more = f" (and {len(found) - 1:,} more such numbers)" if len(found) > 1 else ""
    raise ResultsError(
        f"{folder}: {where} comes to {value:.3g} {unit}, but there can be no more than "
        f"{MOST[unit]:,.0f} {unit}{more}; {watch.beyond:,} of {watch.used:,} paths go beyond what "
        f"can be, so there is nothing to report; {_FIX}"
    )


def _beyond(table: pd.DataFrame) -> Iterator[_Beyond]:
    limits = np.array(list(map(most, table["quantity"], table["unit"])))
    values = table["value"].to_numpy(float)
    # What is not known and what has no limit compares as not beyond.
    for index in np.flatnonzero(values > limits):
        row = table.iloc[index]
        subnet = "" if pd.isna(row["netuid"]) else f" of netuid {row['netuid']}"
        where = f"{row['quantity']}{subnet} ({row['statistic']}, day {row['day']:g})"
        yield _Beyond(where, float(values[index]), str(row["unit"]))
