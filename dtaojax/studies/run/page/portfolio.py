"""The portfolio: its tail, its risk by horizon, and what each position adds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dtaojax.report import display
from dtaojax.report.charts.bars import BarRow, bar_chart
from dtaojax.report.charts.chart import Group, chart, fan
from dtaojax.report.charts.histogram import (
    MeasureLine,
    common_limits,
    count_outside,
    loss_histogram_chart,
)
from dtaojax.report.document import Drawing, Entry, Table, number
from dtaojax.report.numerals import days, percent, plain, with_error
from dtaojax.results.contract import why_withheld
from dtaojax.results.estimates import EstimateTable, StoredEstimate
from dtaojax.results.read import VALUATIONS, Evidence

_MEASURES: Final = (
    ("mean", None, "Mean loss"),
    ("var", 0.95, "VaR 95 %"),
    ("es", 0.95, "ES 95 %"),
    ("var", 0.99, "VaR 99 %"),
    ("es", 0.99, "ES 99 %"),
)
_COLOUR_OF_LEVEL: Final = {0.95: "orange", 0.99: "red"}
_WORDS: Final = {"spot": "at spot prices", "realizable": "if sold through the pools"}
_MAX_POSITIONS: Final = 24


@dataclass(frozen=True)
class RiskTable:
    """Loss measures by horizon.

    Attributes:
        title: Title of the table.
        days: Days of the columns [days].
        rows: Label, and for each day an estimate, the reason why there is none, or None.
    """

    title: str
    days: Sequence[float]
    rows: Sequence[tuple[str, Sequence[StoredEstimate | str | None]]]


def risk_tables(evidence: Evidence) -> list[RiskTable]:
    """Return one table a valuation, realizable first, then in dollars where the run has them."""
    portfolio = evidence.portfolio
    if portfolio is None:
        return []
    tables = []
    # Realizable losses come first: a loss at spot prices cannot be had by anybody who sells.
    kinds = [(each, unit) for unit in ("TAO", "USD") for each in reversed(VALUATIONS)]
    for valuation, unit in kinds:
        quantity = f"loss_{in_unit(valuation, unit)}"
        horizons = [day for day in portfolio.days(quantity) if day > 0.0]
        rows = [
            (label, [_measure(portfolio, quantity, day, statistic, level) for day in horizons])
            for statistic, level, label in _MEASURES
        ]
        rows = [(label, cells) for label, cells in rows if any(cells)]
        if rows:
            worth = value_now(evidence, in_unit(valuation, unit))
            today = f"; worth {plain(worth, 4)} {unit} today" if worth else ""
            tables.append(RiskTable(f"Loss {_WORDS[valuation]} [{unit}]{today}", horizons, rows))
    return tables


def _measure(
    table: EstimateTable, quantity: str, day: float, statistic: str, level: float | None
) -> StoredEstimate | str | None:
    found = table.get(quantity, day, statistic, level)
    if found is not None and level is not None and math.isnan(found.value):
        return why_withheld(statistic, level)
    return found


def exit_tables(evidence: Evidence) -> list[Table]:
    """Tabulate the time that leaving takes by position; no table where the run does not tell."""
    portfolio, quantity = evidence.portfolio, "exit_days"
    if portfolio is None or portfolio.get(quantity, 0.0) is None:
        return []
    moments = portfolio.days(quantity)

    def row(name: str, netuid: int | None) -> list[Entry]:
        found = (portfolio.get(quantity, day, netuid=netuid) for day in moments)
        cells = [number(each.value, each.standard_error) if each else "" for each in found]
        return [name, *cells]

    held = sorted(portfolio.netuids(), key=lambda netuid: (netuid == 0, netuid))
    rows = [row("Everything at the same time", None)]
    rows += [row(evidence.label(netuid), netuid) for netuid in held]
    heads = ["now" if day == 0.0 else f"after {days(day)}" for day in moments]
    note = (
        "Days in which a position can be sold if that lowers its pool’s price by no more than "
        "portfolio.exit_fall a day; mean over paths ± standard error. A number without one is "
        "exact."
    )
    return [Table("Time to exit [days]", ["Position", *heads], rows, note=note)]


def in_unit(valuation: str, unit: str) -> str:
    """Spell a valuation as the names of quantities in this unit do."""
    return valuation if unit == "TAO" else f"{valuation}_{unit.lower()}"


def last_day(evidence: Evidence, quantity: str) -> float:
    """Return last day on which the run reports ``quantity`` of the portfolio [days]."""
    portfolio = evidence.portfolio
    # Losses have days of their own, which may end before the report days do.
    return max(portfolio.days(quantity) if portfolio else (), default=evidence.horizon)


def value_now(evidence: Evidence, valuation: str) -> float | None:
    """Return worth of the portfolio at the start, in its unit; None where the run does not tell.

    Without a record of day 0 it follows from L = V_0 - V_t, which holds for the means.
    """
    portfolio = evidence.portfolio
    if portfolio is None:
        return None
    at_start = portfolio.get(f"value_{valuation}", 0.0)
    if at_start:
        return at_start.value
    for day in portfolio.days(f"loss_{valuation}"):
        value = portfolio.get(f"value_{valuation}", day)
        loss = portfolio.get(f"loss_{valuation}", day)
        if value and loss:
            return value.value + loss.value
    return None


def portfolio(evidence: Evidence) -> list[Group]:
    """Return charts of the portfolio; empty without one."""
    table = evidence.portfolio
    if table is None:
        return []
    fans = [
        fan(evidence, table, "value_realizable", "Value if sold through the pools", "violet"),
        fan(evidence, table, "value_spot", "Value at spot", "violet"),
        fan(
            evidence,
            table,
            "max_drawdown",
            "Maximum drawdown so far, seen at ends of steps (too small)",
            "red",
        ),
    ]
    contributions = [_contributions(evidence, table, level) for level in _COLOUR_OF_LEVEL]
    groups = (
        Group(
            "Distribution of losses",
            "A loss is positive and lies to the right. Lines mark the value at risk (VaR, dashed) "
            "and the expected shortfall (ES, solid) at 95 % and 99 %.",
            _tails(evidence, table),
            wide=True,
        ),
        Group(
            "Contribution of each position",
            "What each position loses on average on the portfolio's worst paths; the bars add up "
            "to the expected shortfall.",
            [drawn for drawn in contributions if drawn],
            wide=True,
        ),
        Group("Over time", "", [drawn for drawn in fans if drawn], legend="fan"),
    )
    return [group for group in groups if group.charts]


def _lines(table: EstimateTable, valuation: str, day: float) -> list[MeasureLine]:
    lines = []
    for level, colour in _COLOUR_OF_LEVEL.items():
        for statistic in ("var", "es"):
            found = table.get(f"loss_{valuation}", day, statistic, level)
            if found and math.isfinite(found.value):
                name = "VaR" if statistic == "var" else "ES"
                text, _ = with_error(found.value, found.standard_error)
                label = f"{name} {100.0 * level:g} %: {text}"
                lines.append(MeasureLine(label, found.value, colour, dashed=statistic == "var"))
    return lines


def _tails(evidence: Evidence, table: EstimateTable) -> list[Drawing]:
    """Draw both valuations side by side on one scale, the longest horizon first."""
    charts = []
    for day in sorted({day for _, day in evidence.losses}, reverse=True):
        keys = [(each, day) for each in reversed(VALUATIONS) if (each, day) in evidence.losses]
        # One scale for both valuations, or the eye would compare widths that mean nothing.
        limits = common_limits(
            [evidence.losses[key] for key in keys],
            [line for key in keys for line in _lines(table, *key)],
        )
        charts += [_tail(evidence, table, *key, limits) for key in keys]
    return charts


def _tail(
    evidence: Evidence,
    table: EstimateTable,
    valuation: str,
    day: float,
    limits: tuple[float, float],
) -> Drawing:
    histogram = evidence.losses[valuation, day]
    lines = _lines(table, valuation, day)
    total = sum(histogram.counts)
    lost = sum(
        count for low, count in zip(histogram.edges, histogram.counts, strict=False) if low >= 0.0
    )
    caption = f"About {percent(lost / total if total else None, 2)} of {total:,.0f} paths lose"
    outside = count_outside(histogram, limits)
    if outside:
        caption += f"; beyond the drawn range: {outside:,}"
    measures = "; ".join(f"{line.label} TAO" for line in lines)
    return chart(
        evidence,
        f"loss-{valuation}-{day:g}".replace(".", "-"),
        f"Loss after {days(day)} {_WORDS[valuation]} [TAO]",
        caption + ".",
        loss_histogram_chart(histogram, lines, limits),
        f"{caption}. {measures}.",
    )


def _contributions(evidence: Evidence, table: EstimateTable, level: float) -> Drawing | None:
    quantity = "loss_realizable"
    horizon = last_day(evidence, quantity)
    found = {
        netuid: table.get(quantity, horizon, "es_contribution", level, netuid)
        for netuid in sorted(table.netuids())
    }
    estimates = {
        netuid: estimate
        for netuid, estimate in found.items()
        if estimate and math.isfinite(estimate.value)
    }
    if not estimates:
        return None
    largest = sorted(estimates, key=lambda netuid: (-abs(estimates[netuid].value), netuid))
    # Chosen by size, whatever the sign; drawn by value, so that what offsets risk stands below.
    shown = sorted(largest[:_MAX_POSITIONS], key=lambda netuid: -estimates[netuid].value)
    texts = {netuid: display.written(quantity, estimates[netuid])[0] for netuid in shown}
    rows = [
        BarRow(
            netuid,
            estimates[netuid].value,
            estimates[netuid].ci_low,
            estimates[netuid].ci_high,
            texts[netuid],
        )
        for netuid in shown
    ]
    total = table.get(quantity, horizon, "es", level)
    caption = "Whiskers: 95 % Monte Carlo interval."
    if len(shown) < len(estimates):
        caption += f" The {len(shown)} largest of {len(estimates)} positions."
    if total:
        text, _ = display.written(quantity, total)
        caption += f" All add up to ES {100.0 * level:g} % = {text} TAO."
    return chart(
        evidence,
        f"contributions-{100.0 * level:g}",
        f"Contribution to ES {100.0 * level:g} % after {days(horizon)}, realizable [TAO]",
        caption,
        bar_chart(rows, _COLOUR_OF_LEVEL[level], "TAO of expected shortfall"),
        "; ".join(f"{evidence.label(netuid)}: {texts[netuid]} TAO" for netuid in shown),
    )
