"""The report of a run: the view of an audience, its sections, and the file written all at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dtaojax.chain import BLOCKS_PER_DAY
from dtaojax.report.charts.chart import Group
from dtaojax.report.charts.svg import drawing_style
from dtaojax.report.config_text import config_text
from dtaojax.report.document import fill, write_page
from dtaojax.report.glossary import COHORT_QUANTITIES, EVENTS, QUANTITIES, STATISTICS
from dtaojax.report.trust import trust_of
from dtaojax.results.contract import Results, ResultsError
from dtaojax.results.read import Evidence, read
from dtaojax.studies.run.page import network as network_charts
from dtaojax.studies.run.page import portfolio as portfolio_charts
from dtaojax.studies.run.page.cards import cards
from dtaojax.studies.run.page.cohorts import cohort_table, cohorts
from dtaojax.studies.run.page.decomposition import decomposition_section
from dtaojax.studies.run.page.fates import fates_of
from dtaojax.studies.run.page.headline import MAX_ROWS, all_days, convergence_table, headline
from dtaojax.studies.run.page.owner_views import owners_sentence, owners_view, subnet_owner_view
from dtaojax.studies.run.page.subnet_table import subnet_table
from dtaojax.studies.run.page.views import (
    View,
    designer_sentence,
    designer_view,
    holder_sentence,
    holder_view,
)

FILE_NAME: Final = "report.html"


@dataclass(frozen=True)
class ReportSection:
    """A section that every view has, in an order of its own.

    Attributes:
        slug: Identifier on the page.
        heading: Title of the section; empty where its template has it.
        short: Name in the navigation.
        groups: Figures of the section.
    """

    slug: str
    heading: str
    short: str
    groups: Sequence[Group]


def write_report(
    results: Results, folder: Path, audience: str | None = None, subnet: int | None = None
) -> Path:
    """Write ``report.html`` into ``folder``, all of it or nothing.

    Args:
        results: Results of a finished run; the table ``paths`` is not needed.
        folder: Folder for the page; made if it does not exist.
        audience: Audience of the view; by default that of the run's config.
        subnet: Netuid of an owner's subnet.

    Returns:
        Path of the report.

    Raises:
        ResultsError: The results break the contract, they have nothing for the audience, or the
            folder cannot be written.
    """
    return write_page(render_report(results, audience, subnet), Path(folder) / FILE_NAME)


def render_report(results: Results, audience: str | None = None, subnet: int | None = None) -> str:
    """Return the report as the text of one HTML page; the same results give the same text.

    Raises:
        ResultsError: The results break the contract, or have nothing for the audience.
    """
    evidence = read(results)
    view = view_of(evidence, audience, subnet)
    # Figures are drawn in one place: matplotlib keeps its settings for the whole process.
    with drawing_style():
        sections = _sections(evidence)
        spread = decomposition_section(evidence)
    return fill("report.html.j2", _content(evidence, view, sections) | {"spread": spread})


def _sections(evidence: Evidence) -> dict[str, ReportSection]:
    """Return the sections that every view has, as far as the run left something for them."""
    found = (
        ReportSection("portfolio", "", "Portfolio", portfolio_charts.portfolio(evidence)),
        ReportSection(
            "concentration",
            "How concentrated does the network become?",
            "Concentration",
            network_charts.concentration(evidence),
        ),
        ReportSection(
            "gate",
            f"Who {fates_of(evidence).who}, and who is next to be deregistered?",
            "Gate and pruning",
            network_charts.gate(evidence),
        ),
        ReportSection(
            "prices",
            "What do prices and pools do?",
            "Prices and pools",
            network_charts.prices(evidence),
        ),
        ReportSection("cohorts", "", "Cohorts", cohorts(evidence)),
    )
    tables = {
        "portfolio": portfolio_charts.risk_tables(evidence),
        "cohorts": cohort_table(evidence),
    }
    return {each.slug: each for each in found if each.groups or tables.get(each.slug)}


def _content(
    evidence: Evidence, view: View, sections: Mapping[str, ReportSection]
) -> dict[str, Any]:
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
        "trust": trust_of(manifest),
        "network": evidence.part("network"),
        "mechanism": evidence.part("mechanism"),
        "run": evidence.part("run"),
        "paths": evidence.part("paths"),
        "limited": evidence.part("limited"),
        "versions": evidence.part("versions"),
        "wall_times": evidence.part("wall_times"),
        "assumptions": _records(manifest.get("assumptions"), ("topic", "text")),
        "warnings": [text for text in manifest.get("warnings") or () if isinstance(text, str)],
        "config_text": config_text(config) if config else "",
        "view": view,
        "cards": [card for card in view.cards if card is not None],
        "headline": sorted(
            headline(evidence),
            key=lambda group: not (view.headline and group.heading.startswith(view.headline)),
        ),
        "all_days": days[:MAX_ROWS],
        "rows_left_out": max(len(days) - MAX_ROWS, 0),
        "sections": [sections[name] for name in view.order if name in sections],
        "risk_tables": portfolio_charts.risk_tables(evidence),
        "convergence": convergence_table(evidence),
        "exit_tables": portfolio_charts.exit_tables(evidence),
        "cohort_table": cohort_table(evidence),
        "subnets": subnet_table(evidence),
        "events": EVENTS,
        "occasions": _occasions(evidence),
        "quantities": {name: term for name, term in terms.items() if name in present},
        "statistics": STATISTICS,
    }


def _occasions(evidence: Evidence) -> int | None:
    """Count how often a subnet was stepped on the used paths: paths x steps x subnets."""
    used = evidence.part("paths").get("used")
    step_blocks = evidence.part("run").get("step_blocks")
    if not isinstance(used, int) or not isinstance(step_blocks, int) or step_blocks < 1:
        return None
    steps = round(evidence.horizon * BLOCKS_PER_DAY / step_blocks)
    return used * steps * len(evidence.initial)


def _records(found: Any, keys: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the dicts of a list that hold all of ``keys``; none where the manifest has none."""
    if not isinstance(found, list):
        return []
    return [item for item in found if isinstance(item, dict) and all(key in item for key in keys)]


