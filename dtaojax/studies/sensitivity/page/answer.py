"""What a study answers first: a card for each number, and what to beware of."""

from __future__ import annotations

from typing import Final

from dtaojax.report.document import Card, number
from dtaojax.report.numerals import plain
from dtaojax.studies.sensitivity.page.words import Record, about, change, label, reach, short

_ON_A_CARD: Final = 3


def card(found: Record, headline: Record) -> Card:
    """What moves a number most, as far as the paths can tell."""
    swings = sorted(about(found["swings"], headline["name"]), key=reach, reverse=True)
    points = [
        f"{short(each['parameter'])} from {plain(each['low'])} to {plain(each['high'])}: "
        f"{change(each, 'low').text} to {change(each, 'high').text}"
        for each in swings[:_ON_A_CARD]
        if _proven(each, "at_low") or _proven(each, "at_high")
    ]
    lead = f"{headline['unit']} as configured; it is moved most, up or down, by"
    if not points:
        lead = f"{headline['unit']} as configured; no parameter is proven to move it"
    value = number(headline["value"], headline["standard_error"])
    return Card(f"What moves {label(headline['name'])}?", lead, value, points)


def _proven(record: Record, prefix: str) -> bool:
    """Whether the 95 % interval leaves out 0."""
    return record[f"{prefix}_ci_low"] > 0.0 or record[f"{prefix}_ci_high"] < 0.0


def warnings(found: Record) -> list[str]:
    """What a reader must know before using a number."""
    texts = []
    nothing = [each["key"] for each in found["parameters"] if each["effect"] == "nothing"]
    if nothing:
        texts.append(
            f"Nothing in the model depends on {', '.join(nothing)} under this config: every "
            "derivative by it is exactly 0."
        )
    silent = sorted(
        {
            each["parameter"]
            for each in found["local"]
            if each["zero"] and each["parameter"] not in nothing
        }
    )
    flat = [
        key
        for key in silent
        if all(each["zero"] for each in found["local"] if each["parameter"] == key)
    ]
    if flat:
        texts.append(
            f"No path has a derivative by {', '.join(flat)}: it only decides what happens, not by "
            "how much. What it does shows in the swings."
        )
    doubtful = [
        f"{label(each['headline'])} by {short(each['parameter'])}"
        for each in found["local"]
        if not each["agrees"] and each["parameter"] not in flat
    ]
    if doubtful:
        texts.append(
            "Numbers jump or bend near the config's values, so that the derivative along the paths "
            f"is not that of the mean, for {len(doubtful)} of {len(found['local'])} pairs: "
            f"{', '.join(doubtful[:5])}{' ...' if len(doubtful) > 5 else ''}. Read their swings."
        )
    return texts
