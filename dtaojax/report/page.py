"""The page: sections put into the template, and the file written all at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from dtaojax.chain import BLOCKS_PER_DAY
from dtaojax.report import network_charts, portfolio_charts
from dtaojax.report.answer import cards
from dtaojax.report.charts import Group
from dtaojax.report.cohort_terms import COHORT_QUANTITIES
from dtaojax.report.cohorts import cohort_table, cohorts
from dtaojax.report.contract import Evidence, read
from dtaojax.report.glossary import EVENTS, QUANTITIES, STATISTICS
from dtaojax.report.headline import MAX_ROWS, all_days, headline
from dtaojax.report.shell import fill, write_page
from dtaojax.report.subnet_table import subnet_table
from dtaojax.report.svg import drawing_style
from dtaojax.results import Results

FILE_NAME: Final = "report.html"


def write_report(results: Results, folder: Path) -> Path:
    """Writes ``report.html`` into ``folder``, all of it or nothing.

    Args:
        results: of a finished run; the table ``paths`` is not needed.
        folder: made if it does not exist.

    Returns:
        Path of the report.

    Raises:
        ResultsError: the results break the contract, or the folder cannot be written.
    """
    return write_page(render_report(results), Path(folder) / FILE_NAME)


def render_report(results: Results) -> str:
    """The report as the text of one HTML page; the same results give the same text.

    Raises:
        ResultsError: the results break the contract.
    """
    evidence = read(results)
    with drawing_style():
        sections = {
            "concentration": network_charts.concentration(evidence),
            "gate": network_charts.gate(evidence),
            "prices": network_charts.prices(evidence),
            "portfolio": portfolio_charts.portfolio(evidence),
            "cohorts": cohorts(evidence),
        }
    return fill("report.html.j2", _content(evidence, sections))


def _content(evidence: Evidence, sections: Mapping[str, list[Group]]) -> dict[str, Any]:
    manifest = evidence.manifest
    days = all_days(evidence)
    present = evidence.network.quantities() | evidence.subnets.quantities()
    if evidence.portfolio:
        present |= evidence.portfolio.quantities()
    for table in evidence.cohorts.values():
        present |= table.quantities()
    terms = QUANTITIES | COHORT_QUANTITIES
    config = manifest.get("config")
    return {
        "manifest": manifest,
        "evidence": evidence,
        "network": evidence.part("network"),
        "mechanism": evidence.part("mechanism"),
        "run": evidence.part("run"),
        "paths": evidence.part("paths"),
        "limited": evidence.part("limited"),
        "versions": evidence.part("versions"),
        "wall_times": evidence.part("wall_times"),
        "assumptions": _records(manifest.get("assumptions"), ("topic", "text")),
        "warnings": [text for text in manifest.get("warnings") or () if isinstance(text, str)],
        "config_text": json.dumps(config, indent=2, ensure_ascii=False) if config else "",
        "cards": cards(evidence),
        "headline": headline(evidence),
        "all_days": days[:MAX_ROWS],
        "rows_left_out": max(len(days) - MAX_ROWS, 0),
        "sections": sections,
        "risk_tables": portfolio_charts.risk_tables(evidence),
        "cohort_table": cohort_table(evidence),
        "subnets": subnet_table(evidence),
        "events": EVENTS,
        "occasions": _occasions(evidence),
        "quantities": {name: term for name, term in terms.items() if name in present},
        "statistics": STATISTICS,
    }


def _occasions(evidence: Evidence) -> int | None:
    """How often a subnet was stepped on the used paths: paths x steps x subnets."""
    used = evidence.part("paths").get("used")
    step_blocks = evidence.part("run").get("step_blocks")
    if not isinstance(used, int) or not isinstance(step_blocks, int) or step_blocks < 1:
        return None
    steps = round(evidence.horizon * BLOCKS_PER_DAY / step_blocks)
    return used * steps * len(evidence.initial)


def _records(found: Any, keys: tuple[str, ...]) -> list[dict[str, Any]]:
    """The dicts of a list that hold all of ``keys``; empty where the manifest has none."""
    if not isinstance(found, list):
        return []
    return [item for item in found if isinstance(item, dict) and all(key in item for key in keys)]
