"""A config as text that can be read and printed: JSON, in as few lines as its width allows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

_WIDTH: Final = 96
_INDENT: Final = "  "


def config_text(value: Any) -> str:
    """Write JSON with a table or list on one line where it fits, and else short entries after
    another: fitted demand has an entry for each subnet."""
    return "\n".join(_lines(value, _WIDTH))


def _lines(value: Any, width: int) -> list[str]:
    whole = json.dumps(value, ensure_ascii=False)
    if len(whole) <= width or not value or not isinstance(value, dict | list | tuple):
        return [whole]
    first, last = "{}" if isinstance(value, dict) else "[]"
    within = width - len(_INDENT)
    entries = [_entry(key, each, within) for key, each in _pairs(value)]
    for entry in entries[:-1]:
        entry[-1] += ","
    return [first, *(_INDENT + line for line in _packed(entries, within)), last]


def _pairs(value: dict[Any, Any] | Sequence[Any]) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        # JSON has texts as keys only.
        yield from (
            (json.dumps(str(key), ensure_ascii=False) + ": ", each) for key, each in value.items()
        )
    else:
        yield from (("", each) for each in value)


def _entry(key: str, value: Any, width: int) -> list[str]:
    head, *rest = _lines(value, width - len(key) - 1)
    return [key + head, *rest]


def _packed(entries: Sequence[list[str]], width: int) -> Iterator[str]:
    """Put entries of one line together, if there are more than anyone reads one by one."""
    are_many = len(entries) > 12 and all(len(entry) == 1 for entry in entries)
    line = ""
    for entry in entries:
        if not are_many:
            yield from entry
        elif len(line) + 1 + len(entry[0]) <= width:
            line = f"{line} {entry[0]}".lstrip()
        else:
            yield line
            line = entry[0]
    if line:
        yield line
