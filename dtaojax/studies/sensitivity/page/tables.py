"""Tables of a study, one for each number."""

from __future__ import annotations

from dtaojax.report.document import Number, Table, number
from dtaojax.report.numerals import plain
from dtaojax.studies.sensitivity.page.words import Record, about, change, label, reach


def swing_table(found: Record, headline: Record) -> Table:
    """What each parameter alone does to a number at the ends of its range."""
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
    """Derivatives of a number, and the central differences that they are held against."""
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
    """Sobol indices of a number, with their intervals."""
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
    """Half of the interval, as a standard error of as many digits."""
    return max((record[f"{order}_ci_high"] - record[f"{order}_ci_low"]) / 3.92, 0.0)


def _interval(record: Record, order: str) -> str:
    low, high = (record[f"{order}_ci_{end}"] for end in ("low", "high"))
    return f"{plain(low, 2)} to {plain(high, 2)}"


def noise_table(found: Record) -> Table:
    """How far the indices would move with other paths."""
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
