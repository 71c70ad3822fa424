"""The page of a search: what changed, what it gains on fresh paths, and what it costs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from matplotlib.figure import Figure

from dtaojax.report.document import (
    Card,
    Document,
    Drawing,
    Number,
    Section,
    Table,
    drawing,
    number,
    render_document,
)
from dtaojax.report.numerals import plain
from dtaojax.report.svg import COLOURS, drawing_style, new_figure

Record = Mapping[str, Any]


def render_tune(found: Record) -> str:
    """The page for what ``pipeline/tune_result.py`` writes into ``tune.json``."""
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
    made = found["made"]
    document = Document(
        eyebrow=(
            f"dtaojax parameter search · network {found['network']} · "
            f"{found['horizon_days']:g} days ahead"
        ),
        title=found["title"],
        question=_question(found),
        cards=_cards(found),
        notes=[
            "± is the Monte Carlo standard error. Gains are differences on the same fresh demand "
            "paths, which the search has not seen; they say nothing about demand of another kind "
            "than the config's, for which see the other demands below."
        ],
        warnings=_warnings(found),
        sections=[section for section in sections if section is not None],
        made=f"Made by dtaojax {made['dtaojax_version']} on {made['created']}.",
    )
    return render_document(document)


def _label(measure: str) -> str:
    return measure.replace("_", " ")


def _question(found: Record) -> str:
    weights = found["config"]["minimise"]
    wanted = " and ".join(
        f"{'lower' if weight > 0 else 'raise'} {_label(name)}" for name, weight in weights.items()
    )
    limits = [
        f"{_label(each['measure'])} {'at least' if each['sign'] > 0 else 'at most'} "
        f"{plain(each['bound'])}"
        for each in found["constraints"]
    ]
    keep = f", keeping {' and '.join(limits)}" if limits else ""
    return f"Which parameters {wanted} after {found['horizon_days']:g} days{keep}?"


def _estimate(record: Record) -> Number:
    return number(record["value"], record["standard_error"])


def _interval(record: Record) -> str:
    low, high = (
        number(record[end], record["standard_error"]).text for end in ("ci_low", "ci_high")
    )
    return f"{low} to {high}"


def _proven(record: Record) -> bool:
    """Whether the 95 % interval of a change leaves out 0."""
    return record["ci_low"] > 0.0 or record["ci_high"] < 0.0


def _verdict(record: Record) -> str:
    """Whether the point found is better than the start, as far as the paths can tell."""
    change = record["change"][0]
    if not _proven(change):
        return "no difference proven"
    rises = change["value"] > 0.0
    return "better" if rises == (record["better"] == "higher") else "worse"


def _cards(found: Record) -> list[Card]:
    by_name = {each["measure"]: each for each in found["held_out"]}
    cards = []
    for name in found["config"]["minimise"]:
        record = by_name[name]
        before, after = record["at"][0], record["at"][1]
        change = record["change"][0]
        cards.append(
            Card(
                f"Does {_label(name)} change?",
                f"on fresh paths, from {_estimate(before).text} to {_estimate(after).text} "
                f"({_verdict(record)})",
                _estimate(change),
                [f"95 % interval of the change: {_interval(change)}."],
            )
        )
    held = [
        f"{_label(each['measure'])}: {_estimate(record['at'][0]).text} to "
        f"{_estimate(record['at'][1]).text}, change {_interval(record['change'][0])} "
        f"({_verdict(record)})."
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


def _elsewhere_card(found: Record) -> Card:
    first = next(iter(found["config"]["minimise"]))
    lines = []
    for name, records in found["elsewhere"].items():
        record = next(each for each in records if each["measure"] == first)
        lines.append(f"{name}: {_interval(record['change'][0])} ({_verdict(record)}).")
    return Card("Does it hold under other demand?", f"change of {_label(first)}:", None, lines)


def _rival_card(found: Record) -> Card:
    rival = found["rival"]
    spent = found["gradient_evaluations"]
    reached = rival["reached"]
    if reached is None:
        lead = (
            f"CMA-ES did not reach the gradient's objective in {rival['evaluations']} evaluations "
            f"(it found {rival['objective']:.6f} against {found['objective']:.6f})"
        )
    else:
        lead = f"CMA-ES reached the gradient's objective after {reached} evaluations"
    passes = len(found["parameters"]) + 1
    return Card(
        "Was the gradient worth it?",
        lead,
        None,
        [
            f"The gradient search took {spent} evaluations of "
            f"{found['evaluation_subnet_steps']:,} subnet-steps each; a derivative "
            f"({found['derivative']} mode) costs about {passes} passes over them."
        ],
    )


def _warnings(found: Record) -> list[str]:
    doubtful = [each for each in found["agreement"] if not each["agrees"]]
    texts = []
    if doubtful:
        pairs = ", ".join(
            f"{_label(each['measure'])} by {each['parameter']}" for each in doubtful[:4]
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


def _parameters(found: Record) -> Section:
    rows = [
        (
            each["key"],
            number(each["start"]),
            number(each["low"]),
            number(each["high"]),
            number(each["found"]),
            {"low": "lower", "high": "upper", None: ""}[each["at_bound"]],
        )
        for each in found["parameters"]
    ]
    tables = [
        Table(
            "Parameters, as the config writes them",
            ("parameter", "start", "lower bound", "upper bound", "found", "at a bound"),
            rows,
        )
    ]
    if len(found["variants"]) > 1:
        tables.append(
            Table(
                "Keys that were tried value by value: a search for each",
                ("choice", "best objective", "violation"),
                [
                    (
                        _choice_text(each["choice"]),
                        number(each["objective"]),
                        number(each["violation"]),
                    )
                    for each in found["variants"]
                ],
                sortable=True,
            )
        )
    return Section("parameters", "What was found?", "Parameters", tables=tables)


def _choice_text(choice: Record) -> str:
    return ", ".join(f"{key} = {value}" for key, value in choice.items())


def _comparison(caption: str, records: Iterable[Record], rival: bool) -> Table:
    columns = ["measure", "start", "found", "change", "95 % interval of the change", "verdict"]
    if rival:
        columns[3:3] = ["CMA-ES"]
    rows = []
    for each in records:
        change = each["change"][0]
        row = [
            _label(each["measure"]),
            _estimate(each["at"][0]),
            _estimate(each["at"][1]),
            _estimate(change),
            _interval(change),
            _verdict(each),
        ]
        if rival:
            row[3:3] = [_estimate(each["at"][2])]
        rows.append(tuple(row))
    return Table(caption, tuple(columns), rows)


def _verification(found: Record) -> Section:
    verify = found["config"]["verify"]
    caption = (
        f"Means over {verify['paths']:,} fresh paths (seed {verify['seed']}), steps of "
        f"{found['verify_step_blocks']} blocks; changes are paired path by path"
    )
    table = _comparison(caption, found["held_out"], found["rival"] is not None)
    return Section(
        "verification", "What does it gain on fresh paths?", "Fresh paths", tables=[table]
    )


def _elsewhere(found: Record) -> Section | None:
    if not found["elsewhere"]:
        return None
    tables = [
        _comparison(f"Demand: {name}", records, rival=False)
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
    points = found["frontier"]
    if not points:
        return None
    swept = found["config"]["frontier"]["measure"]
    first = next(iter(found["config"]["minimise"]))
    figure: Figure = new_figure(480, 260)
    axes = figure.add_subplot()
    held = [point for point in points if point["feasible"]]
    axes.errorbar(
        [point["means"][swept] for point in held],
        [point["means"][first] for point in held],
        xerr=[1.96 * point["errors"][swept] for point in held],
        yerr=[1.96 * point["errors"][first] for point in held],
        color=COLOURS["blue"],
        marker="o",
        markersize=4,
        linewidth=1.4,
        elinewidth=0.8,
    )
    start = found["start_means"]
    axes.plot(start[swept], start[first], marker="D", color=COLOURS["orange"], markersize=6)
    axes.annotate(
        "start",
        (start[swept], start[first]),
        textcoords="offset points",
        xytext=(8, 4),
        color=COLOURS["orange"],
    )
    axes.set_xlabel(_label(swept))
    axes.set_ylabel(_label(first))
    rows = [
        (
            number(point["bound"]),
            number(point["means"][swept], point["errors"][swept]),
            number(point["means"][first], point["errors"][first]),
            "yes" if point["feasible"] else "no",
        )
        for point in points
    ]
    return Section(
        "frontier",
        "What does it cost?",
        "Frontier",
        paragraphs=[
            f"The lowest {_label(first)} that was found for each bound on {_label(swept)}, with "
            "the other constraints kept; measured on fresh paths."
        ],
        drawings=[
            drawing(
                "frontier-curve",
                f"{_label(first)} against {_label(swept)}",
                "Bars are 95 % Monte Carlo intervals; the diamond is the start.",
                figure,
                "; ".join(
                    f"{_label(swept)} {plain(point['means'][swept])}: {_label(first)} "
                    f"{plain(point['means'][first])}"
                    for point in held
                ),
            )
        ],
        tables=[
            Table(
                "Points of the frontier",
                (f"bound on {_label(swept)}", _label(swept), _label(first), "constraints hold"),
                rows,
            )
        ],
    )


def _search(found: Record) -> Section:
    starts = [
        (
            _choice_text(variant["choice"]) or "-",
            number(float(place)),
            number(start["objective"]),
            number(start["violation"]),
            number(float(start["iterations"])),
            "yes" if start["settled"] else "no",
        )
        for variant in found["variants"]
        for place, start in enumerate(variant["starts"])
    ]
    error = found["gradient_error"]
    noise = (
        ""
        if error is None
        else (
            " At its end the gradient's standard error over paths was "
            f"{plain(error, 2)} of its length."
        )
    )
    return Section(
        "search",
        "How did the search go?",
        "Search",
        paragraphs=[
            "Projected Adam on an augmented Lagrangian, then sequential quadratic programming, "
            f"with the same demand paths in every evaluation.{noise} Objectives are in units of "
            "the start: 1 is where it began."
        ],
        drawings=[_objective_drawing(found)],
        tables=[
            Table(
                "Searches",
                ("choice", "start", "objective", "violation", "iterations", "settled"),
                starts,
            )
        ],
    )


def _objective_drawing(found: Record) -> Drawing:
    figure: Figure = new_figure(480, 220)
    axes = figure.add_subplot()
    steps = range(len(found["objective_by_step"]))
    axes.plot(steps, found["objective_by_step"], color=COLOURS["blue"], linewidth=1.8)
    axes.set_xlabel("step")
    axes.set_ylabel("objective")
    first, last = found["objective_by_step"][0], found["objective"]
    return drawing(
        "objective",
        "Objective by step of the best search",
        f"From {plain(first)} to {plain(last)} at the best point that keeps the constraints.",
        figure,
    )


def _derivatives(found: Record) -> Section:
    rows = [
        (
            _label(each["measure"]),
            each["parameter"],
            number(each["pathwise"]),
            number(each["difference"], each["error"] or None),
            "yes" if each["agrees"] else "no",
        )
        for each in found["agreement"]
    ]
    return Section(
        "derivatives",
        "What are the derivatives worth?",
        "Derivatives",
        paragraphs=[
            "Where a measure jumps, the derivative along a path misses the jump; a central "
            "difference on the same paths sees it. Both at the point found, for a move over the "
            "whole range of the parameter."
        ],
        tables=[
            Table(
                "Derivative along the paths against central difference",
                ("measure", "parameter", "along the paths", "central difference", "agree"),
                rows,
                note="± is the standard error of their disagreement over paths.",
            )
        ],
    )


def _making(found: Record) -> Section:
    made = found["made"]
    return Section(
        "making",
        "How it was made",
        facts=[
            ("Device", made["device"]),
            ("Search", f"{made['search_s']:.1f} s"),
            ("CMA-ES", f"{made['evolution_s']:.1f} s"),
            ("Verification", f"{made['verify_s']:.1f} s"),
            ("Hash of the tuned config", found["config_hash"]),
            *[(name, version) for name, version in made["versions"].items()],
        ],
        printed=[
            ("The search's config", json.dumps(found["config"], indent=2, ensure_ascii=False))
        ],
    )


def _glossary(found: Record) -> Section:
    terms = [
        (
            f"{_label(name)} [{term['unit']}]",
            f"{term['formula']}. {term['reading']} Better when {term['better']}.",
        )
        for name, term in found["glossary"].items()
    ]
    return Section("glossary", "Glossary", terms=terms)
