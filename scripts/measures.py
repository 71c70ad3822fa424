"""Prints docs/measures.md from the measures: python scripts/measures.py > docs/measures.md"""

from __future__ import annotations

import inspect
import sys

from dtaojax.studies.article.measures.measure import Measure
from dtaojax.studies.article.measures.registry import MEASURES

_HEAD = """\
# What experiments can measure

<!-- Made by scripts/measures.py from the measures; change it there. -->

A claim or a figure of an experiment ([`article.md`](article.md)) names a measure and gives its
parameters under `with`. *By day* has a value for every recorded day: a claim says which with `day`.
The others have one value a path. A `ratio` is a pure number. A band of latent quality begins at its
quantile `lowest` and holds `part` of the subnets.
"""


def page() -> str:
    """The page as Markdown."""
    lines = ["| measure | unit | by day | parameters | what it is |", "|---|---|---|---|---|"]
    for name, measure in MEASURES.items():
        by_day = "yes" if measure.has_days else ""
        cells = (f"`{name}`", measure.unit, by_day, _parameters(measure), measure.words)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([_HEAD, *lines]) + "\n"


def _parameters(measure: Measure) -> str:
    """Names and types, and defaults where there are any."""
    _, *takes = inspect.signature(measure.function, eval_str=True).parameters.values()
    found = []
    for each in takes:
        default = "" if each.default is each.empty else f" = {each.default!r}"
        found.append(f"`{each.name}: {inspect.formatannotation(each.annotation)}{default}`")
    return "<br>".join(found)


if __name__ == "__main__":
    sys.stdout.write(page())
