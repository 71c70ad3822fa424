"""The page of a study of sensitivities: swings, derivatives and shares of the variance."""

from __future__ import annotations

from typing import Final

from dtaojax.report.charts.svg import drawing_style
from dtaojax.report.config_text import config_text
from dtaojax.report.document import Card, Document, Section, Table, number, render_document
from dtaojax.report.notes import made_by, made_with, rules_note
from dtaojax.report.numerals import plain
from dtaojax.report.trust import trust_of
from dtaojax.studies.sensitivity.page.exhibits import (
    Record,
    about,
    change,
    index_drawing,
    index_table,
    label,
    local_table,
    noise_table,
    reach,
    short,
    swing_table,
    tornado_drawing,
)

FEWEST_POINTS: Final = 256
"""Points of a Sobol design from which on its intervals cover: with 32 nominal 95 % intervals hold
52 % of first order and 8 % of total indices, with 64 indices are off by 0.10, with 256 by 0.01."""


def render_sensitivity(found: Record) -> str:
    """Render the page of ``sensitivity.json``."""
    with drawing_style():
        sections = [_swings(found), _local(found), _global(found), _ranges(found), _making(found)]
    document = Document(
        eyebrow=(
            f"dtaojax sensitivity · network {found['network']} · rules {found['mechanism']} · "
            f"{found['horizon_days']:g} days ahead"
        ),
        title=found["title"],
        question=(
            "Which parameters of the rules, and which assumptions about demand, move the numbers "
            f"of a run after {found['horizon_days']:g} days?"
        ),
        cards=[card(found, headline) for headline in found["headlines"]],
        notes=[
            "± is the Monte Carlo standard error. Everything is compared on the same "
            f"{found['config']['paths']:,} demand paths, so that changes show that are far smaller "
            "than the scatter of the numbers themselves. How far each parameter is moved is an "
            "assumption; the ranges are listed below.",
            *rules_note(found),
        ],
        warnings=warnings(found),
        sections=[section for section in sections if section is not None],
        made=made_by(found["made"]),
        trust=[trust_of(found)],
        remarks=found.get("remarks", ()),
    )
    return render_document(document)


def _swings(found: Record) -> Section:
    return Section(
        "swings",
        "What moves the numbers, one thing at a time?",
        "Swings",
        paragraphs=[
            "Each parameter alone is set to the lower and to the upper end of its range, and the "
            "run is simulated again on the same demand paths."
        ],
        drawings=[tornado_drawing(found, headline) for headline in found["headlines"]],
        tables=[swing_table(found, headline) for headline in found["headlines"]],
    )


def _local(found: Record) -> Section | None:
    if not found["local"]:
        return None
    return Section(
        "local",
        "What do small changes do?",
        "Derivatives",
        paragraphs=[
            "Derivatives along every path, computed forward through the whole simulation. "
            "Derivative times range says what a move over the whole range would do if the slope "
            "held. Elasticity is the change in percent for one percent more of the parameter; it "
            "is left out where the parameter is 0, or the number is not told from 0.",
            "The central difference, in the same unit (over the range, in the logarithm where that "
            "is the scale), is of worlds that are really built nearby. Where it disagrees by more "
            "than four standard errors (±), the number jumps or bends: deregistrations and ranks "
            "do that, and a derivative along a path does not see a jump. A parameter at the end of "
            "its range is moved inside by 1 % of it.",
        ],
        tables=[local_table(found, headline) for headline in found["headlines"]],
    )


def _global(found: Record) -> Section | None:
    design = found["design"]
    if design is None:
        return None
    sobol = found["config"]["sobol"]
    if sobol["points"] < FEWEST_POINTS:
        return Section(
            "sobol",
            "What would be worth knowing better?",
            "Variance",
            paragraphs=[
                f"Sobol indices are left out: the design has {sobol['points']} points, and below "
                f"{FEWEST_POINTS} the intervals of the indices do not cover (nominal 95 % "
                "intervals of 32 points cover 52 % of first order indices and 8 % of total ones). "
                f"Set sobol.points = {FEWEST_POINTS} or more. sobol.csv holds what was computed."
            ],
        )
    return Section(
        "sobol",
        "What would be worth knowing better?",
        "Variance",
        paragraphs=[
            "All parameters are drawn at once, evenly over their ranges. The first order index is "
            "the part of a number's variance that a parameter explains on its own; the total index "
            "is what would be left if all others were known, interactions included.",
            f"Computed from {design['evaluations']:,} runs of {sobol['paths']} paths, the same in "
            "all of them (SciPy, estimators of Saltelli et al. 2010). Intervals are from a "
            "bootstrap of the design. Other paths would move the indices too: the last table shows "
            "by how much those of one half of the paths differ from those of the other.",
        ],
        drawings=[index_drawing(found, headline) for headline in found["headlines"]],
        tables=[
            *(index_table(found, headline) for headline in found["headlines"]),
            noise_table(found),
        ],
    )


def _ranges(found: Record) -> Section:
    effects = {
        "smooth": "real numbers",
        "jumps": "decisions too",
        "program": "another program: swings only",
        "nothing": "nothing",
    }
    rows = [
        (
            each["key"],
            number(each["start"]),
            number(each["low"]),
            number(each["high"]),
            effects[each["effect"]],
        )
        for each in found["parameters"]
    ]
    terms = [
        (f"{label(each['name'])} [{each['unit']}]", f"{each['formula']}. {each['reading']}")
        for each in found["headlines"]
    ]
    return Section(
        "ranges",
        "What was moved, and how far?",
        "Ranges",
        tables=[
            Table(
                "Parameters as the config writes them",
                ("parameter", "config", "lower end", "upper end", "it moves"),
                rows,
            )
        ],
        terms=terms,
    )


def _making(found: Record) -> Section:
    made = found["made"]
    return Section(
        "making",
        "How it was made",
        facts=made_with(
            made,
            ("Time", f"{made['seconds']:.1f} s"),
            ("Blocks at once", f"{found['step_blocks']:,}"),
            ("Hash of the config", found["config_hash"]),
        ),
        printed=[("The study's config", config_text(found["config"]))],
    )


_ON_A_CARD: Final = 3


def card(found: Record, headline: Record) -> Card:
    """Show the parameters that move a number most, as far as the paths can tell."""
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
    """Return whether the 95 % interval leaves out 0."""
    return record[f"{prefix}_ci_low"] > 0.0 or record[f"{prefix}_ci_high"] < 0.0


def warnings(found: Record) -> list[str]:
    """List what a reader must know before using a number."""
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
