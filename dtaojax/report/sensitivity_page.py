"""The page of a study: what moves each number, by how much, and how far that is known."""

from __future__ import annotations

import json
from collections.abc import Mapping
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
from dtaojax.report.tornado import LEFT, WIDTH, Bar, Row, tornado

Record = Mapping[str, Any]

_ON_A_CARD = 3


def render_sensitivity(found: Record) -> str:
    """The page for what ``pipeline/sensitivity_result.py`` writes into ``sensitivity.json``."""
    with drawing_style():
        sections = [_swings(found), _local(found), _global(found), _ranges(found), _making(found)]
    made = found["made"]
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
        cards=[_card(found, headline) for headline in found["headlines"]],
        notes=[
            "± is the Monte Carlo standard error. Everything is compared on the same "
            f"{found['config']['paths']:,} demand paths, so that changes show that are far smaller "
            "than the scatter of the numbers themselves. How far each parameter is moved is an "
            "assumption; the ranges are listed below."
        ],
        warnings=_warnings(found),
        sections=[section for section in sections if section is not None],
        made=f"Made by dtaojax {made['dtaojax_version']} on {made['created']}.",
    )
    return render_document(document)


def _label(headline: str) -> str:
    words = {"hhi": "HHI", "es": "ES", "95": "95 %"}
    return " ".join(words.get(word, word) for word in headline.split("_"))


def _short(key: str) -> str:
    """A key without what its neighbours share."""
    return key.removeprefix("mechanism.").removeprefix("demand.")


def _of(records: list[Record], headline: str) -> list[Record]:
    return [each for each in records if each["headline"] == headline]


def _change(record: Record, end: str) -> Number:
    return number(record[f"at_{end}_value"], record[f"at_{end}_standard_error"])


def _reach(record: Record) -> float:
    return max(abs(record["at_low_value"]), abs(record["at_high_value"]))


def _proven(record: Record, prefix: str) -> bool:
    """Whether the 95 % interval leaves out 0."""
    return record[f"{prefix}_ci_low"] > 0.0 or record[f"{prefix}_ci_high"] < 0.0


def _card(found: Record, headline: Record) -> Card:
    swings = sorted(_of(found["swings"], headline["name"]), key=_reach, reverse=True)
    points = [
        f"{_short(each['parameter'])} from {plain(each['low'])} to {plain(each['high'])}: "
        f"{_change(each, 'low').text} to {_change(each, 'high').text}"
        for each in swings[:_ON_A_CARD]
        if _proven(each, "at_low") or _proven(each, "at_high")
    ]
    lead = f"{headline['unit']} as configured; it is moved most, up or down, by"
    if not points:
        lead = f"{headline['unit']} as configured; no parameter is proven to move it"
    value = number(headline["value"], headline["standard_error"])
    return Card(f"What moves {_label(headline['name'])}?", lead, value, points)


def _warnings(found: Record) -> list[str]:
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
        f"{_label(each['headline'])} by {_short(each['parameter'])}"
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


def _tornado(found: Record, headline: Record) -> Drawing:
    rows = [
        Row(_short(each["parameter"]), *(_bar(each, end) for end in ("low", "high")))
        for each in _of(found["swings"], headline["name"])
    ]
    label = _label(headline["name"])
    return drawing(
        f"tornado-{headline['name'].replace('_', '-')}",
        f"{label[0].upper()}{label[1:]} [{headline['unit']}]",
        f"Change from {plain(headline['value'])} when one parameter alone goes to an end of its "
        "range; bars are 95 % Monte Carlo intervals.",
        tornado(rows, f"change of {label} [{headline['unit']}]"),
        "; ".join(
            f"{row.label}: {plain(row.at_low.value)} and {plain(row.at_high.value)}"
            for row in sorted(rows, key=lambda row: -row.reach)
        ),
    )


def _bar(record: Record, end: str) -> Bar:
    return Bar(*(record[f"at_{end}_{part}"] for part in ("value", "ci_low", "ci_high")))


def _swings(found: Record) -> Section:
    tables = [
        Table(
            f"{_label(headline['name'])} [{headline['unit']}]: change at the ends of each range",
            ("parameter", "lower end", "change there", "upper end", "change there"),
            [
                (
                    each["parameter"],
                    number(each["low"]),
                    _change(each, "low"),
                    number(each["high"]),
                    _change(each, "high"),
                )
                for each in sorted(_of(found["swings"], headline["name"]), key=_reach, reverse=True)
            ],
            sortable=True,
        )
        for headline in found["headlines"]
    ]
    return Section(
        "swings",
        "What moves the numbers, one thing at a time?",
        "Swings",
        paragraphs=[
            "Each parameter alone is set to the lower and to the upper end of its range, and the "
            "run is simulated again on the same demand paths."
        ],
        drawings=[_tornado(found, headline) for headline in found["headlines"]],
        tables=tables,
    )


