"""Tables of a search."""

from __future__ import annotations

from collections.abc import Iterable

from dtaojax.report.document import Table, number
from dtaojax.studies.tune.page.words import Record, choice_text, estimate, interval, label, verdict


def parameter_tables(found: Record) -> list[Table]:
    """The parameters, and with several choices what each of them reached."""
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
    """Measures at the start, at the point found and, with a rival, at the rival's."""
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
    """The points of the frontier, feasible or not."""
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
    """Every start of every choice."""
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
    """Derivatives along the paths beside central differences."""
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
