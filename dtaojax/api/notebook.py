"""What a notebook shows: how far a computation is, and results as small HTML tables."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from markupsafe import Markup

from dtaojax.files.text import visible
from dtaojax.report.document import Entry, Number, number
from dtaojax.report.numerals import days
from dtaojax.report.trust import trust_of
from dtaojax.results.read import Evidence
from dtaojax.studies.compare.page.page import sentence
from dtaojax.studies.compare.page.tables import headline_tables
from dtaojax.studies.compare.result import ComparisonResult
from dtaojax.studies.run.page.headline import headline
from dtaojax.terminal import console as terminal

_PAUSE_S: Final = 0.2
"""A notebook is written to no more often."""


@contextmanager
def progress_bar(doing: str, total: int, wanted: bool) -> Iterator[Callable[[int], None]]:
    """Show a progress bar; yields a function that takes how much of ``total`` is done."""
    if wanted and _in_notebook():
        yield _notebook_bar(doing, total)
        return
    with terminal.progress(doing, total, quiet=not wanted) as show_done:
        yield show_done


def progress_printer(wanted: bool) -> Callable[[str], None]:
    """Return a function that prints a line on what is done now."""
    if not wanted:
        return lambda line: None
    console = terminal.err()
    return lambda line: console.print(line, markup=False)


def _in_notebook() -> bool:
    """Return whether this process is the kernel of a notebook."""
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython is not None else None
    return shell is not None and hasattr(shell, "kernel")


def _notebook_bar(doing: str, total: int) -> Callable[[int], None]:
    """Show an HTML bar, which needs no extension of the notebook."""
    from IPython.display import HTML, display  # pyright: ignore[reportMissingImports]

    def page(done: int) -> Any:
        return HTML(
            f'<progress value="{done}" max="{total}" style="width:20em"></progress> '
            f"{doing}: {done:,} of {total:,}"
        )

    handle = display(page(0), display_id=True)
    shown_at = time.monotonic()

    def show_done(done: int) -> None:
        nonlocal shown_at
        now = time.monotonic()
        if done >= total or now - shown_at >= _PAUSE_S:
            shown_at = now
            handle.update(page(done))

    return show_done


_HEADING: Final = Markup('<th colspan="{}" style="text-align:left">{}</th>')
_ERROR: Final = Markup(' <small style="opacity:0.7">± {}</small>')


def run_snippet(evidence: Evidence) -> str:
    """Tabulate the headline numbers of a run by group, its badge above them."""
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
    return _html_table(
        " · ".join([*caption, *trust.lines]), ("", "mean", "95 % interval", "unit"), rows
    )


def comparison_snippet(comparison: ComparisonResult) -> str:
    """Tabulate the headline differences of a comparison."""
    tables = headline_tables(comparison)
    return _html_table(
        sentence(comparison), tables[0].columns, [row for table in tables for row in table.rows]
    )


def search_snippet(found: Mapping[str, Any]) -> str:
    """Tabulate the parameters that a search found, and what they change on fresh paths."""
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
    return _html_table(found["title"], ("", "start", "found", "change on fresh paths"), rows)


def sensitivity_snippet(found: Mapping[str, Any], most: int = 5) -> str:
    """Tabulate, for each number, the parameters that move it most over their ranges.

    Args:
        found: Content of ``sensitivity.json``.
        most: Rows a number.
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
    return _html_table(found["title"], heads, rows)


def stress_snippet(found: Mapping[str, Any]) -> str:
    """Tabulate what an attack reaches and what it brings, by budget."""
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
    return _html_table(found["title"], heads, rows)


def _change(record: Mapping[str, Any], name: str) -> Number:
    return number(record[f"{name}_value"], record[f"{name}_standard_error"])


def _html_table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[Entry]]) -> str:
    """Render a table; every text is escaped and made visible. A row of one entry is a heading."""
    heads = Markup("").join(Markup("<th>{}</th>").format(visible(column)) for column in columns)
    body = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(map(_html_cell, row))
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


def _html_cell(entry: Entry) -> Markup:
    if isinstance(entry, str):
        return Markup("<td>{}</td>").format(visible(entry))
    error = _ERROR.format(entry.error) if entry.error else ""
    return Markup("<td>{}{}</td>").format(visible(entry.text), error)
