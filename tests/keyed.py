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
import math
import random
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from html.parser import HTMLParser
from typing import Any, Final

import pandas as pd

ITS: Final = "its error"
HUNDREDFOLD: Final = ", × 100"
_FRACTIONS: Final = ("ratio", "probability")
_NUMBER: Final = re.compile(r"(?<![\w.])−?\d[\d,]*(?:\.\d+)?(?![\w]|\.\d)")
_SORTED: Final = re.compile(r"\[(⟨[^⟩]*|[^\]]*)⟩?\] (?=[+−]?\1(, × 100)?(?!\w))")
"""A number by which a cell sorts, before a text that shows the same."""
_INLINE: Final = frozenset(
    ("a", "b", "bdi", "button", "code", "data", "em", "i", "label", "span", "strong", "sub", "sup")
)
_HEADINGS: Final = frozenset(("h1", "h2", "h3", "caption", "summary", "title"))
_SILENT: Final = frozenset(("style", "script", "head"))
_UNSAID: Final = frozenset({
    "baseline", "better", "density", "density_error", "expected", "high", "kind", "n_paths", "name",
    "pairing", "unit", "zone",
})  # fmt: skip
"""Fields of records that do not help to tell one from another."""
_VOID: Final = frozenset(("meta", "link", "br", "img", "input", "hr"))
_SIGNS: Final = ((1.0, ""), (-1.0, "minus "))
_PLACES: Final = 9
"""Decimals to which a number of a page is compared with a mark: more than either has."""


