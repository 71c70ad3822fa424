"""CSV files that a spreadsheet opens without running anything that stands in them.

A spreadsheet takes a cell for a formula that begins with ``=``, ``+``, ``-`` or ``@``, and names of
subnets are written by strangers. An apostrophe before such a cell makes it text (OWASP, CSV
injection). Numbers stay numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from dtaojax.files.text import printable

if TYPE_CHECKING:
    import pandas as pd

_MARK: Final = "'"
_STARTS: Final = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")
"""The last four are the same signs as wide as a letter of Chinese, which spreadsheets narrow."""
_SPLITS: Final = re.compile('[,"\r\n]')
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def safe_cell(cell: Any) -> Any:
    """Put an apostrophe before a text that a spreadsheet would run; leave all else as it is."""
    return _MARK + cell if isinstance(cell, str) and _runs(cell) else cell


def cell_text(cell: str) -> str:
    """Return the text that :func:`safe_cell` made a cell of."""
    return cell[1:] if cell.startswith(_MARK) and _runs(cell[1:]) else cell


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return the text of a CSV file whose cells read back, by :func:`cell_text`, as they were."""
    return "".join(f"{','.join(map(_quoted, row))}\n" for row in (header, *rows))


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table to be looked at: harmless to a spreadsheet, and with nothing hidden in it.

    Args:
        table: its texts may hold anything; its index is left out.
        path: of the CSV file.

    Raises:
        OSError: the file cannot be written.
    """
    shown = table.copy()
    for place, column in enumerate(table.columns):
        if table.dtypes.iloc[place].kind not in "biufcmM":
            shown.isetitem(place, table[column].map(_shown))
    shown.columns = [_shown(name) for name in table.columns]
    shown.to_csv(path, index=False)


def _shown(cell: Any) -> Any:
    return safe_cell(printable(cell)) if isinstance(cell, str) else cell


def _quoted(cell: Any) -> str:
    """Write a cell as it stands in a file: floats bit for bit, quotation marks where needed.

    The ``csv`` module leaves a carriage return bare, at which a reader ends the row.
    """
    cell = safe_cell(cell)
    text = "" if cell is None else repr(cell) if isinstance(cell, float) else str(cell)
    return '"' + text.replace('"', '""') + '"' if _SPLITS.search(text) else text


def _runs(text: str) -> bool:
    """Return whether a spreadsheet may take a text for a formula, also behind blanks and quotes."""
    for char in text:
        if char in "\t\r\n":
            return True
        if char in _STARTS:
            return not _NUMBER.fullmatch(text)
        if not (char.isspace() or char in "'\"`" or not char.isprintable()):
            return False
    return False