def _everybodys_view(evidence: Evidence) -> View:
    """Return the view."""
    answers = (designer_sentence(evidence), owners_sentence(evidence), holder_sentence(evidence))
    return View(
        audience="",
        question="",
        sentences=[sentence for sentence in answers if sentence],
        cards=cards(evidence),
        order=("portfolio", "concentration", "gate", "prices", "cohorts"),
    )


_VIEWS: Final[Mapping[str, Callable[[Evidence], View]]] = {
    "holder": holder_view,
    "owner": owners_view,
    "designer": designer_view,
    "all": _everybodys_view,
}
AUDIENCES: Final = tuple(_VIEWS)
"""Whom a report can speak to, as ``report.audience`` of a config names them."""


def view_of(evidence: Evidence, audience: str | None = None, subnet: int | None = None) -> View:
    """Return the view of an audience.

    Args:
        evidence: Evidence of the run.
        audience: One of :data:`AUDIENCES`; by default that of the run's config.
        subnet: Netuid of an owner's subnet; by default that of the run's config.

    Raises:
        ResultsError: There is no such audience, or the run has nothing for it.
    """
    config = evidence.part("config").get("report")
    asked = config if isinstance(config, Mapping) else {}
    if audience is None:
        audience = str(asked.get("audience") or "all")
        subnet = asked.get("subnet") if subnet is None else subnet
    if audience not in _VIEWS:
        raise ResultsError(f"audience '{audience}': is not one of {', '.join(AUDIENCES)}")
    if subnet is not None and audience == "owner":
        return subnet_owner_view(evidence, subnet)
    return _VIEWS[audience](evidence)
