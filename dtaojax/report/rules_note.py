"""Which rules of a result are in force when, and what the chain has done since, for pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def rules_note(*found: Mapping[str, Any]) -> list[str]:
    """Return the sentences of results, or parts of results, that have one, each once.

    What holds for some of several results only begins with their labels.

    Args:
        found: with ``changes`` of the rules within a run and ``since_then``, as pipelines write
            them, and a ``label`` where there are several; what was written without has none.
    """
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
