"""The first screen: the question answered in a sentence, and the numbers to remember."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from dtaojax.report.contract import Evidence
from dtaojax.report.estimates import Estimate, EstimateTable
from dtaojax.report.glossary import metric_label
from dtaojax.report.numerals import days, plain, with_error
from dtaojax.report.portfolio_charts import value_now
from dtaojax.results import Metric

_BAND_95 = (0.025, 0.975)


@dataclass(frozen=True)
class Tile:
    """A number to remember: ``note`` says what it is compared with, or how it varies."""

    label: str
    estimate: Estimate
    unit: str
    note: str


@dataclass(frozen=True)
class HeadlineRow:
    """One headline number as it is shown; ``metric`` is the record behind it."""

    metric: Metric
    label: str
    about: str


def answer(evidence: Evidence) -> Markup:
    """One sentence with the change of concentration and, with a portfolio, its tail."""
    parts = [_concentration(evidence), _gate(evidence), _portfolio(evidence)]
    found = [part for part in parts if part]
    if not found:
        return Markup("This run left no headline quantity to put into a sentence.")
    return Markup("Over {}, ").format(days(evidence.horizon)) + Markup("; ").join(found) + "."


def tiles(evidence: Evidence) -> list[Tile]:
    """The numbers to remember, at most six."""
    network, horizon = evidence.network, evidence.horizon
    found = []
    for label, quantity, unit in (
        ("Effective number of subnets that earn emission", "emission_effective_number", "subnets"),
        ("Subnets that hold half of the emission", "emission_nakamoto", "subnets"),
        ("Enabled subnets below the gate's bar", "starved_subnets", "subnets"),
        ("TAO in all pools", "total_tao_in", "TAO"),
    ):
        estimate = network.get(quantity, horizon)
        if estimate:
            found.append(Tile(label, estimate, unit, _now_and_band(network, quantity, horizon)))
    portfolio = evidence.portfolio
    if portfolio:
        day = max(portfolio.days("loss_realizable"), default=horizon)
        for label, statistic, level in (
            ("Portfolio: loss exceeded with 5 % probability (VaR 95 %)", "var", 0.95),
            ("Portfolio: mean loss in the worst 1 % (ES 99 %)", "es", 0.99),
        ):
            estimate = portfolio.get("loss_realizable", day, statistic, level)
            if estimate:
                found.append(Tile(label, estimate, "TAO", _worth(evidence, day)))
    return found


def headline_rows(evidence: Evidence) -> tuple[list[HeadlineRow], list[HeadlineRow]]:
    """The headline numbers in two parts: of the last day of each, and all others.

    Numbers about single subnets belong to the second part.
    """
    last: dict[tuple[str, str, int | None], float] = {}
    for metric in evidence.metrics:
        key = (metric.name, metric.scope, metric.netuid)
        last[key] = max(metric.day, last.get(key, metric.day))
    first, rest = [], []
    for metric in evidence.metrics:
        about = {"network": "network", "portfolio": "portfolio"}.get(
            metric.scope, "" if metric.netuid is None else evidence.label(metric.netuid)
        )
        row = HeadlineRow(metric, metric_label(metric.name), about)
        is_last = metric.day == last[metric.name, metric.scope, metric.netuid]
        (first if is_last and metric.scope in ("network", "portfolio") else rest).append(row)
    return first, rest


def _number(value: float, standard_error: float, unit: str = "") -> Markup:
    text, error = with_error(value, standard_error)
    shown = Markup('<b><data value="{}">{}</data></b>').format(repr(float(value)), text)
    if error:
        shown += Markup(' <span class="se">±&nbsp;{}</span>').format(error)
    return shown + (Markup("&nbsp;{}").format(unit) if unit else "")


def _band(table: EstimateTable, quantity: str, day: float) -> str:
    low, high = (table.get(quantity, day, "quantile", level) for level in _BAND_95)
    return f"95 % of paths: {plain(low.value)} to {plain(high.value)}" if low and high else ""


def _now_and_band(table: EstimateTable, quantity: str, day: float) -> str:
    now = table.get(quantity, 0.0)
    parts = [f"now {plain(now.value)}" if now else "", _band(table, quantity, day)]
    return "; ".join(part for part in parts if part)


def _worth(evidence: Evidence, day: float) -> str:
    worth = value_now(evidence, "realizable")
    of = f"of {plain(worth)} TAO today; " if worth else ""
    return f"{of}after {days(day)}, sold through the pools"


def _change(table: EstimateTable, quantity: str, day: float) -> Markup | None:
    """ "goes from A to B (95 % of paths: C to D)", or None where the run left no mean."""
    then = table.get(quantity, day)
    if then is None:
        return None
    now = table.get(quantity, 0.0)
    start = Markup("is ")
    if now:
        is_whole = now.value == round(now.value)
        text = plain(now.value) if is_whole else with_error(now.value, then.standard_error)[0]
        start = Markup("goes from <b>{}</b> to ").format(text)
    band = _band(table, quantity, day)
    number = _number(then.value, then.standard_error)
    return start + number + " on average" + (f" ({band})" if band else "")


def _concentration(evidence: Evidence) -> Markup | None:
    change = _change(evidence.network, "emission_effective_number", evidence.horizon)
    if change is None:
        return None
    return Markup("the effective number of subnets that earn emission ") + change


def _gate(evidence: Evidence) -> Markup | None:
    change = _change(evidence.network, "starved_subnets", evidence.horizon)
    if change is None:
        return None
    return Markup("the number of enabled subnets below the gate’s bar ") + change


def _portfolio(evidence: Evidence) -> Markup | None:
    table = evidence.portfolio
    if table is None:
        return None
    day = max(table.days("loss_realizable"), default=evidence.horizon)
    var = table.get("loss_realizable", day, "var", 0.95)
    shortfall = table.get("loss_realizable", day, "es", 0.99)
    if var is None or shortfall is None:
        return None
    spot, realizable = value_now(evidence, "spot"), value_now(evidence, "realizable")
    sentence = Markup("the portfolio")
    if spot and realizable:
        sentence += Markup(", worth <b>{}</b> TAO at spot today and <b>{}</b> TAO if sold,").format(
            plain(spot), plain(realizable)
        )
    within = "" if day == evidence.horizon else f" within {days(day)}"
    return sentence + Markup(
        " {} {} with 5 % probability{} and {} {} on average in the worst 1 % of paths"
    ).format(
        "loses more than" if var.value >= 0.0 else "gains less than",
        _number(abs(var.value), var.standard_error, "TAO"),
        within,
        "loses" if shortfall.value >= 0.0 else "gains",
        _number(abs(shortfall.value), shortfall.standard_error, "TAO"),
    )
