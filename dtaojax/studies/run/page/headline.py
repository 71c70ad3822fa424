"""The headline tables: where quantities stand and may stand, and how that settles with paths."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dtaojax.report import display
from dtaojax.report.charts.timeline import MEDIAN, OUTER
from dtaojax.report.document import Entry, Number, Table
from dtaojax.report.glossary import QUANTITIES, label_of, title_of
from dtaojax.report.numerals import days
from dtaojax.results.contract import why_withheld
from dtaojax.results.estimates import EstimateTable, StoredEstimate
from dtaojax.results.read import Evidence
from dtaojax.studies.run.page.portfolio import last_day

MAX_ROWS: Final = 512
"""Rows of the table of all days; a run with more days is cut, to keep the file small."""

GROUPS: Final = (
    (
        "TAO emission",
        "concentration",
        (
            "emission_effective_number",
            "emission_nakamoto",
            "emission_top10_share",
            "emission_gini",
            "starved_subnets",
            "emission_turnover",
            "emission_on_sale",
        ),
    ),
    ("TAO in pools", "pools", ("tao_in_effective_number", "tao_in_nakamoto", "tao_in_top10_share")),
    ("Prices and pools", "pools", ("total_tao_in", "sum_price", "chain_buy_share", "tao_usd")),
)
"""Heading, kind as back-tests have it, and quantities of the network to show first."""
_TAILS: Final = (("var", 0.95), ("es", 0.95), ("var", 0.99), ("es", 0.99))
FIRST_TAILS: Final = (("var", 0.95), ("es", 0.95), ("es", 0.99))
"""Tail measures of a loss to show first, with their confidence."""
_LEVELS: Final = (OUTER[0], MEDIAN, OUTER[1])


@dataclass(frozen=True)
class HeadlineRow:
    """A quantity on a day.

    Attributes:
        metric: Name of the number, as in ``summary.json``.
        quantity: Name of the quantity, as in the tables and the glossary.
        label: Label of the number.
        day: Days after the start [days].
        now: Value at the start; empty where there is none.
        value: Mean over paths, or tail measure, in the unit of the tables.
        text: Written form of ``value``.
        error: Written standard error; empty where the number is known exactly.
        interval: Written 95 % Monte Carlo interval.
        spread: Written 5 %, 50 % and 95 % quantiles over paths; empty for a tail measure.
        remark: Meaning of a tail measure; empty otherwise.
        unit: Unit of all written numbers.
    """

    metric: str
    quantity: str
    label: str
    day: float
    now: str
    value: float
    text: str
    error: str
    interval: str
    spread: tuple[str, ...]
    remark: str
    unit: str


@dataclass(frozen=True)
class HeadlineGroup:
    """Rows that belong together.

    Attributes:
        heading: Heading above the rows.
        rows: Rows of the group; None in place of one that the run left no estimate for.
        kind: Kind of quantity, as back-tests name it.
    """

    heading: str
    rows: Sequence[HeadlineRow | None]
    kind: str


def headline(evidence: Evidence) -> list[HeadlineGroup]:
    """Return the rows to show first, the most important on top.

    Groups without a row are left out.
    """
    network, portfolio = evidence.network, evidence.portfolio
    groups = [
        HeadlineGroup(
            heading,
            [_mean(network, quantity, evidence.horizon, title_of(quantity)) for quantity in names],
            kind,
        )
        for heading, kind, names in GROUPS
    ]
    if portfolio:
        day = last_day(evidence, "loss_realizable")
        rows = [
            _mean(portfolio, "value_realizable", day, title_of("value_realizable")),
            *(_tail(portfolio, "loss_realizable", day, *measure) for measure in FIRST_TAILS),
            _mean(portfolio, "value_realizable_usd", day, title_of("value_realizable_usd")),
            *(_tail(portfolio, "loss_realizable_usd", day, *measure) for measure in FIRST_TAILS),
            _mean(portfolio, "max_drawdown", day, title_of("max_drawdown")),
            _mean(portfolio, "exit_days", day, title_of("exit_days")),
        ]
        when = "" if day == evidence.horizon else f", after {days(day)}"
        heading = f"Portfolio, each position sold through its pool{when}"
        groups.append(HeadlineGroup(heading, rows, "losses"))
    found = [
        dataclasses.replace(group, rows=[row for row in group.rows if row]) for group in groups
    ]
    return [group for group in found if group.rows]


def all_days(evidence: Evidence) -> list[HeadlineRow]:
    """Return every quantity of the network and the portfolio, day by day."""
    rows = []
    for table in (evidence.network, evidence.portfolio):
        if table is None:
            continue
        for quantity in sorted(table.quantities(), key=_place):
            for day in table.days(quantity):
                rows.append(_mean(table, quantity, day, label_of(quantity)))
                rows += [_tail(table, quantity, day, *measure) for measure in _TAILS]
    return [row for row in rows if row]


def _place(quantity: str) -> tuple[int, str]:
    """Sort by the order of the glossary; what it does not know comes last, by name."""
    known = list(QUANTITIES)
    return (known.index(quantity) if quantity in QUANTITIES else len(known), quantity)


def _mean(table: EstimateTable, quantity: str, day: float, label: str) -> HeadlineRow | None:
    estimate = table.get(quantity, day)
    if estimate is None:
        return None
    # The start is known exactly: it has no spread over paths and no interval.
    if day == 0.0:
        return _row(quantity, quantity, label, day, estimate, spread=("",) * len(_LEVELS))
    now = table.get(quantity, 0.0)
    spread = display.quantiles(quantity, table.quantiles(quantity, day, _LEVELS))
    return _row(
        quantity,
        quantity,
        label,
        day,
        estimate,
        now=display.start(quantity, now, estimate) if now else "",
        spread=tuple(spread.get(level, "") for level in _LEVELS),
    )


def _tail(
    table: EstimateTable, quantity: str, day: float, statistic: str, level: float
) -> HeadlineRow | None:
    estimate = table.get(quantity, day, statistic, level)
    if estimate is None:
        return None
    worst = f"{100.0 * (1.0 - level):.0f} % of paths"
    remark = {"var": f"exceeded on {worst}", "es": f"mean of the worst {worst}"}[statistic]
    row = _row(
        f"{quantity}_{statistic}_{100.0 * level:.0f}",
        quantity,
        f"{label_of(quantity)}, {display.tail_words(statistic, level)}",
        day,
        estimate,
        remark=remark,
    )
    # A tail from too few paths has no number; the reader is told how many it needs.
    if math.isnan(estimate.value):
        why = why_withheld(statistic, level)
        return dataclasses.replace(row, text=why, error="", interval="")
    return row


def _row(
    metric: str,
    quantity: str,
    label: str,
    day: float,
    estimate: StoredEstimate,
    now: str = "",
    spread: tuple[str, ...] = (),
    remark: str = "",
) -> HeadlineRow:
    text, error = display.written(quantity, estimate)
    return HeadlineRow(
        metric=metric,
        quantity=quantity,
        label=label,
        day=day,
        now=now,
        value=estimate.value,
        text=text,
        error=error,
        interval=display.interval(quantity, estimate) if day > 0.0 else "start state",
        spread=spread,
        remark=remark,
        unit=display.unit_of(quantity, estimate.unit),
    )


_MEASURE_WORDS: Final = {"mean": "", "var": ", VaR", "es": ", ES"}


def convergence_table(evidence: Evidence) -> Table | None:
    """Return a row a number, a column a number of paths; None where the run left nothing of it."""
    # The last column has all paths, and is what the rest of the report shows.
    sizes = sorted(evidence.convergence)
    if not sizes:
        return None
    whole = evidence.convergence[sizes[-1]]
    rows = []
    for key in whole.rows:
        quantity, _, statistic, level = key
        name = label_of(quantity) + _MEASURE_WORDS.get(statistic, f", {statistic}")
        if level is not None:
            name += f" {100.0 * level:g} %"
        found = [_settling_entry(evidence.convergence[size], key) for size in sizes]
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


def _settling_entry(table: EstimateTable, key: tuple[str, int | None, str, float | None]) -> Entry:
    quantity, netuid, statistic, level = key
    days = table.rows.get(key)
    found = table.get(quantity, max(days), statistic, level, netuid) if days else None
    return "" if found is None else Number(*display.written(quantity, found), found.value)
