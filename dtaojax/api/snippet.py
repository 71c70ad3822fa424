"""A few numbers as a small HTML table, which a notebook shows for a result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from dtaojax.files.text import visible
from dtaojax.report.document import Entry, Number, number
from dtaojax.report.numerals import days
from dtaojax.report.trust import trust_of
from dtaojax.results.read import Evidence
from dtaojax.studies.compare.page.answer import sentence
from dtaojax.studies.compare.page.tables import headline_tables
from dtaojax.studies.compare.result import Comparison
from dtaojax.studies.run.page.headline import headline

_HEADING: Final = Markup('<th colspan="{}" style="text-align:left">{}</th>')
_ERROR: Final = Markup(' <small style="opacity:0.7">± {}</small>')


def run_snippet(evidence: Evidence) -> str:
    """The headline numbers of a run under the headings of their groups, its badge above them."""
    manifest = evidence.manifest
    trust = trust_of(manifest)
    rows: list[Sequence[Entry]] = []
    for group in headline(evidence):
        rows.append([f"{group.heading} (back-test: {trust.of(group.kind).text})"])
        rows += [
            [row.label, Number(row.text, row.error), row.interval, row.unit]
            for row in group.rows
            if row is not None
        ]
    used = evidence.part("paths").get("used")
    caption = [f"{manifest.get('title')} · after {days(evidence.horizon)} · {used:,} paths"]
    return _table(" · ".join([*caption, *trust.lines]), ("", "mean", "95 % interval", "unit"), rows)


def comparison_snippet(comparison: Comparison) -> str:
    """The headline differences of a comparison."""
    tables = headline_tables(comparison)
    return _table(
        sentence(comparison), tables[0].columns, [row for table in tables for row in table.rows]
    )


def search_snippet(found: Mapping[str, Any]) -> str:
    """The parameters that a search found, and what they change on fresh paths."""
    rows: list[Sequence[Entry]] = [
        [each["key"], number(each["start"]), number(each["found"]), ""]
        for each in found["parameters"]
    ]
    for record in found["held_out"]:
        start, end, change = record["at"][0], record["at"][1], record["change"][0]
        rows.append(
            [
                record["measure"],
                number(start["value"], start["standard_error"]),
                number(end["value"], end["standard_error"]),
                number(change["value"], change["standard_error"]),
            ]
        )
    return _table(found["title"], ("", "start", "found", "change on fresh paths"), rows)


def sensitivity_snippet(found: Mapping[str, Any], most: int = 5) -> str:
    """For each number the parameters that move it most, over their ranges.

    Args:
        found: as in ``sensitivity.json``.
        most: rows a number.
    """
    rows: list[Sequence[Entry]] = []
    for name in (each["name"] for each in found["headlines"]):
        swings = [each for each in found["swings"] if each["headline"] == name]
        swings.sort(
            key=lambda each: -max(abs(each["at_low_value"]), abs(each["at_high_value"])),
        )
        rows += [
            [name, each["parameter"], *(_change(each, end) for end in ("at_low", "at_high"))]
            for each in swings[:most]
        ]
    heads = ("number", "parameter", "change at its low end", "change at its high end")
    return _table(found["title"], heads, rows)


def stress_snippet(found: Mapping[str, Any]) -> str:
    """What an attack reaches and what it brings, budget by budget."""
    heads = ("rules", "budget [TAO]", "strategy", "target", "change", "change of wealth [TAO]")
    rows: list[Sequence[Entry]] = [
        [
            each["rules"],
            number(each["budget"]),
            each["strategy"],
            _change(each, "target"),
            _change(each, "target_change"),
            _change(each, "wealth_change"),
        ]
        for each in found["outcomes"]
    ]
    return _table(found["title"], heads, rows)


def _change(record: Mapping[str, Any], name: str) -> Number:
    return number(record[f"{name}_value"], record[f"{name}_standard_error"])


def _table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[Entry]]) -> str:
    """An HTML table; every text is escaped and made visible. A row of one entry is a heading."""
    heads = Markup("").join(Markup("<th>{}</th>").format(visible(column)) for column in columns)
    body = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(map(_cell, row))
            if len(row) > 1
            else _HEADING.format(len(columns), visible(str(row[0])))
        )
        for row in rows
    )
    return str(
        Markup(
            "<table><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>"
        ).format(visible(caption), heads, body)
    )


def _cell(entry: Entry) -> Markup:
    if isinstance(entry, str):
        return Markup("<td>{}</td>").format(visible(entry))
    error = _ERROR.format(entry.error) if entry.error else ""
    return Markup("<td>{}{}</td>").format(visible(entry.text), error)
