"""Tables and charts of a search, and the words of its figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from matplotlib.figure import Figure

from dtaojax.report.charts.svg import COLOURS, new_figure
from dtaojax.report.document import Drawing, Number, Table, drawing, number
from dtaojax.report.numerals import plain

Record: TypeAlias = Mapping[str, Any]
"""The result or a part of it, as in ``tune.json``."""


def label(measure: str) -> str:
    """Return a measure in words."""
    return measure.replace("_", " ")


def choice_text(choice: Record) -> str:
    """Write a choice as keys and values."""
    return ", ".join(f"{key} = {value}" for key, value in choice.items())


def estimate(record: Record) -> Number:
    """Write a mean with its standard error."""
    return number(record["value"], record["standard_error"])


def interval(record: Record) -> str:
    """Write a 95 % interval."""
    low, high = (
        number(record[end], record["standard_error"]).text for end in ("ci_low", "ci_high")
    )
    return f"{low} to {high}"


def verdict(record: Record) -> str:
    """Say whether the point found is better than the start, as far as the paths can tell."""
    change = record["change"][0]
    if not _proven(change):
        return "no difference proven"
    rises = change["value"] > 0.0
    return "better" if rises == (record["better"] == "higher") else "worse"


def _proven(record: Record) -> bool:
    """Return whether the 95 % interval of a change leaves out 0."""
    return record["ci_low"] > 0.0 or record["ci_high"] < 0.0


def parameter_tables(found: Record) -> list[Table]:
    """Tabulate the parameters, and with several choices the best of each of them."""
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
                        choice_text(each["choice"]),
                        number(each["objective"]),
                        number(each["violation"]),
                    )
                    for each in found["variants"]
                ],
                sortable=True,
            )
        )
    return tables


def comparison(caption: str, records: Iterable[Record], rival: bool) -> Table:
    """Tabulate measures at the start, at the point found and, with a rival, at the rival's."""
    columns = ["measure", "start", "found", "change", "95 % interval of the change", "verdict"]
    if rival:
        columns[3:3] = ["CMA-ES"]
    rows = []
    for each in records:
        change = each["change"][0]
        row = [
            label(each["measure"]),
            estimate(each["at"][0]),
            estimate(each["at"][1]),
            estimate(change),
            interval(change),
            verdict(each),
        ]
        if rival:
            row[3:3] = [estimate(each["at"][2])]
        rows.append(tuple(row))
    return Table(caption, tuple(columns), rows)


def frontier_table(found: Record) -> Table:
    """Tabulate the points of the frontier, feasible or not."""
    swept = found["config"]["frontier"]["measure"]
    first = next(iter(found["config"]["minimise"]))
    rows = [
        (
            number(point["bound"]),
            number(point["means"][swept], point["errors"][swept]),
            number(point["means"][first], point["errors"][first]),
            "yes" if point["feasible"] else "no",
        )
        for point in found["frontier"]
    ]
    return Table(
        "Points of the frontier",
        (f"bound on {label(swept)}", label(swept), label(first), "constraints hold"),
        rows,
    )


def search_table(found: Record) -> Table:
    """Tabulate every start of every choice."""
    rows = [
        (
            choice_text(variant["choice"]) or "-",
            number(float(place)),
            number(start["objective"]),
            number(start["violation"]),
            number(float(start["evaluations"])),
            "yes" if start["settled"] else "no",
        )
        for variant in found["variants"]
        for place, start in enumerate(variant["starts"])
    ]
    return Table(
        "Searches",
        ("choice", "start", "objective", "violation", "evaluations", "settled"),
        rows,
    )


def derivative_table(found: Record) -> Table:
    """Tabulate derivatives along the paths beside central differences."""
    rows = [
        (
            label(each["measure"]),
            each["parameter"],
            number(each["pathwise"], each["pathwise_error"] or None),
            number(each["difference"], each["error"] or None),
            "yes" if each["agrees"] else "no",
        )
        for each in found["agreement"]
    ]
    return Table(
        "Derivative along the paths against central difference",
        ("measure", "parameter", "along the paths", "central difference", "agree"),
        rows,
        note="± is a standard error over paths: along the paths that of the derivative, at "
        "the difference that of their disagreement.",
    )


def frontier_drawing(found: Record) -> Drawing:
    """Draw the measure that is minimised against the one whose bound is swept."""
    points = found["frontier"]
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
    axes.set_xlabel(label(swept))
    axes.set_ylabel(label(first))
    return drawing(
        "frontier-curve",
        f"{label(first)} against {label(swept)}",
        "Bars are 95 % Monte Carlo intervals; the diamond is the start.",
        figure,
        "; ".join(
            f"{label(swept)} {plain(point['means'][swept])}: {label(first)} "
            f"{plain(point['means'][first])}"
            for point in held
        ),
    )


def objective_drawing(found: Record) -> Drawing:
    """Draw the objective by step of the best search."""
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
