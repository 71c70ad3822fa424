"""Records of all pools at known blocks, put together from a daily panel and an hourly one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dtaojax.history.errors import HistoryError
from dtaojax.history.panel import FloatArray


@dataclass(frozen=True, eq=False, kw_only=True)
class Reserves:
    """Prices and TAO reserves at some blocks.

    Attributes:
        block: of each record, rising, shape (records,).
        netuid: shape (subnets,).
        price: shape (records, subnets) [TAO/alpha].
        tao_in: shape (records, subnets) [TAO].
        rounding: how finely ``tao_in`` is recorded, shape (records,) [TAO].
    """

    block: NDArray[np.int64]
    netuid: NDArray[np.int64]
    price: FloatArray
    tao_in: FloatArray
    rounding: FloatArray

    def prices_at(self, blocks: NDArray[np.int64]) -> FloatArray:
        """Prices at other blocks, linear in the logarithm between records."""
        logs = np.log(self.price)
        columns = [np.interp(blocks, self.block, column) for column in logs.T]
        return np.exp(np.stack(columns, axis=1))

    def liquidity(self) -> FloatArray:
        """``tao_in / sqrt(price)``, which trades leave as it is, shape (records, subnets)."""
        return self.tao_in / np.sqrt(self.price)


def read_reserves(daily: Path, hourly: Path, source: str) -> Reserves:
    """Puts the days of a source and the hours together.

    Args:
        daily: with the columns netuid, close, tao_in, last_block and source; days whose block is
            not known (-1) are left out.
        hourly: with the columns block, netuid, price and tao_in, rounded to whole TAO.
        source: of the daily rows.

    Raises:
        HistoryError: a file cannot be read, or a subnet is missing in a record.
    """
    import pandas as pd

    frames = []
    for path, names, rounding in (
        (daily, {"close": "price", "last_block": "block"}, 0.1),
        (hourly, {}, 1.0),
    ):
        try:
            table = pd.read_csv(path).rename(columns=names)
        except (OSError, ValueError) as error:
            raise HistoryError(str(path), [f"cannot be read ({error}); check the file"]) from None
        if "source" in table.columns:
            table = table[table["source"] == source]
        frames.append(table[["block", "netuid", "price", "tao_in"]].assign(rounding=rounding))
    both = pd.concat(frames)
    both = both[both["block"] > 0].drop_duplicates(["block", "netuid"])
    price = both.pivot_table(index="block", columns="netuid", values="price", dropna=False)
    tao_in = both.pivot_table(index="block", columns="netuid", values="tao_in", dropna=False)
    incomplete = price.isna().any(axis=1)
    if incomplete.any():
        blocks = ", ".join(map(str, price.index[incomplete][:5]))
        raise HistoryError(str(daily), [f"not every subnet has a price at block {blocks}"])
    return Reserves(
        block=price.index.to_numpy(np.int64),
        netuid=price.columns.to_numpy(np.int64),
        price=price.to_numpy(float),
        tao_in=tao_in.to_numpy(float),
        rounding=both.groupby("block")["rounding"].first().to_numpy(float),
    )
