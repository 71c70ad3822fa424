"""Notes that pages of many studies carry: the rules in force, the rows of a history, the origin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from dtaojax.report.document import Entry, Table, number


def rules_note(*found: Mapping[str, Any]) -> list[str]:
    """Return the sentences of results, or parts of results, that have one, each once.

    What holds for some of several results only begins with their labels.

    Args:
        found: Records with ``changes`` of the rules within a run and ``since_then``, as studies
            write them, and a ``label`` where there are several; what was written without has none.
    """
    # Changes within the run come first: they are the config's own, the rest is news since.
    changed = [f"{_whose(each)}{text}" for each in found for text in change_texts(each)]
    since: dict[str, list[Mapping[str, Any]]] = {}
    for each in found:
        text = each.get("since_then")
        if isinstance(text, str) and text:
            since.setdefault(text, []).append(each)
    return [*changed, *(f"{_of_whom(told, found)}{text}" for text, told in since.items())]


def change_texts(found: Mapping[str, Any]) -> list[str]:
    """Return the sentences about changes of the rules within a run."""
    return [str(change["text"]) for change in found.get("changes") or ()]


def change_days(found: Mapping[str, Any]) -> list[float]:
    """Return the days on which the rules change within a run."""
    return [float(change["day"]) for change in found.get("changes") or ()]


def change_caption(days: list[float]) -> str:
    """Return what a caption says of the lines at changes; empty where there are none."""
    if not days:
        return ""
    named = ", ".join(f"{day:.4g}" for day in days)
    return f" Dashed: the rules change on day{'s' if len(days) > 1 else ''} {named}."


def _of_whom(told: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]]) -> str:
    labels = [each["label"] for each in told if "label" in each]
    return f"{', '.join(labels)}: " if labels and len(told) < len(found) else ""


def _whose(found: Mapping[str, Any]) -> str:
    return f"{found['label']}: " if "label" in found else ""


Notices: TypeAlias = Sequence[Mapping[str, Any]]
"""As `dtaojax.history.quotes.Notice.as_json` gives them."""


def notice_warnings(notices: Notices) -> list[str]:
    """Return a sentence for each kind of notice; the rows are in the table."""
    return [f"Of the history: {notice['summary']}." for notice in notices]


def notice_tables(notices: Notices) -> list[Table]:
    """Tabulate all rows of which something is said, by netuid; no table where there are none."""
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


def made_by(made: Mapping[str, Any]) -> str:
    """Say by which version a result was made and when, for the foot of a page."""
    return f"Made by dtaojax {made['dtaojax_version']} on {made['created']}."


def made_with(made: Mapping[str, Any], *between: tuple[str, str]) -> list[tuple[str, str]]:
    """Return the device and the versions of a result, as label and text.

    Args:
        made: Device and versions, as ``dtaojax.execution.runtime`` tells them.
        between: Facts to stand after the device.
    """
    return [("Device", made["device"]), *between, *made["versions"].items()]
