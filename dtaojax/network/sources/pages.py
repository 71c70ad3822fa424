"""Signs that an answer of an API is a page of several, and not all of it.

APIs tell it in many ways, and none is taken on trust: what any of them says of further pages is
heeded, wherever it stands in the answer, as a number or as a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from dtaojax.files.text import spelled
from dtaojax.network.check import plain_number

_WORDS: Final = {
    "total": "total totalitems totalcount totalresults totalrecords totalrows totalelements "
    "itemstotal numfound",
    "count": "count itemcount",
    "pages": "totalpages pages pagecount numpages lastpage",
    "page": "currentpage page pagenumber",
    "offset": "offset skip start",
    "size": "perpage limit pagesize size itemsperpage take",
    "further": "next nextpage nextcursor nexturl nextlink nexttoken nextpagetoken nextoffset "
    "cursor continuationtoken hasmore hasnext hasnextpage more istruncated truncated "
    "prev previous prevpage previouspage prevcursor hasprev hasprevious hasprevpage "
    "haspreviouspage",
}
"""What is told -> keys that tell it, in small letters and without what parts their words."""

_MEANING: Final = {word: what for what, words in _WORDS.items() for word in words.split()}
_NOTHING: Final = frozenset({"", "null", "none", "nil", "false", "no", "undefined", "0"})
_DEPTH: Final = 6
_USUAL: Final = frozenset({10, 20, 25, 30, 50, 100, 150, 200, 250, 500, 1000})
"""Entries that APIs put on a page where nobody asks for another number."""


@dataclass(frozen=True)
class _Told:
    """A key about pages.

    Attributes:
        key: key as it is written.
        what: meaning of the key, one of :data:`_WORDS`.
        value: value as it stands.
    """

    key: str
    what: str
    value: Any

    @property
    def number(self) -> int | None:
        """The value as a count; None where it tells nothing."""
        if isinstance(self.value, bool) or _is_nothing(self.value):
            return None
        number = plain_number(self.value)
        return int(number) if number is not None and 0.0 <= number < 1e15 else None

    def __str__(self) -> str:
        return f"{self.key} is {spelled(self.value, 40)}"


def page_problems(answer: Any, count: int) -> list[str]:
    """List what says that an answer is not all.

    Args:
        answer: of an API, as JSON.
        count: entries that it holds.

    Returns:
        At most one sentence, without the fix; none where nothing says so.
    """
    told = list(_told(answer, _DEPTH)) if isinstance(answer, Mapping) else []
    by_what = {what: [each for each in told if each.what == what] for what in _WORDS}
    for each in (*by_what["total"], *by_what["pages"]):
        if each.number is None and not _is_nothing(each.value):
            return [f"holds {count} pools, but {each}, which is no number"]
    for each in (*by_what["total"], *by_what["count"]):
        if (each.number or 0) > count:
            return [f"holds {count} of {each.number} pools ({each})"]
    size = max((each.number or 0 for each in by_what["size"]), default=0)
    # Lists of several pages that were joined keep what the first of them said of itself.
    is_joined = 0 < size < count
    for each in by_what["pages"]:
        pages = each.number or 0
        if pages > 1 and not (is_joined and count > size * (pages - 1)):
            return [f"holds {count} pools, a page of several ({each})"]
    if is_joined and (_all_there(by_what, count) or count % size):
        return []
    for each in by_what["further"]:
        if not _is_nothing(each.value):
            return [f"holds {count} pools, a page of several ({each})"]
    for what, first in (("page", 1), ("offset", 0)):
        for each in by_what[what]:
            if (each.number or 0) > first:
                return [f"holds {count} pools, not from the first ({each})"]
    if size and count % size == 0 and not _all_there(by_what, count) and not by_what["pages"]:
        limit = next(each for each in by_what["size"] if each.number == size)
        return [f"holds {count} pools, as many as fit on a page ({limit}), so that more may follow"]
    return []


def page_note(answer: Any, count: int) -> str | None:
    """Say that an answer which tells nothing of its pages has the length of one."""
    told = list(_told(answer, _DEPTH)) if isinstance(answer, Mapping) else []
    if told or count not in _USUAL:
        return None
    return (
        f"It holds exactly {count} pools, as a page of an API does, and does not say whether more "
        "follow: see that it is all of the network."
    )


def _told(node: Mapping[str, Any], depth: int) -> Iterator[_Told]:
    for key, value in node.items():
        what = _MEANING.get(re.sub(r"[^a-z]", "", str(key).lower()))
        if what is not None and not isinstance(value, list):
            yield _Told(str(key), what, value)
        if isinstance(value, Mapping) and depth:
            yield from _told(value, depth - 1)


def _all_there(by_what: Mapping[str, list[_Told]], count: int) -> bool:
    return any(each.number == count for each in by_what["total"])


def _is_nothing(value: Any) -> bool:
    if isinstance(value, str):
        return value.strip().lower() in _NOTHING
    return not value
