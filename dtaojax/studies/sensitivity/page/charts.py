"""Figures of a study: swings one at a time, and shares of the variance."""

from __future__ import annotations

from matplotlib.figure import Figure

from dtaojax.report.charts.svg import COLOURS, new_figure
from dtaojax.report.charts.tornado import LEFT, WIDTH, Bar, Row, tornado
from dtaojax.report.document import Drawing, drawing
from dtaojax.report.numerals import plain
from dtaojax.studies.sensitivity.page.words import Record, about, label, short


def tornado_drawing(found: Record, headline: Record) -> Drawing:
    """What each parameter alone does to a number."""
    rows = [
        Row(short(each["parameter"]), *(_bar(each, end) for end in ("low", "high")))
        for each in about(found["swings"], headline["name"])
    ]
    name = label(headline["name"])
    return drawing(
        f"tornado-{headline['name'].replace('_', '-')}",
        f"{name[0].upper()}{name[1:]} [{headline['unit']}]",
        f"Change from {plain(headline['value'])} when one parameter alone goes to an end of its "
        "range; bars are 95 % Monte Carlo intervals.",
        tornado(rows, f"change of {name} [{headline['unit']}]"),
        "; ".join(
            f"{row.label}: {plain(row.first.value)} and {plain(row.second.value)}"
            for row in sorted(rows, key=lambda row: -row.reach)
        ),
    )


def _bar(record: Record, end: str) -> Bar:
    return Bar(*(record[f"at_{end}_{part}"] for part in ("value", "ci_low", "ci_high")))


def index_drawing(found: Record, headline: Record) -> Drawing:
    """What part of a number's variance each parameter explains."""
    rows = sorted(about(found["sobol"], headline["name"]), key=lambda each: -each["total_value"])
    height = 66.0 + 21.0 * len(rows)
    figure: Figure = new_figure(WIDTH, height)
    room = 1.0 - (LEFT + 18.0) / WIDTH
    axes = figure.add_axes((LEFT / WIDTH, 36 / height, room, 1.0 - 62 / height))
    for shift, order, colour, words in (
        (-0.14, "first", "blue", "first order"),
        (0.14, "total", "violet", "total"),
    ):
        values = [each[f"{order}_value"] for each in rows]
        axes.errorbar(
            values,
            [place + shift for place in range(len(rows))],
            xerr=(
                [max(each[f"{order}_value"] - each[f"{order}_ci_low"], 0.0) for each in rows],
                [max(each[f"{order}_ci_high"] - each[f"{order}_value"], 0.0) for each in rows],
            ),
            fmt="o",
            markersize=4.5,
            color=COLOURS[colour],
            elinewidth=1.2,
            label=words,
        )
    axes.axvline(0.0, color=COLOURS["muted"], linewidth=0.8)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), [short(each["parameter"]) for each in rows])
    axes.tick_params(axis="y", labelcolor=COLOURS["ink"])
    axes.set_xlabel("share of the variance [-]")
    axes.legend(
        loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, frameon=False, borderaxespad=0.0
    )
    name = label(headline["name"])
    return drawing(
        f"sobol-{headline['name'].replace('_', '-')}",
        f"{name[0].upper()}{name[1:]}",
        "Sobol indices with 95 % bootstrap intervals.",
        figure,
        "; ".join(
            f"{short(each['parameter'])}: first {plain(each['first_value'], 2)}, total "
            f"{plain(each['total_value'], 2)}"
            for each in rows
        ),
    )
