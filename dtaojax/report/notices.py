"""What a reader made of the rows of a history, for the pages that rest on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from dtaojax.report.document import Entry, Table, number

Notices: TypeAlias = Sequence[Mapping[str, Any]]
"""As `dtaojax.history.notices.Notice.as_json` gives them."""


def notice_warnings(notices: Notices) -> list[str]:
    """A sentence for each kind; the rows are in the table."""
    return [f"Of the history: {notice['summary']}." for notice in notices]


def notice_tables(notices: Notices) -> list[Table]:
    """All rows of which something is said, by netuid; no table where there are none."""
    rows: list[list[Entry]] = [
        [
            notice["kind"].replace("_", " "),
            number(float(stretch["netuid"])),
            _span(stretch["dates"]),
            _span([f"{line:,}" for line in stretch["lines"]]),
            number(float(stretch["rows"])),
            stretch["detail"],
        ]
        for notice in notices
        for stretch in notice["stretches"]
    ]
    if not rows:
        return []
    return [
        Table(
            "What was made of the rows of the history",
            [
                "What was done",
                "netuid",
                "dates",
                f"{notices[0]['place']}s",
                "rows",
                "what was seen",
            ],
            rows,
            note="The remarks at the head of the page say what each word means.",
        )
    ]


def _span(ends: Sequence[str]) -> str:
    first, last = ends
    return first if first == last else f"{first} to {last}"