def _local(found: Record) -> Section | None:
    if not found["local"]:
        return None
    means = {each["name"]: each for each in found["headlines"]}
    tables = []
    for name, headline in means.items():
        rows = []
        for each in _of(found["local"], name):
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
        tables.append(
            Table(
                f"{_label(name)} [{headline['unit']}]",
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
        )
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
        tables=tables,
    )


def _elasticity(record: Record, headline: Record) -> Number:
    known = abs(headline["value"]) > 4.0 * (headline["standard_error"] or 0.0)
    if record["at"] == 0.0 or not known or record["zero"]:
        return Number("")
    return number(record["elasticity_value"], record["elasticity_standard_error"])


def _global(found: Record) -> Section | None:
    design = found["design"]
    if design is None:
        return None
    tables = []
    for headline in found["headlines"]:
        rows = [
            (
                each["parameter"],
                number(each["first_value"], _width(each, "first")),
                _interval(each, "first"),
                number(each["total_value"], _width(each, "total")),
                _interval(each, "total"),
            )
            for each in sorted(
                _of(found["sobol"], headline["name"]), key=lambda each: -each["total_value"]
            )
        ]
        tables.append(
            Table(
                _label(headline["name"]),
                ("parameter", "first order", "95 % interval", "total", "95 % interval"),
                rows,
                sortable=True,
            )
        )
    sobol = found["config"]["sobol"]
    noise = Table(
        "What the demand paths behind the design leave open",
        (
            "number",
            "standard deviation over the design",
            "standard error over paths",
            "largest gap of total indices between halves of the paths",
        ),
        [
            (
                _label(each["headline"]),
                number(each["spread"]),
                number(each["path_error"]),
                number(each["gap_of_halves"]),
            )
            for each in design["numbers"]
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
        drawings=[_index_drawing(found, headline) for headline in found["headlines"]],
        tables=[*tables, noise],
    )


def _width(record: Record, order: str) -> float:
    """Half of the interval, as a standard error of as many digits."""
    return max((record[f"{order}_ci_high"] - record[f"{order}_ci_low"]) / 3.92, 0.0)


def _interval(record: Record, order: str) -> str:
    low, high = (record[f"{order}_ci_{end}"] for end in ("low", "high"))
    return f"{plain(low, 2)} to {plain(high, 2)}"


def _index_drawing(found: Record, headline: Record) -> Drawing:
    rows = sorted(_of(found["sobol"], headline["name"]), key=lambda each: -each["total_value"])
    height = 66.0 + 21.0 * len(rows)
    figure: Figure = new_figure(WIDTH, height)
    room = 1.0 - (LEFT + 18.0) / WIDTH
    axes = figure.add_axes((LEFT / WIDTH, 36 / height, room, 1.0 - 62 / height))
    for shift, order, colour, name in (
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
            label=name,
        )
    axes.axvline(0.0, color=COLOURS["muted"], linewidth=0.8)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), [_short(each["parameter"]) for each in rows])
    axes.tick_params(axis="y", labelcolor=COLOURS["ink"])
    axes.set_xlabel("share of the variance [-]")
    axes.legend(
        loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, frameon=False, borderaxespad=0.0
    )
    label = _label(headline["name"])
    return drawing(
        f"sobol-{headline['name'].replace('_', '-')}",
        f"{label[0].upper()}{label[1:]}",
        "Sobol indices with 95 % bootstrap intervals.",
        figure,
        "; ".join(
            f"{_short(each['parameter'])}: first {plain(each['first_value'], 2)}, total "
            f"{plain(each['total_value'], 2)}"
            for each in rows
        ),
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
        (f"{_label(each['name'])} [{each['unit']}]", f"{each['formula']}. {each['reading']}")
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
        facts=[
            ("Device", made["device"]),
            ("Time", f"{made['seconds']:.1f} s"),
            ("Blocks at once", f"{found['step_blocks']:,}"),
            ("Hash of the config", found["config_hash"]),
            *[(name, version) for name, version in made["versions"].items()],
        ],
        printed=[("The study's config", json.dumps(found["config"], indent=2, ensure_ascii=False))],
    )
