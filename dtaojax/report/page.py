"""The page: sections put into the template, and the file written all at once."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from dtaojax.chain import BLOCKS_PER_DAY
from dtaojax.report import network_charts, numerals, portfolio_charts
from dtaojax.report.answer import cards
from dtaojax.report.charts import Group
from dtaojax.report.contract import Evidence, read
from dtaojax.report.glossary import EVENTS, QUANTITIES, STATISTICS
from dtaojax.report.headline import MAX_ROWS, all_days, headline
from dtaojax.report.subnet_table import subnet_table
from dtaojax.report.svg import drawing_style
from dtaojax.report.text import visible
from dtaojax.results import Results, ResultsError

FILE_NAME: Final = "report.html"
_HERE: Final = Path(__file__).parent


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
    page = render_report(results)
    target = Path(folder) / FILE_NAME
    partial = target.with_name(FILE_NAME + ".partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(page.encode("utf-8"))
        os.replace(partial, target)
    except OSError as error:
        raise ResultsError(
            f"{target}: cannot be written ({error.strerror or error}); choose another folder"
        ) from error
    return target


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
        }
    return _environment().get_template("report.html.j2").render(_content(evidence, sections))


def _content(evidence: Evidence, sections: Mapping[str, list[Group]]) -> dict[str, Any]:
    manifest = evidence.manifest
    script = (_HERE / "assets" / "report.js").read_text(encoding="utf-8")
    days = all_days(evidence)
    present = evidence.network.quantities() | evidence.subnets.quantities()
    if evidence.portfolio:
        present |= evidence.portfolio.quantities()
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
        "subnets": subnet_table(evidence),
        "events": EVENTS,
        "occasions": _occasions(evidence),
        "quantities": {name: term for name, term in QUANTITIES.items() if name in present},
        "statistics": STATISTICS,
        "css": Markup((_HERE / "assets" / "report.css").read_text(encoding="utf-8")),
        "script": Markup(script),
        "script_hash": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
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


def _unbreakable(value: Any) -> Markup:
    """Keeps a number together with its error and its percent sign at the end of a line."""
    text = value if isinstance(value, Markup) else escape(visible(str(value)))
    return text.replace(" %", Markup("&nbsp;%")).replace(" ± ", Markup("&nbsp;±&nbsp;"))


def _environment() -> Environment:
    """Jinja with escaping on; every text that it writes is first made visible."""

    def show(value: Any) -> Any:
        is_raw_text = isinstance(value, str) and not isinstance(value, Markup)
        return visible(value) if is_raw_text else value

    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        finalize=show,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        amount=numerals.amount,
        unbreakable=_unbreakable,
        days=numerals.days,
        value=lambda estimate: numerals.with_error(estimate.value, estimate.standard_error)[0],
        error=lambda estimate: numerals.with_error(estimate.value, estimate.standard_error)[1],
    )
    return environment
