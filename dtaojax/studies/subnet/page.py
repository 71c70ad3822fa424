"""The page of a subnet's survival against the support that it gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from matplotlib.figure import Figure

from dtaojax.report.charts.svg import COLOURS, drawing_style, new_figure
from dtaojax.report.document import (
    Card,
    Document,
    Drawing,
    Entry,
    Number,
    Section,
    Table,
    drawing,
    render_document,
)
from dtaojax.report.numerals import days, plain, plus_minus, probability, with_error
from dtaojax.report.trust import trust_of
from dtaojax.studies.run.page.fates import BY_BAR, BY_PAY, GONE

Record = Mapping[str, Any]

_LOOKS: Final = {
    GONE: ("red", "gone (deregistered)"),
    BY_BAR.stands: ("green", "above the bar"),
    BY_BAR.falls: ("orange", "below the bar"),
    BY_PAY.stands: ("green", "paid"),
    BY_PAY.falls: ("orange", "unpaid"),
}
_WIDTH: Final = 760.0
_HEIGHT: Final = 330.0


def render_survival(study: Record) -> str:
    """Return the page as text; the same study gives the same text."""
    name = f"SN{study['netuid']} · {study['name']}"
    with drawing_style():
        picture = _picture(study)
    gone = _of(study, GONE)
    document = Document(
        eyebrow=f"dtaojax support of a subnet · {study['network'].get('name', '')}",
        title=name,
        question=(
            f"Over the next {days(study['horizon_days'])}, does this subnet survive, and what does "
            "it help that somebody buys its alpha today and holds?"
        ),
        cards=[_card(study, *gone)] if gone else [],
        warnings=[str(text) for text in study["warnings"]],
        sections=[
            Section("survival", "Survival against support", drawings=[picture]),
            Section("table", "Every chance", tables=[_table(study)]),
            Section(
                "assumed",
                "What was assumed",
                paragraphs=[
                    "The supporter pays into the pool at the start, at the price that this makes, "
                    "and sells nothing before the horizon. All others trade on the same random "
                    "paths with and without it, so differences have the errors of paired paths. "
                    "Nobody answers to the purchase but by what the demand model says of prices.",
                    f"Its pool holds {plain(study['tao_in'], 4)} TAO today.",
                ],
            ),
        ],
        made=f"Made by dtaojax {study['dtaojax_version']}, {study['created']}.",
        trust=[trust_of(study)],
    )
    return render_document(document)


def sentence(study: Record) -> str:
    """Return what support does to the chance of being deregistered, in a sentence."""
    gone = _of(study, GONE)
    if not gone:
        return "The run has no registrations, so that no subnet can be deregistered."
    first, *others = gone
    told = f"Deregistered on {_chance(first)} of paths {_supported(first)}"
    return "; ".join([told, *(f"{_chance(each)} {_supported(each)}" for each in others)]) + "."


def _card(study: Record, first: Record, *others: Record) -> Card:
    best = min(others, key=lambda each: each["value"], default=first)
    points = []
    if best is not first and best["difference"] is not None:
        change, error = with_error(100.0 * best["difference"], 100.0 * best["difference_error"])
        points.append(
            f"{plain(best['support'], 4)} TAO of support change that by "
            f"{plus_minus(change, error)} points on the same paths."
        )
    return Card(
        "Is the subnet deregistered?",
        f"of paths {_supported(first)}, after {days(study['horizon_days'])}",
        Number(*_texts(first)),
        points,
    )


def _picture(study: Record) -> Drawing:
    figure: Figure = new_figure(_WIDTH, _HEIGHT)
    axes = figure.add_axes((0.08, 0.16, 0.89, 0.72))
    for event in study["events"]:
        found = _of(study, event)
        if not found:
            continue
        colour, words = _LOOKS[event]
        value, low, high = (
            100.0 * np.array([each[end] for each in found])
            for end in ("value", "ci_low", "ci_high")
        )
        axes.errorbar(
            [each["support"] for each in found],
            value,
            yerr=(np.maximum(value - low, 0.0), np.maximum(high - value, 0.0)),
            color=COLOURS[colour],
            marker="o",
            markersize=4.0,
            linewidth=1.8,
            elinewidth=1.2,
            capsize=2.5,
            label=words,
        )
    axes.set_ylim(0.0, 100.0)
    axes.set_xlabel("support: TAO that buys alpha at the start and is held [TAO]")
    axes.set_ylabel("chance at the end [%]")
    axes.legend(
        loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3, frameon=False, borderaxespad=0.2
    )
    return drawing(
        "survival",
        f"How the subnet stands after {days(study['horizon_days'])} [%]",
        f"Over {study['paths']:,} paths; bars are 95 % Monte Carlo intervals of each chance, which "
        "are on the same paths: differences are known better (table).",
        figure,
        sentence(study),
    )


def _table(study: Record) -> Table:
    rows: list[tuple[Entry, ...]] = []
    for each in study["chances"]:
        change = ""
        if each["difference"] is not None:
            value, error = with_error(100.0 * each["difference"], 100.0 * each["difference_error"])
            change = plus_minus(value, error)
        rows.append(
            (
                Number(plain(each["support"], 4), value=each["support"]),
                _LOOKS[each["event"]][1],
                Number(*_texts(each), each["value"]),
                f"{plain(100.0 * each['ci_low'], 3)} to {plain(100.0 * each['ci_high'], 3)}",
                change,
            )
        )
    return Table(
        caption=f"Chances after {days(study['horizon_days'])}, by support",
        columns=(
            "Support [TAO]",
            "The subnet is",
            "Chance",
            "95 % interval [%]",
            "Change against the first, same paths [points]",
        ),
        rows=rows,
    )


def _of(study: Record, event: str) -> list[Record]:
    return [each for each in study["chances"] if each["event"] == event]


def _supported(record: Record) -> str:
    support = record["support"]
    return f"with {plain(support, 4)} TAO of support" if support else "without support"


def _texts(record: Record) -> tuple[str, str]:
    """Return a chance with its sign, and its error."""
    value, error = _percentages(record)
    return f"{value} %", error


def _percentages(record: Record) -> tuple[str, str]:
    """Return a chance and its error in percent, without the sign."""
    return probability(
        record["value"], record["standard_error"], record["ci_low"], record["ci_high"]
    )


def _chance(record: Record) -> str:
    value, error = _percentages(record)
    return f"{plus_minus(value, error)} %"
