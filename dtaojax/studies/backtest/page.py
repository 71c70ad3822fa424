"""The parts that the pages of back-tests share, of prices as of whole runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dtaojax.report.config_text import config_text
from dtaojax.report.document import Card, Document, Entry, Section, Table
from dtaojax.report.notes import made_by
from dtaojax.report.trust import Trust


def backtest_document(
    manifest: Mapping[str, Any],
    *,
    eyebrow: str,
    question: str,
    cards: Sequence[Card],
    note: str,
    warnings: Sequence[str],
    sections: Sequence[Section],
    trust: Sequence[Trust],
) -> Document:
    """Return the document of a back-test's page.

    Args:
        manifest: facts on how the numbers were made.
        eyebrow: kind of the back-test and its extent.
        question: sentence on whether the forecasts held.
        cards: headline numbers of the first screen.
        note: remark on how the forecasts were judged.
        warnings: sentences to read before using a number.
        sections: rest of the page.
        trust: badges of what was back-tested.
    """
    return Document(
        eyebrow=eyebrow,
        title=manifest["title"],
        question=question,
        cards=cards,
        notes=[note],
        warnings=warnings,
        sections=sections,
        made=f"{made_by(manifest)} What held in the past may fail in the next regime.",
        trust=trust,
    )


def making_section(
    manifest: Mapping[str, Any],
    facts: Sequence[tuple[str, Entry]],
    tables: Sequence[Table] = (),
    terms: Sequence[tuple[str, str]] = (),
) -> Section:
    """Return the section on how a back-test was made, its config unfolding at the end.

    Args:
        manifest: facts on how the numbers were made.
        facts: labels and texts of this kind of back-test; versions of packages follow them.
        tables: tables of what was left out.
        terms: words of the page and their meaning.
    """
    versions = [(f"{name} version", version) for name, version in manifest["versions"].items()]
    return Section(
        "making",
        "How was it made?",
        "How it was made",
        tables=tables,
        facts=[*facts, *versions],
        terms=terms,
        printed=[("The config", config_text(manifest["config"]))],
    )
