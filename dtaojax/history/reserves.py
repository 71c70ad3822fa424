"""Records of all pools at known blocks, put together from a daily panel and an hourly one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dtaojax.chain import MAX_SUPPLY
from dtaojax.history.cells import numbers
from dtaojax.history.check import Faults
from dtaojax.history.panel import FloatArray
from dtaojax.history.rows import HistoryError, Rows, read_rows

_DAILY: Final = {"block": "last_block", "price": "close"}
_HOURLY: Final = {"block": "block", "price": "price"}
_UNKNOWN_BLOCK: Final = -1.0


@dataclass(frozen=True, eq=False, kw_only=True)
class Reserves:
    """Prices and TAO reserves at some blocks.

    Attributes:
        block: height of each record, rising, shape (records,).
        netuid: ids of the subnets, shape (subnets,).
        price: spot prices, shape (records, subnets) [TAO/alpha].
        tao_in: reserves of TAO, shape (records, subnets) [TAO].
        rounding: smallest step of a recorded ``tao_in``, shape (records,) [TAO].
        notices: sentences on rows that were left out, and why.
    """

    block: NDArray[np.int64]
    netuid: NDArray[np.int64]
    price: FloatArray
    tao_in: FloatArray
    rounding: FloatArray
    notices: tuple[str, ...] = ()

    def prices_at(self, blocks: NDArray[np.int64]) -> FloatArray:
        """Return prices at other blocks, linear in the logarithm between records."""
        logs = np.log(self.price)
        columns = [np.interp(blocks, self.block, column) for column in logs.T]
        return np.exp(np.stack(columns, axis=1))

    def liquidity(self) -> FloatArray:
        """Return ``tao_in / sqrt(price)``, which no trade changes, shape (records, subnets)."""
        return self.tao_in / np.sqrt(self.price)


@dataclass(frozen=True, eq=False)
class _Records:
    """Rows of a file that hold a record; arrays of shape (rows,)."""

    block: NDArray[np.int64]
    netuid: NDArray[np.int64]
    price: FloatArray
    tao_in: FloatArray
    notices: tuple[str, ...]


def read_reserves(daily: Path, hourly: Path, source: str) -> Reserves:
    """Put the days of a source and the hours together.

    Args:
        daily: with the columns netuid, close, tao_in, last_block and source; days whose block is
            not known (-1) are left out.
        hourly: with the columns block, netuid, price and tao_in, rounded to whole TAO.
        source: of the daily rows, and of the hourly ones where they have that column.

    Raises:
        HistoryError: a file cannot be read, holds impossible rows, or a subnet is missing in a
            record.
    """
    days, hours = _read(daily, _DAILY, source), _read(hourly, _HOURLY, source)
    netuid = np.unique(np.concatenate([days.netuid, hours.netuid]))
    block = np.unique(np.concatenate([days.block, hours.block]))
    price, tao_in = (np.full((len(block), len(netuid)), np.nan) for _ in range(2))
    rounding = np.full(len(block), 1.0)
    # Of a block that both know, the daily record is the finer one.
    for records in (hours, days):
        at = np.searchsorted(block, records.block), np.searchsorted(netuid, records.netuid)
        price[at], tao_in[at] = records.price, records.tao_in
    rounding[np.isin(block, days.block)] = 0.1
    incomplete = np.isnan(price).any(axis=1)
    if incomplete.any():
        blocks = ", ".join(map(str, block[incomplete][:5]))
        raise HistoryError(str(daily), [f"not every subnet has a price at block {blocks}"])
    return Reserves(
        block=block,
        netuid=netuid,
        price=price,
        tao_in=tao_in,
        rounding=rounding,
        notices=(*days.notices, *hours.notices),
    )


def _read(path: Path, names: dict[str, str], source: str) -> _Records:
    """Read the records of a file.

    Args:
        path: of the file.
        names: what block and price are called in it.
        source: of its rows.
    """
    columns = (*names.values(), "netuid", "tao_in")
    rows = read_rows(path, (*columns, "source"))
    rows.require(columns)
    if "source" in rows.columns:
        rows = rows.of_source(source)
    block = numbers(rows.columns[names["block"]]).value
    unknown = block == _UNKNOWN_BLOCK
    notices = ()
    if unknown.any():
        text = f"{path.name}: {int(unknown.sum()):,} rows left out, whose block is not known"
        notices = (f"{text}: {rows.listed(unknown)}",)
    return _checked(rows.where(~unknown), block[~unknown], names, notices)


def _checked(
    rows: Rows, block: FloatArray, names: dict[str, str], notices: tuple[str, ...]
) -> _Records:
    """Return the records, or raise an error that names what is impossible in them."""
    faults = Faults(rows)
    is_block = (block > 0.0) & (block < 2.0**53) & (block % 1.0 == 0.0)
    faults.add(f"{names['block']} is no block height", ~is_block, rows.columns[names["block"]])
    netuid = numbers(rows.columns["netuid"]).value
    whole = (netuid >= 0.0) & (netuid <= 65_535.0) & (netuid % 1.0 == 0.0)
    faults.add("netuid is no whole number from 0 to 65535", ~whole, rows.columns["netuid"])
    price = numbers(rows.columns[names["price"]]).value
    fault = f"{names['price']} is no positive number"
    faults.add(fault, ~(price > 0.0), rows.columns[names["price"]])
    tao_in = numbers(rows.columns["tao_in"])
    faults.add("tao_in is no number; write TAO", tao_in.wrong, rows.columns["tao_in"])
    impossible = (tao_in.value < 0.0) | (tao_in.value > MAX_SUPPLY)
    faults.add("tao_in is below 0 or above the supply cap; write TAO", impossible)
    faults.refuse()
    keys = np.stack([block, netuid])
    first = np.zeros(len(rows), dtype=bool)
    first[np.unique(keys, axis=1, return_index=True)[1]] = True
    faults.add("stands twice for its block and netuid; keep one", ~first)
    faults.refuse()
    return _Records(block.astype(np.int64), netuid.astype(np.int64), price, tao_in.value, notices)
