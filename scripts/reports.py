"""Draws the committed pages of studies again from their results: python scripts/reports.py

The numbers stay those of the JSON files; words, look and badge are today's. What was found wrong in
a study since it was made stands in reports/withdrawn.toml, and on top of its page.
"""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

from dtaojax.report.document import write_page
from dtaojax.studies.article.page.page import render_article
from dtaojax.studies.article.result import (
    ArticleResults,
    ClaimResult,
    ExperimentResult,
    FigureResult,
    Interval,
    Series,
)
from dtaojax.studies.sensitivity.page.page import render_sensitivity
from dtaojax.studies.stress.page.page import render_stress
from dtaojax.studies.tune.page.page import render_tune

REPORTS: Final = Path(__file__).parents[1] / "reports"
STUDIES: Final = {
    "tune": ("tune.json", render_tune),
    "sensitivity": ("sensitivity.json", render_sensitivity),
    "attack": ("stress.json", render_stress),
}


def main() -> None:
    """Draw every page."""
    for name, page in pages().items():
        sys.stdout.write(f"{write_page(page, REPORTS / name / 'report.html')}\n")


def pages() -> dict[str, str]:
    """Return the pages as text, by folder."""
    withdrawn = tomllib.loads((REPORTS / "withdrawn.toml").read_text(encoding="utf-8"))
    drawn = {}
    for name, (file, render) in STUDIES.items():
        drawn[name] = render(_read(REPORTS / name / file) | {"remarks": withdrawn[name]["remarks"]})
    drawn["article"] = render_article(_article(withdrawn["article"]["remarks"]))
    return drawn


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def _article(remarks: list[str]) -> ArticleResults:
    found = _read(REPORTS / "article" / "article.json")
    experiments = []
    for each in found["experiments"]:
        claims = [
            ClaimResult(**(claim | {"found": [Interval(**number) for number in claim["found"]]}))
            for claim in each["claims"]
        ]
        series = [Series(**line) for line in each["figure"]["series"]]
        figure = FigureResult(**(each["figure"] | {"series": series}))
        experiments.append(ExperimentResult(**(each | {"claims": claims, "figure": figure})))
    return ArticleResults(experiments, found["manifest"] | {"remarks": remarks})


if __name__ == "__main__":
    main()