class Marks:
    """Numbers that stand for keys.

    Attributes:
        keys: a number as pages may show it -> what it is.
        errors: what it is -> standard errors that belong to it, by what they are called.
        derived: what is computed from several cells -> its value.
    """

    def __init__(self) -> None:
        self.keys: dict[float, str] = {}
        self.errors: dict[str, dict[str, float]] = {}
        self.derived: dict[str, float] = {}
        drawn = random.Random(1)
        steps = itertools.accumulate(drawn.randrange(3, 18) for _ in range(8_000))
        self._whole = (10_000 + step for step in steps)
        self._parts = (place for place in itertools.count(1001) if place % 10)
        self._errors = itertools.cycle(number for number in range(11, 36) if number % 10)

    def whole(self) -> float:
        """Return the next whole number, of five digits; steps between them differ."""
        return float(next(self._whole))

    def part(self) -> float:
        """Return the next fraction of four decimals, the last of which is not 0."""
        found = next(self._parts)
        assert found < 10_000, "too many fractions to tell them apart; mark fewer"
        return found / 1e4

    def name(self, key: str, value: float, is_part: bool = False, error: float = 0.0) -> None:
        """Say what a number is; a fraction may stand on a page as it is or times 100."""
        for factor, suffix in ((1.0, ""), (100.0, HUNDREDFOLD)) if is_part else ((1.0, ""),):
            place, shown = round(factor * value, _PLACES), key + suffix
            other = self.keys.setdefault(place, shown)
            assert other == shown, f"{place} is {other}, and {shown}"
        if error:
            self.errors[key] = {ITS: error}

    def derive(self, key: str, value: float, error: float = 0.0) -> None:
        """Say what is computed from several cells, and its standard error."""
        assert round(value, _PLACES) not in self.keys, f"{key} is {value}, which is a mark; move it"
        self.derived[key] = value
        if error:
            self.errors[key] = {ITS: error}

    def error(self, is_part: bool = False) -> float:
        """Return the next standard error, of two digits in the last place of a mark."""
        return next(self._errors) * (1e-5 if is_part else 0.1)

    def estimates(
        self, frame: pd.DataFrame, negative: str = "", tell: Sequence[str] = ()
    ) -> pd.DataFrame:
        """Exchange the numbers of a table of estimates.

        Args:
            frame: with the columns ``dtaojax.results.contract.ESTIMATE_COLUMNS``.
            negative: the beginning of the names of quantities that are to be below 0.
            tell: further columns that tell rows apart.
        """
        frame = frame.copy()
        rows = []
        for row in frame.to_dict("records"):
            is_part = row["unit"] in _FRACTIONS
            low, value, high = sorted((self.part if is_part else self.whole)() for _ in range(3))
            key = ", ".join([key_of(row), *(f"{column} {row[column]}" for column in tell)])
            if negative and row["quantity"].startswith(negative):
                low, value, high = -high, -value, -low
            error = self.error(is_part) if row["day"] > 0.0 else 0.0
            for suffix, number in (("", value), (", low", low), (", high", high)):
                if row["day"] == 0.0 and suffix:
                    continue
                self.name(key + suffix, number, is_part, error if not suffix else 0.0)
            rows.append((value, error, *((low, high) if row["day"] > 0.0 else (value, value))))
        columns = ["value", "standard_error", "ci_low", "ci_high"]
        frame[columns] = pd.DataFrame(rows, columns=columns, index=frame.index)
        return frame

    def tree(self, value: Any, name: str, known: Collection[str] = ()) -> Any:
        """Exchange the fractional numbers of records within records, and name them by their place.

        In a record, a field with ``low`` in its name gets a smaller mark than the others and one
        with ``high`` a larger one; fields with ``error`` get standard errors, all different.

        Args:
            value: dictionaries and lists of numbers and text.
            name: of the whole.
            known: fields that say what a record is about, and keep their numbers.
        """
        if isinstance(value, list):
            names = [f"{name} {_about(each, known)}".strip() for each in value]
            return [
                self.tree(each, said if names.count(said) == 1 else f"{said} {place + 1}", known)
                for place, (each, said) in enumerate(zip(value, names, strict=True))
            ]
        if isinstance(value, dict):
            marked = {}
            for field in sorted(value, key=lambda field: ("low" not in field, "high" in field)):
                each, is_error = value[field], "error" in field
                if field == "errors":
                    marked[field] = {key: self.error() for key in each}
                    self.errors |= {
                        f"{name}: means: {key}": {ITS: error}
                        for key, error in marked[field].items()
                    }
                elif field in known or (is_error and isinstance(each, float)):
                    marked[field] = self.error() if is_error and each else each
                else:
                    marked[field] = self.tree(each, f"{name}: {field}".removeprefix(": "), known)
            errors = {
                field: each
                for field, each in marked.items()
                if "error" in field and isinstance(each, float)
            }
            for field in marked:
                self.errors.setdefault(f"{name}: {field}".removeprefix(": "), errors)
            return {field: marked[field] for field in value}
        if not isinstance(value, float) or math.isnan(value):
            return value
        mark = self.whole()
        self.name(name, mark, is_part=True)
        return mark

    def frame(self, frame: pd.DataFrame, name: str, known: Collection[str]) -> pd.DataFrame:
        """Exchange the fractional numbers of a table; ``known`` are the columns that stay."""
        return pd.DataFrame(self.tree(frame.to_dict("records"), name, known), columns=frame.columns)

    def read(self, text: str) -> tuple[str, int]:
        """Return a line of a page with keys in place of marks, and how many were found."""
        found = 0
        pieces: list[str] = []
        last, at = "", 0
        for match in _NUMBER.finditer(text):
            if match.start() < at:
                continue
            between = text[at : match.start()]
            if last and re.fullmatch(r"(\s*(%|points))?\s*±\s*", between):
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
        distance, key = min(
            (abs(sign * value - number), word + key)
            for key, value in [*self.derived.items(), ("", math.inf)]
            for sign, word in _SIGNS
        )
        return key if distance <= _rounding(text) else None

    def _error(self, key: str, text: str) -> str:
        """Return whether an error is that of the number before it."""
        shown = float(text.replace(",", ""))
        factor = 100.0 if key.endswith(HUNDREDFOLD) else 1.0
        key = key.removeprefix("minus ").removesuffix(HUNDREDFOLD)
        for name, error in self.errors.get(key, {}).items():
            if abs(shown - factor * error) <= _rounding(text):
                return name if name == ITS else f"⟨{name}⟩"
        return text


def _rounding(text: str) -> float:
    """Return by how much a number may be rounded: half of the place of its last digit."""
    whole, _, decimals = text.replace(",", "").partition(".")
    place = len(decimals) if decimals else len(whole.rstrip("0")) - len(whole)
    return 0.5000001 * 10.0**-place


def _about(record: Any, known: Collection[str]) -> str:
    """Return what a record is about: its texts, and its known fields."""
    if not isinstance(record, dict):
        return ""
    told = [
        each if isinstance(each, str) else f"{name} {each:g}"
        for name, each in record.items()
        if (isinstance(each, str) or (name in known and not pd.isna(each)))
        and each not in ("", "-")
        and name not in _UNSAID
    ]
    return ", ".join(told)


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
        text = _SORTED.sub("", text)
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
