"""Prints docs/metrics.md from the report's glossary: python scripts/metrics.py > docs/metrics.md"""

from __future__ import annotations

import sys
from collections.abc import Mapping

from dtaojax.report.glossary import COHORT_QUANTITIES, EVENTS, QUANTITIES, STATISTICS
from dtaojax.report.quantities import Term

_HEAD = """\
# Every number and its sign

<!-- Made by scripts/metrics.py from the report's glossary; change it there. -->

Names are those of the tables and of `summary.json`. There, a mean or probability bears the
quantity's name alone; other statistics are added to it: `emission_hhi_q95` is the 95 % quantile
over paths, `loss_realizable_es_99` the expected shortfall. **A positive loss is a loss**, a
negative one a gain. Shares and probabilities are fractions in the tables and percent in the report.
"""


def page() -> str:
    """The page as Markdown."""
    parts = [
        _HEAD,
        "## Quantities\n",
        _table("name", QUANTITIES),
        "## Quantities about cohorts\n",
        _table("name", COHORT_QUANTITIES),
        "## Statistics and words\n",
        _table("name", STATISTICS),
        "## What was limited or refused on the way\n",
        "The manifest counts, over all used paths and steps:\n",
        "\n".join(f"- `{name}`: {text}" for name, text in EVENTS.items()) + "\n",
    ]
    return "\n".join(parts)


def _table(head: str, terms: Mapping[str, Term]) -> str:
    lines = [f"| {head} | what it is | formula | how to read it |", "|---|---|---|---|"]
    for name, term in terms.items():
        cells = (f"`{name}`", term.label, term.formula, term.reading)
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
