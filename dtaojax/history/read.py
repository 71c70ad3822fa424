"""Reading a daily panel from CSV or Parquet, strictly, and cutting it into series."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from dtaojax.chain import RAO_PER_TAO
from dtaojax.history.errors import HistoryError
from dtaojax.history.panel import FloatArray, Panel

if TYPE_CHECKING:
    import pandas as pd

FOLDER_VARIABLE: Final = "DTAOJAX_DATA"
"""Environment variable with the folder where histories are looked for by name."""
DEFAULT_FOLDER: Final = Path("../shared/data")

_DUST_PRICE: Final = 0.5
"""No started subnet of 2025 or 2026 traded above this; a pool that waits for its start call holds
dust and quotes 1 to several 1,000 [TAO/alpha]."""
_HIGHEST_PRICE: Final = 1e5
"""Dust pools quoted up to 4,912; a price in rao is a billion times too large [TAO/alpha]."""
_REQUIRED: Final = ("date", "netuid", "close")
_OPTIONAL: Final = ("tao_in", "days_since_start")


def data_folder() -> Path:
    """Where histories are looked for by name: ``DTAOJAX_DATA``, or ``../shared/data``."""
    return Path(os.environ.get(FOLDER_VARIABLE, DEFAULT_FOLDER))


def find_history(name: str, beside: Path) -> Path:
    """The file of a history.

    Args:
        name: a path, which starts at ``beside``. A bare file name that is not there is looked for
            in the folder ``DTAOJAX_DATA``, or ``../shared/data`` where that is not set.
        beside: a folder.
    """
    if Path(name).name == name and not (beside / name).exists():
        return data_folder() / name
    return beside / name


def read_panel(path: Path, source: str | None = None) -> Panel:
    """Reads a daily panel.

    Rows of a subnet that has not started are left out: those with a negative ``days_since_start``,
    and those up to the last quote above 0.5 TAO. A netuid whose ``days_since_start`` falls, or
    begins or ceases to be known, has been replaced: its rows before and after are two series.
    Missing days stay missing.

    Args:
        path: a ``.csv`` or ``.parquet`` file with the columns date, netuid, close and, where known,
            tao_in, days_since_start and source; one row a subnet and day.
        source: reads only the rows with this value of the column ``source``.

    Returns:
        The panel.

    Raises:
        HistoryError: the file cannot be read, lacks a column, or holds impossible rows.
    """
    table = read_rows(path)
    missing = [name for name in _REQUIRED if name not in table.columns]
    if missing:
        present = ", ".join(map(str, table.columns))
        problems = [f"there is no column {name!r} (there are {present})" for name in missing]
        raise HistoryError(str(path), problems)
    if source is not None:
        table = _rows_of(table, source, path)
    checked = _check(table, path)
    traded = _cut(checked)
    if traded.empty:
        raise HistoryError(str(path), ["holds no price of a started subnet"])
    return _arrange(traded, str(path))


def read_rows(path: Path) -> pd.DataFrame:
    """The rows of a CSV file, as text, or of a Parquet file; the index is the line of each.

    Raises:
        HistoryError: the file cannot be read.
    """
    # Slow to import, and the command line imports this room for its error.
    import pandas as pd

    try:
        if path.suffix.lower() == ".csv":
            table = pd.read_csv(path, dtype=str, keep_default_na=False)
        elif path.suffix.lower() == ".parquet":
            table = pd.read_parquet(path)
        else:
            raise HistoryError(str(path), ["must be a .csv or .parquet file; convert it"])
    except FileNotFoundError:
        fix = (
            f"there is no such file; check the path, or set {FOLDER_VARIABLE} to the folder that "
            "holds it"
        )
        raise HistoryError(str(path), [fix]) from None
    except (OSError, ValueError) as error:
        raise HistoryError(str(path), [f"cannot be read ({error}); check the file"]) from None
    # A CSV file has a header line, and people count lines from 1.
    return table.set_axis(np.arange(len(table)) + 2, axis=0)


def _rows_of(table: pd.DataFrame, source: str, path: Path) -> pd.DataFrame:
    if "source" not in table.columns:
        raise HistoryError(str(path), [f"there is no column 'source' to find {source!r} in"])
    rows = table[table["source"] == source]
    if rows.empty:
        known = ", ".join(sorted(map(str, table["source"].unique())))
        raise HistoryError(str(path), [f"there is no row of source {source!r}; there are {known}"])
    return rows


def _check(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """The columns as numbers, or an error that names rows."""
    import pandas as pd

    def numbers(name: str) -> pd.Series:
        if name not in table.columns:
            return pd.Series(np.nan, index=table.index)
        return pd.to_numeric(table[name], errors="coerce").astype(float)

    def is_text(name: str) -> pd.Series:
        """Cells that hold something that is no number."""
        if name not in table.columns:
            return pd.Series(False, index=table.index)
        filled = table[name].notna() & (table[name].astype(str).str.strip() != "")
        return filled & ~np.isfinite(numbers(name))

    checked = pd.DataFrame({name: numbers(name) for name in (*_REQUIRED[1:], *_OPTIONAL)})
    checked["date"] = pd.to_datetime(table["date"], errors="coerce", format="ISO8601")
    close, netuid = checked["close"], checked["netuid"]
    rao = f"this looks like rao: divide by {RAO_PER_TAO:.0e}"
    faults = {
        "date is no date like 2025-03-20": checked["date"].isna(),
        "netuid is no whole number from 1 to 65535": ~netuid.between(1, 65_535)
        | (netuid % 1.0 != 0.0),
        "close is no positive number": ~(close > 0.0) | ~np.isfinite(close),
        f"close is above {_HIGHEST_PRICE:,.0f} TAO; {rao}": close > _HIGHEST_PRICE,
        "tao_in is not empty and no number": is_text("tao_in"),
        "tao_in is negative": checked["tao_in"] < 0.0,
        f"tao_in is above the supply cap; {rao}": checked["tao_in"] > 21e6,
        "days_since_start is not empty and no number": is_text("days_since_start"),
    }
    problems = [_named(fault, rows, checked) for fault, rows in faults.items() if rows.any()]
    if not problems:
        checked["date"] = checked["date"].dt.normalize()
        twice = checked.duplicated(["date", "netuid"])
        if twice.any():
            fault = "stands twice for its date and netuid; keep one, or choose a source"
            problems = [_named(fault, twice, checked)]
    if problems:
        raise HistoryError(str(path), problems)
    return checked.astype({"netuid": int}).sort_values(["netuid", "date"])


def _named(fault: str, rows: pd.Series, table: pd.DataFrame) -> str:
    lines = table.index[rows.to_numpy()]
    shown = ", ".join(map(str, lines[:5]))
    more = f" and {len(lines) - 5} more" if len(lines) > 5 else ""
    return f"line{'s' if len(lines) > 1 else ''} {shown}{more}: {fault}"


def _cut(table: pd.DataFrame) -> pd.DataFrame:
    """Adds the columns ``life`` and ``age``, and leaves out what is not traded."""
    known = table["days_since_start"].notna()
    by_netuid = table.groupby("netuid")
    fell = by_netuid["days_since_start"].diff() < 0.0
    switched = known != known.groupby(table["netuid"]).shift(fill_value=True)
    switched &= by_netuid.cumcount() > 0
    life = (fell | switched).groupby(table["netuid"]).cumsum()
    table = table.assign(life=life)
    lives = ["netuid", "life"]
    dust = table["close"] > _DUST_PRICE
    # Counted from the end, the quotes above the dust price that are still to come.
    dust_ahead = dust[::-1].groupby([table["netuid"], table["life"]]).cumsum()[::-1]
    unstarted = table["days_since_start"] < 0.0
    waited = (dust & ~unstarted).groupby([table["netuid"], table["life"]]).transform("any")
    table = table.assign(waited=waited)[(dust_ahead == 0) & ~unstarted]
    seen = (table["date"] - table.groupby(lives)["date"].transform("min")).dt.days.astype(float)
    told = table["days_since_start"].where(~table["waited"])
    return table.assign(age=told.fillna(seen))


def _arrange(table: pd.DataFrame, source: str) -> Panel:
    import pandas as pd

    lives = ["netuid", "life"]
    first = table.groupby(lives)["date"].min().reset_index()
    order = first.sort_values(["date", "netuid", "life"]).set_index(lives).index
    days = pd.date_range(table["date"].min(), table["date"].max())

    def wide(column: str) -> FloatArray:
        grid = table.pivot_table(index="date", columns=lives, values=column, dropna=False)
        return grid.reindex(index=days, columns=order).to_numpy(dtype=float)

    return Panel(
        source=source,
        dates=days.to_numpy().astype("datetime64[D]"),
        netuid=order.get_level_values("netuid").to_numpy(dtype=np.int64),
        close=wide("close"),
        tao_in=wide("tao_in"),
        age=wide("age"),
    )
