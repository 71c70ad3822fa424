"""The track record of a ledger in words, as the trust badge of a run tells it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dtaojax.studies.ledger.record import cases_of, scores_in_force
from dtaojax.studies.ledger.schema import Content


def record_in_words(content: Content, file: str, recipe: str = "") -> dict[str, Any]:
    """Return what a run's trust badge says of a ledger; JSON types only.

    Args:
        content: of the ledger.
        file: what it is called.
        recipe: digest of the rules, demand and behaviour of the run; empty for none.

    Returns:
        ``ledger``, ``head``, ``counted`` and ``in_hindsight`` (forecasts, states, outcomes of
        subnets, and the part of them in their 95 % intervals), ``same_recipe`` (the same of those
        forecasts that count and are made as the run is), ``waiting`` (forecasts that have met no
        state), ``corrected`` and ``sentence``.
    """
    scores = scores_in_force(content)
    cases = cases_of(content, scores)
    subnets = cases[cases["of"] == "subnets"]
    own = {kept.number for kept in content.forecasts.values() if kept.about["recipe"] == recipe}
    counted = _summary(subnets[subnets["counted"]])
    hindsight = _summary(subnets[~subnets["counted"]])
    similar = _summary(subnets[subnets["counted"] & subnets["forecast"].isin(own)])
    waiting = len(content.forecasts) - len({score.forecast for score in scores})
    found = {
        "ledger": file,
        "head": content.head,
        "counted": counted,
        "in_hindsight": hindsight,
        "same_recipe": similar if recipe else None,
        "waiting": waiting,
        "corrected": len(content.scores) - len(scores),
    }
    return found | {"sentence": _sentence(found)}


def _summary(cases: pd.DataFrame) -> dict[str, Any]:
    return {
        "forecasts": int(cases["forecast"].nunique()),
        "states": int(cases["state"].nunique()),
        "outcomes": len(cases),
        "coverage_95": float(cases["inside_0.95"].mean()) if len(cases) else None,
    }


def _sentence(found: dict[str, Any]) -> str:
    counted, own, late = found["counted"], found["same_recipe"], found["in_hindsight"]
    if counted["forecasts"]:
        told = [
            f"{_number(counted['forecasts'], 'forecast')} scored against "
            f"{_number(counted['states'], 'state')}, {_percent(counted)} of "
            f"{counted['outcomes']:,} outcomes of subnets in their 95 % intervals"
        ]
        if own is not None and own["forecasts"] < counted["forecasts"]:
            of_them = (
                f"{own['forecasts']} of them made as this run is, {_percent(own)}"
                if own["forecasts"]
                else "none of them made as this run is"
            )
            told.append(of_them)
    else:
        told = ["no forecast that was there before its outcome has been scored"]
    if late["forecasts"]:
        verb = "was" if late["forecasts"] == 1 else "were"
        told.append(
            f"{_number(late['forecasts'], 'forecast')} {verb} added after an outcome "
            f"({_percent(late)} inside), not counted"
        )
    if found["waiting"]:
        told.append(f"{found['waiting']} waiting")
    return "; ".join(told)


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _percent(summary: dict[str, Any]) -> str:
    return f"{100.0 * summary['coverage_95']:.0f} %"
