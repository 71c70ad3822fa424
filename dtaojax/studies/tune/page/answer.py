"""What a search answers first: its question, the cards, and what to beware of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dtaojax.report.document import Card
from dtaojax.report.numerals import plain
from dtaojax.studies.tune.page.words import Record, estimate, interval, label, verdict

_CONCENTRATION: Final = (
    "emission_hhi",
    "emission_gini",
    "emission_top10",
    "effective_number",
    "soft_nakamoto",
)
"""Measures of how concentrated emission is."""


def question(found: Record) -> str:
    """What the search is about."""
    weights = found["config"]["minimise"]
    wanted = " and ".join(
        f"{'lower' if weight > 0 else 'raise'} {label(name)}" for name, weight in weights.items()
    )
    limits = [
        f"{label(each['measure'])} {'at least' if each['sign'] > 0 else 'at most'} "
        f"{plain(each['bound'])}"
        for each in found["constraints"]
    ]
    keep = f", keeping {' and '.join(limits)}" if limits else ""
    return f"Which parameters {wanted} after {found['horizon_days']:g} days{keep}?"


def cards(found: Record) -> list[Card]:
    """What was won, what was kept, by which parameters, and whether it holds elsewhere."""
    by_name = {each["measure"]: each for each in found["held_out"]}
    cards = []
    for name in found["config"]["minimise"]:
        record = by_name[name]
        before, after = record["at"][0], record["at"][1]
        change = record["change"][0]
        cards.append(
            Card(
                f"Does {label(name)} change?",
                f"on fresh paths, from {estimate(before).text} to {estimate(after).text} "
                f"({verdict(record)})",
                estimate(change),
                [f"95 % interval of the change: {interval(change)}.", *_beside(name, by_name)],
            )
        )
    held = [
        f"{label(each['measure'])}: {estimate(record['at'][0]).text} to "
        f"{estimate(record['at'][1]).text}, change {interval(record['change'][0])} "
        f"({verdict(record)})."
        for each in found["constraints"]
        for record in (by_name[each["measure"]],)
    ]
    if held:
        cards.append(Card("What was to be kept?", "on the same fresh paths:", None, held))
    moved = [
        f"{each['key']}: {plain(each['start'])} to {plain(each['found'])}"
        + (f", at its {each['at_bound']}er bound" if each["at_bound"] == "low" else "")
        + (", at its upper bound" if each["at_bound"] == "high" else "")
        for each in found["parameters"]
    ]
    moved += [f"{key}: {value}" for key, value in found["choice"].items()]
    cards.append(Card("Which parameters?", "were found:", None, moved))
    if found["elsewhere"]:
        cards.append(_elsewhere_card(found))
    if found["rival"]:
        cards.append(_rival_card(found))
    return cards


def _beside(name: str, by_name: Mapping[str, Record]) -> list[str]:
    """What other measures of concentration did, or that none was looked at."""
    if name not in _CONCENTRATION:
        return []
    others = [by_name[each] for each in _CONCENTRATION if each in by_name and each != name]
    if not others:
        return [
            "Of all measures of concentration only this one was looked at: others may have moved "
            "the other way, at the bottom of the list above all."
        ]
    return [
        f"{label(each['measure'])}: change {interval(each['change'][0])} ({verdict(each)})."
        for each in others
    ]


def _elsewhere_card(found: Record) -> Card:
    first = next(iter(found["config"]["minimise"]))
    lines = []
    for name, records in found["elsewhere"].items():
        record = next(each for each in records if each["measure"] == first)
        lines.append(f"{name}: {interval(record['change'][0])} ({verdict(record)}).")
    return Card("Does it hold under other demand?", f"change of {label(first)}:", None, lines)


def _rival_card(found: Record) -> Card:
    rival = found["rival"]
    passes = len(found["parameters"]) + 1
    overtaken = rival["overtaken"]
    if overtaken is None:
        lead = (
            "the gradient did not reach what CMA-ES found, an objective of "
            f"{rival['objective']:.6f} in {rival['evaluations']:,} passes over the paths"
        )
    else:
        part = overtaken * passes / rival["evaluations"]
        lead = (
            f"what CMA-ES found in {rival['evaluations']:,} passes over the paths, an objective of "
            f"{rival['objective']:.6f}, the gradient passed with evaluation {overtaken}, at pass "
            f"{overtaken * passes:,}: {100.0 * part:.1f} % of them"
        )
    reached = rival["reached"]
    other = "did not reach it" if reached is None else f"reached it after {reached:,} passes"
    return Card(
        "Was the gradient worth it?",
        lead,
        None,
        [
            f"The gradient ended at {found['objective']:.6f} after {found['gradient_evaluations']} "
            f"evaluations, each with {len(found['parameters'])} derivatives ({found['derivative']} "
            f"mode) and counted as {passes} passes. CMA-ES {other}.",
            f"A pass is {found['evaluation_subnet_steps']:,} subnet-steps.",
        ],
    )


def warnings(found: Record) -> list[str]:
    """What a reader must know before using a number."""
    doubtful = [each for each in found["agreement"] if not each["agrees"]]
    texts = []
    if doubtful:
        pairs = ", ".join(
            f"{label(each['measure'])} by {each['parameter']}" for each in doubtful[:4]
        )
        texts.append(
            f"The derivative along the paths is not that of the expectation for {pairs}: the "
            "measure jumps or bends there. The gradient search may stop short; trust the "
            "comparison on fresh paths, and CMA-ES, which needs no derivative."
        )
    unsettled = [
        start
        for variant in found["variants"]
        for start in variant["starts"]
        if not start["settled"]
    ]
    if unsettled:
        texts.append(
            f"{len(unsettled)} of the searches were still moving when their iterations ran out; "
            "the best point seen was taken."
        )
    return texts
