"""The page of a search: parameters, gains on fresh paths, and the price of the objective."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dtaojax.report.charts.svg import drawing_style
from dtaojax.report.config_text import config_text
from dtaojax.report.document import Card, Document, Section, render_document
from dtaojax.report.notes import made_by, made_with, rules_note
from dtaojax.report.numerals import plain
from dtaojax.report.trust import trust_of
from dtaojax.studies.tune.page.exhibits import (
    Record,
    comparison,
    derivative_table,
    estimate,
    frontier_drawing,
    frontier_table,
    interval,
    label,
    objective_drawing,
    parameter_tables,
    search_table,
    verdict,
)


def render_tune(found: Record) -> str:
    """Render the page of ``tune.json``."""
    with drawing_style():
        sections = [
            _parameters(found),
            _verification(found),
            _elsewhere(found),
            _frontier(found),
            _search(found),
            _derivatives(found),
            _making(found),
            _glossary(found),
        ]
    document = Document(
        eyebrow=(
            f"dtaojax parameter search · network {found['network']} · "
            f"{found['horizon_days']:g} days ahead"
        ),
        title=found["title"],
        question=question(found),
        cards=cards(found),
        notes=[
            "± is the Monte Carlo standard error. Gains are differences on the same fresh demand "
            "paths, which the search has not seen; they say nothing about demand of another kind "
            "than the config's, for which see the other demands below.",
            *rules_note(found),
        ],
        warnings=warnings(found),
        sections=[section for section in sections if section is not None],
        made=made_by(found["made"]),
        trust=[trust_of(found)],
        remarks=found.get("remarks", ()),
    )
    return render_document(document)


def _parameters(found: Record) -> Section:
    return Section("parameters", "What was found?", "Parameters", tables=parameter_tables(found))


def _verification(found: Record) -> Section:
    verify = found["config"]["verify"]
    caption = (
        f"Means over {verify['paths']:,} fresh paths (seed {verify['seed']}), steps of "
        f"{found['verify_step_blocks']} blocks; changes are paired path by path"
    )
    table = comparison(caption, found["held_out"], found["rival"] is not None)
    return Section(
        "verification", "What does it gain on fresh paths?", "Fresh paths", tables=[table]
    )


def _elsewhere(found: Record) -> Section | None:
    if not found["elsewhere"]:
        return None
    tables = [
        comparison(f"Demand: {name}", records, rival=False)
        for name, records in found["elsewhere"].items()
    ]
    return Section(
        "elsewhere",
        "Does it hold under other demand?",
        "Other demand",
        paragraphs=[
            "A parameter tuned to one demand is no recommendation before it was tried on "
            "others. Same network, same rules, fresh paths."
        ],
        tables=tables,
    )


def _frontier(found: Record) -> Section | None:
    if not found["frontier"]:
        return None
    swept = found["config"]["frontier"]["measure"]
    first = next(iter(found["config"]["minimise"]))
    return Section(
        "frontier",
        "What does it cost?",
        "Frontier",
        paragraphs=[
            f"The lowest {label(first)} that was found for each bound on {label(swept)}, with "
            "the other constraints kept; measured on fresh paths."
        ],
        drawings=[frontier_drawing(found)],
        tables=[frontier_table(found)],
    )


def _search(found: Record) -> Section:
    return Section(
        "search",
        "How did the search go?",
        "Search",
        paragraphs=[
            "Sequential quadratic programming; where that gets stuck, projected Adam on an "
            "augmented Lagrangian leads on, and the former again. The demand paths are the same in "
            "every evaluation. Objectives are in units of the start: 1 is where it began."
        ],
        drawings=[objective_drawing(found)],
        tables=[search_table(found)],
    )


def _derivatives(found: Record) -> Section:
    return Section(
        "derivatives",
        "What are the derivatives worth?",
        "Derivatives",
        paragraphs=[
            "Where a measure jumps, the derivative along a path misses the jump; a central "
            "difference on the same paths sees it. Both at the point found, for a move over the "
            "whole range of the parameter."
        ],
        tables=[derivative_table(found)],
    )


def _making(found: Record) -> Section:
    made = found["made"]
    return Section(
        "making",
        "How it was made",
        facts=made_with(
            made,
            ("Search", f"{made['search_s']:.1f} s"),
            ("Frontier", f"{made['frontier_s']:.1f} s"),
            ("CMA-ES", f"{made['evolution_s']:.1f} s"),
            ("Verification", f"{made['verify_s']:.1f} s"),
            ("Hash of the tuned config", found["config_hash"]),
        ),
        printed=[("The search's config", config_text(found["config"]))],
    )


def _glossary(found: Record) -> Section:
    terms = [
        (
            f"{label(name)} [{term['unit']}]",
            f"{term['formula']}. {term['reading']} Better when {term['better']}.",
        )
        for name, term in found["glossary"].items()
    ]
    return Section("glossary", "Glossary", terms=terms)


_CONCENTRATION: Final = (
    "emission_hhi",
    "emission_gini",
    "emission_top10",
    "effective_number",
    "soft_nakamoto",
)
"""Measures of how concentrated emission is."""


def question(found: Record) -> str:
    """Ask the question that the search answers."""
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
    """Show the gain, the constraints, the parameters, and whether it holds elsewhere."""
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
    """Tell how other measures of concentration changed, or that none was looked at."""
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
    """List what a reader must know before using a number."""
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
