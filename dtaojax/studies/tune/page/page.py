"""The page of a search: what changed, what it gains on fresh paths, and what it costs."""

from __future__ import annotations

from dtaojax.report.charts.svg import drawing_style
from dtaojax.report.config_text import config_text
from dtaojax.report.document import Document, Section, render_document
from dtaojax.report.notes import made_by, made_with, rules_note
from dtaojax.report.trust import trust_of
from dtaojax.studies.tune.page.answer import cards, question, warnings
from dtaojax.studies.tune.page.charts import frontier_drawing, objective_drawing
from dtaojax.studies.tune.page.tables import (
    comparison,
    derivative_table,
    frontier_table,
    parameter_tables,
    search_table,
)
from dtaojax.studies.tune.page.words import Record, label


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
