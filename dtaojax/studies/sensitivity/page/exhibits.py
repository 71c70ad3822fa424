"""Tables and charts of a study of sensitivities, and the words of its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from matplotlib.figure import Figure

from dtaojax.report.charts.svg import COLOURS, new_figure
from dtaojax.report.charts.tornado import LEFT, WIDTH, Bar, TornadoRow, tornado
from dtaojax.report.document import Drawing, Number, Table, drawing, number
from dtaojax.report.numerals import plain

Record: TypeAlias = Mapping[str, Any]
"""The result or a part of it, as in ``sensitivity.json``."""


def label(headline: str) -> str:
    """Return a number's name in words."""
    words = {"hhi": "HHI", "es": "ES", "95": "95 %"}
    return " ".join(words.get(word, word) for word in headline.split("_"))


def short(key: str) -> str:
    """Shorten a key by the table that its neighbours share."""
    return key.removeprefix("mechanism.").removeprefix("demand.")


def about(records: list[Record], headline: str) -> list[Record]:
    """Select the records that are about one number."""
    return [each for each in records if each["headline"] == headline]


def change(record: Record, end: str) -> Number:
    """Write the change of a number with a parameter at the ``low`` or ``high`` end."""
    return number(record[f"at_{end}_value"], record[f"at_{end}_standard_error"])


def reach(record: Record) -> float:
    """Return the larger of both changes, without sign."""
    return max(abs(record["at_low_value"]), abs(record["at_high_value"]))


def swing_table(found: Record, headline: Record) -> Table:
    """Tabulate the change of a number with each parameter alone at the ends of its range."""
    rows = [
        (
            each["parameter"],
            number(each["low"]),
            change(each, "low"),
            number(each["high"]),
            change(each, "high"),
        )
        for each in sorted(about(found["swings"], headline["name"]), key=reach, reverse=True)
    ]
    return Table(
        f"{label(headline['name'])} [{headline['unit']}]: change at the ends of each range",
        ("parameter", "lower end", "change there", "upper end", "change there"),
        rows,
        sortable=True,
    )


def local_table(found: Record, headline: Record) -> Table:
    """Tabulate derivatives of a number, and the central differences that check them."""
    rows = []
    for each in about(found["local"], headline["name"]):
        by_range = (
            Number("0 on every path")
            if each["zero"]
            else number(each["by_range_value"], each["by_range_standard_error"])
        )
        rows.append(
            (
                each["parameter"],
                number(each["at"]),
                by_range,
                _elasticity(each, headline),
                number(each["difference"], each["disagreement_error"] or None),
                "yes" if each["agrees"] else "no",
            )
        )
    return Table(
        f"{label(headline['name'])} [{headline['unit']}]",
        (
            "parameter",
            "at",
            "derivative times range",
            "elasticity",
            "central difference",
            "agree",
        ),
        rows,
    )


def _elasticity(record: Record, headline: Record) -> Number:
    known = abs(headline["value"]) > 4.0 * (headline["standard_error"] or 0.0)
    if record["at"] == 0.0 or not known or record["zero"]:
        return Number("")
    return number(record["elasticity_value"], record["elasticity_standard_error"])


def index_table(found: Record, headline: Record) -> Table:
    """Tabulate Sobol indices of a number, with their intervals."""
    rows = [
        (
            each["parameter"],
            number(each["first_value"], _width(each, "first")),
            _interval(each, "first"),
            number(each["total_value"], _width(each, "total")),
            _interval(each, "total"),
        )
        for each in sorted(
            about(found["sobol"], headline["name"]), key=lambda each: -each["total_value"]
        )
    ]
    return Table(
        label(headline["name"]),
        ("parameter", "first order", "95 % interval", "total", "95 % interval"),
        rows,
        sortable=True,
    )


def _width(record: Record, order: str) -> float:
    """Return half of the interval, as a standard error of as many digits."""
    return max((record[f"{order}_ci_high"] - record[f"{order}_ci_low"]) / 3.92, 0.0)


def _interval(record: Record, order: str) -> str:
    low, high = (record[f"{order}_ci_{end}"] for end in ("low", "high"))
    return f"{plain(low, 2)} to {plain(high, 2)}"


def noise_table(found: Record) -> Table:
    """Tabulate how far the indices would move with other paths."""
    return Table(
        "What the demand paths behind the design leave open",
        (
            "number",
            "standard deviation over the design",
            "standard error over paths",
            "largest gap of total indices between halves of the paths",
        ),
        [
            (
                label(each["headline"]),
                number(each["spread"]),
                number(each["path_error"]),
                number(each["gap_of_halves"]),
            )
            for each in found["design"]["numbers"]
        ],
    )


def tornado_drawing(found: Record, headline: Record) -> Drawing:
    """Draw the change of a number with each parameter alone."""
    rows = [
        TornadoRow(short(each["parameter"]), *(_bar(each, end) for end in ("low", "high")))
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
    """Draw the part of a number's variance that each parameter explains."""
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
