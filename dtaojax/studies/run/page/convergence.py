"""The section on convergence: the main numbers from fewer paths than there were."""

from __future__ import annotations

from typing import Final

from dtaojax.report import display
from dtaojax.report.document import Entry, Number, Table
from dtaojax.report.glossary import label_of
from dtaojax.results.estimates import EstimateTable
from dtaojax.results.read import Evidence

_MEASURES: Final = {"mean": "", "var": ", VaR", "es": ", ES"}


def convergence_table(evidence: Evidence) -> Table | None:
    """A row a number, a column a number of paths; None where the run left nothing of it."""
    sizes = sorted(evidence.convergence)
    if not sizes:
        return None
    whole = evidence.convergence[sizes[-1]]
    rows = []
    for key in whole.rows:
        quantity, _, statistic, level = key
        name = label_of(quantity) + _MEASURES.get(statistic, f", {statistic}")
        if level is not None:
            name += f" {100.0 * level:g} %"
        found = [_cell(evidence.convergence[size], key) for size in sizes]
        unit = next(iter(whole.columns[-1][row] for row in whole.rows[key].values()))
        rows.append([name, *found, display.unit_of(quantity, unit)])
    return Table(
        "The same numbers from the first paths of the run",
        ["Number", *(f"{size:,} paths" for size in sizes), "Unit"],
        rows,
        note=(
            "Four times as many paths halve an error. A number has settled if what is added to it "
            "from left to right is within about two of its standard errors; where it is not, or "
            "where the error of a tail does not shrink, use more paths."
        ),
    )


def _cell(table: EstimateTable, key: tuple[str, int | None, str, float | None]) -> Entry:
    quantity, netuid, statistic, level = key
    days = table.rows.get(key)
    found = table.get(quantity, max(days), statistic, level, netuid) if days else None
    return "" if found is None else Number(*display.written(quantity, found), found.value)
