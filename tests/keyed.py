"""Pages read back as the keys of their numbers.

Every number of some results is exchanged for one that stands nowhere else (a mark), a page is made
of them, and each mark on the page is written as the key of the table cell that it came from. What
comes out is the page with its words, headings and columns, and for each number what it *is*:
``VaR 95 % | ⟨loss_realizable, var 95 %, day 90⟩ ± its error``. A number that stands under another
label, in another column, of another day, with another sign or with the error of another is seen.

Nothing here knows how a page rounds: marks are short enough to be shown in full.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html.parser import HTMLParser
from typing import Any, Final

import pandas as pd

_FRACTIONS: Final = ("ratio", "probability")
_NUMBER: Final = re.compile(r"(?<![\w.])−?\d[\d,]*(?:\.\d+)?(?![\w]|\.\d)")
_SORTED: Final = re.compile(r"\[([^\]]*)\] \1(?!\w)")
"""A number by which a cell sorts, before a text that shows the same."""
_INLINE: Final = frozenset(
    ("a", "b", "bdi", "button", "code", "data", "em", "i", "label", "span", "strong", "sub", "sup")
)
_HEADINGS: Final = frozenset(("h1", "h2", "h3", "caption", "summary", "title"))
_SILENT: Final = frozenset(("style", "script", "head"))
_VOID: Final = frozenset(("meta", "link", "br", "img", "input", "hr"))
_SIGNS: Final = ((1.0, ""), (-1.0, "minus "))
_PLACES: Final = 9
"""Decimals to which a number of a page is compared with a mark: more than either has."""


class Marks:
    """Numbers that stand for keys.

    Attributes:
        keys: a number as pages may show it -> what it is.
        errors: what it is -> its standard error, in the unit in which it is shown.
        derived: what is computed from several cells -> its value.
    """

    def __init__(self) -> None:
        self.keys: dict[float, str] = {}
        self.errors: dict[str, float] = {}
        self.derived: dict[str, float] = {}
        self._whole = itertools.count(10_001)
        self._parts = (place for place in itertools.count(1001) if place % 10)

    def whole(self) -> float:
        """Return the next whole number, of five digits."""
        return float(next(self._whole))

    def part(self) -> float:
        """Return the next fraction of four decimals, the last of which is not 0."""
        found = next(self._parts)
        assert found < 10_000, "too many fractions to tell them apart; mark fewer"
        return found / 1e4

    def name(self, key: str, value: float, is_part: bool = False, error: float = 0.0) -> None:
        """Say what a number is; a fraction may stand on a page as it is or in percent."""
        for factor in (1.0, 100.0) if is_part else (1.0,):
            place = round(factor * value, _PLACES)
            assert self.keys.setdefault(place, key) == key, f"{place} is {self.keys[place]}, {key}"
        if error:
            self.errors[key] = error

    def estimates(self, frame: pd.DataFrame, negative: str = "") -> pd.DataFrame:
        """Exchange the numbers of a table of estimates.

        Args:
            frame: with the columns ``dtaojax.results.ESTIMATE_COLUMNS``.
            negative: the beginning of the names of quantities that are to be below 0.
        """
        frame = frame.copy()
        rows = []
        for row in frame.to_dict("records"):
            is_part = row["unit"] in _FRACTIONS
            low, value, high = sorted((self.part if is_part else self.whole)() for _ in range(3))
            key = key_of(row)
            if negative and row["quantity"].startswith(negative):
                low, value, high = -high, -value, -low
            error = (0.00012 if is_part else 1.2) if row["day"] > 0.0 else 0.0
            for suffix, number in (("", value), (", low", low), (", high", high)):
                if row["day"] == 0.0 and suffix:
                    continue
                self.name(key + suffix, number, is_part, error if not suffix else 0.0)
            rows.append((value, error, *((low, high) if row["day"] > 0.0 else (value, value))))
        columns = ["value", "standard_error", "ci_low", "ci_high"]
        frame[columns] = pd.DataFrame(rows, columns=columns, index=frame.index)
        return frame

    def read(self, text: str) -> tuple[str, int]:
        """Return a line of a page with keys in place of marks, and how many were found."""
        found = 0
        pieces: list[str] = []
        last, at = "", 0
        for match in _NUMBER.finditer(text):
            if match.start() < at:
                continue
            between = text[at : match.start()]
            if last and re.fullmatch(r"(\s*%)?\s*(±\s*)", between):
                shown = self._error(last, match[0])
                pieces += [between, shown]
                last, at = "", match.end()
                continue
            key = self._key(match[0])
            pieces += [between, f"⟨{key}⟩" if key else match[0]]
            found += key is not None
            last, at = key or "", match.end()
        return "".join([*pieces, text[at:]]), found

    def _key(self, text: str) -> str | None:
        number = float(text.replace(",", "").replace("−", "-"))
        for sign, word in _SIGNS:
            key = self.keys.get(round(sign * number, _PLACES))
            if key is not None:
                return word + key
        if len(re.sub(r"[−,.]", "", text).strip("0")) < (2 if "." in text else 3):
            return None
        for key, value in self.derived.items():
            for sign, word in _SIGNS:
                if abs(sign * value - number) <= _rounding(text):
                    return word + key
        return None

    def _error(self, key: str, text: str) -> str:
        """Return whether an error is that of the number before it."""
        error = self.errors.get(key.removeprefix("minus "))
        shown = float(text.replace(",", ""))
        if error and any(abs(shown - factor * error) <= _rounding(text) for factor in (1.0, 100.0)):
            return "its error"
        return text


def _rounding(text: str) -> float:
    """Return by how much a number may be rounded: half of the place of its last digit."""
    whole, _, decimals = text.replace(",", "").partition(".")
    place = len(decimals) if decimals else len(whole.rstrip("0")) - len(whole)
    return 0.5000001 * 10.0**-place


def key_of(row: Mapping[str, Any]) -> str:
    """Return what an estimate is, in words: ``price, SN4, 5 % quantile, day 90``."""
    netuid = "" if pd.isna(row["netuid"]) else f", SN{row['netuid']}"
    level = "" if pd.isna(row["level"]) else f" {100 * row['level']:g} %"
    return f"{row['quantity']}{netuid}, {row['statistic']}{level}, day {row['day']:g}"


class _Lines(HTMLParser):
    """The blocks of a page, a line each, with the heading over them; cells are parted by bars."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.lines: list[tuple[str, str, str]] = []
        self._open: list[str] = []
        self._heading, self._columns = "", ""
        self._line: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("td", "th"):
            self._line.append(" | ")
            if sort := dict(attrs).get("data-sort"):
                self._line.append(f"[{sort.replace('-', '−')}] ")
        elif tag not in _INLINE and ("tr" not in self._open):
            self._end()
        elif tag == "data":
            self._line.append(f"[{(dict(attrs)['value'] or '').replace('-', '−')}] ")
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._end()

    def handle_endtag(self, tag: str) -> None:
        if "tr" not in self._open[:-1] and tag not in _INLINE:
            self._end(tag)
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if not _SILENT & set(self._open):
            self._line.append(data)

    def _end(self, tag: str = "") -> None:
        line = " ".join("".join(self._line).replace("\xa0", " ").split()).strip("| ")
        self._line = []
        if not line:
            return
        if tag in _HEADINGS:
            self._heading, self._columns = line, ""
        if tag == "tr" and "thead" in self._open:
            self._columns = line
            return
        columns = self._columns if tag == "tr" else ""
        self.lines.append((self._heading, columns, line))


def keyed(page: str, marks: Marks) -> Iterator[str]:
    """Yield the lines of a page that hold a mark, each under its heading and its columns."""
    before = ("", "")
    for heading, columns, line in _Lines(page).lines:
        text, found = marks.read(line)
        if not found:
            continue
        text = _SORTED.sub(r"\1", text)
        heading = marks.read(heading)[0]
        if (heading, columns) != before:
            yield f"# {heading}" + (f"\n  {columns}" if columns else "")
            before = (heading, columns)
        yield text


def added(lines: Iterable[str], known: Sequence[str]) -> list[str]:
    """Return the lines that are not among those already known, headings with what is left."""
    seen = set(known)
    kept = [line for line in lines if line.startswith("#") or line not in seen]
    return [
        line
        for line, following in itertools.pairwise([*kept, "#"])
        if not (line.startswith("#") and following.startswith("#"))
    ]
