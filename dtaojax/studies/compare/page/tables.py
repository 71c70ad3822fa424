"""Tables of a comparison."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from dtaojax.report.display import unit_of
from dtaojax.report.document import Entry, Number, Table
from dtaojax.report.glossary import label_of, title_of
from dtaojax.report.numerals import MISSING, days
from dtaojax.studies.compare.page.words import (
    VERDICTS,
    difference_interval,
    difference_number,
    value_number,
)
from dtaojax.studies.compare.result import Comparison, Difference
from dtaojax.studies.run.page.headline import FIRST_TAILS, GROUPS

MAX_SUBNETS: Final = 512
"""Subnets shown; of a larger network those with the deepest pools, to keep the page small."""

_TAIL_WORDS: Final = {"var": "VaR", "es": "ES"}


def headline_tables(comparison: Comparison) -> list[Table]:
    """The means after the whole time, and the tails of the portfolio's losses, group by group."""
    horizon = comparison.horizon
    tables = [
        _group(heading, [(title_of(q), q, horizon, "mean", None) for q in names], comparison)
        for heading, _, names in GROUPS
    ]
    later = comparison.days("loss_realizable")
    if later:
        day = later[-1]
        wanted = [(title_of("value_realizable"), "value_realizable", day, "mean", None)]
        for quantity in ("loss_realizable", "loss_realizable_usd"):
            wanted += [
                (f"{label_of(quantity)}, {_TAIL_WORDS[tail]} {100 * level:.0f} %", quantity, day,
                 tail, level)
                for tail, level in FIRST_TAILS
            ]  # fmt: skip
        wanted.append((title_of("max_drawdown"), "max_drawdown", day, "mean", None))
        heading = f"Portfolio after {days(day)}, each position sold through its pool"
        tables.append(_group(heading, wanted, comparison))
    return [table for table in tables if table.rows]


_Wanted = tuple[str, str, float, str, float | None]


def _group(heading: str, wanted: Sequence[_Wanted], comparison: Comparison) -> Table:
    rows = [
        row
        for number in wanted
        for run in comparison.others
        if (row := _row(comparison, run, *number))
    ]
    return Table(heading, _columns(comparison), rows)


def _columns(comparison: Comparison) -> list[str]:
    labels = comparison.labels
    run = ["run", "run's value"] if len(labels) > 2 else [labels[1]]
    return ["figure", *run, labels[0], "difference", "95 % interval", "the run is"]


def _row(
    comparison: Comparison,
    run: int,
    title: str,
    quantity: str,
    day: float,
    statistic: str,
    level: float | None,
) -> list[Entry]:
    """A number of a run beside the baseline's; empty where not both have it."""
    found = comparison.get(run, quantity, day, statistic, level)
    if found is None:
        return []
    unit = unit_of(quantity, found.unit)
    named = title if unit in ("index", "subnets") else f"{title} [{unit}]"
    return [
        named,
        *([comparison.labels[run]] if len(comparison.runs) > 2 else []),
        value_number(quantity, found.value, found.value_error, found.unit),
        value_number(quantity, found.baseline_value, found.baseline_error, found.unit),
        difference_number(quantity, found),
        Number(difference_interval(quantity, found), value=found.ci_low),
        VERDICTS[found.verdict],
    ]


def all_numbers(comparison: Comparison) -> Table:
    """Every headline number of the network and the portfolio on the last day it has."""
    table = comparison.differences
    table = table[table["scope"].isin(["network", "portfolio"])]
    last = table[table["day"] == table.groupby("quantity")["day"].transform("max")]
    rows = []
    for quantity, day, statistic, level, run in zip(
        *(last[name].tolist() for name in ("quantity", "day", "statistic", "level", "run")),
        strict=True,
    ):
        title = f"{label_of(quantity)}, {_statistic(statistic, level)}, day {day:g}"
        place = comparison.labels.index(run)
        key = level if level == level else None
        rows.append(_row(comparison, place, title, quantity, day, statistic, key))
    return Table(
        "Every number of the network and the portfolio on its last day; other days, positions and "
        "subnets are in differences.csv",
        _columns(comparison),
        rows,
        sortable=True,
        slug="every-number",
    )


def _statistic(statistic: str, level: float) -> str:
    if statistic == "quantile":
        return "median" if level == 0.5 else f"{100 * level:g} % quantile"
    return "mean" if statistic == "mean" else f"{_TAIL_WORDS[statistic]} {100 * level:.0f} %"


def subnet_table(comparison: Comparison) -> Table:
    """Where the runs leave each subnet: emission, price, and the risk of being pruned."""
    labels = comparison.labels
    shown = [
        (quantity, what)
        for quantity, what in (
            ("emission_share", "emission share [%]"),
            ("price", "price [TAO/alpha]"),
            ("deregistered", "P(deregistered) [%]"),
        )
        if any(each for _, each in _of_subnets(comparison, quantity))
    ]
    columns = ["subnet"]
    for _, what in shown:
        columns += [f"{what}, {labels[0]}"]
        columns += [f"{labels[run]} less {labels[0]}" for run in comparison.others]
    baseline = comparison.runs[0]
    deepest = sorted(baseline.initial.values(), key=lambda subnet: -subnet.tao_in)[:MAX_SUBNETS]
    rows = []
    for subnet in sorted(deepest, key=lambda subnet: subnet.netuid):
        entries = [
            entry for quantity, _ in shown for entry in _subnet(comparison, quantity, subnet.netuid)
        ]
        if any(entry.text != MISSING for entry in entries):
            rows.append([baseline.label(subnet.netuid), *entries])
    left_out = len(baseline.initial) - len(deepest)
    note = "Means over all paths, those on which the subnet is gone counted as 0."
    if "bound" in comparison.differences["pairing"].to_numpy():
        note += (
            " A run kept nothing by which subnets’ paths could be paired, so the errors of these "
            "differences are bounds: the sum of both errors, which paired runs stay below."
        )
    if left_out:
        note += f" {left_out} subnets with shallower pools are in differences.csv alone."
    when = days(comparison.horizon)
    return Table(f"Every subnet after {when}", columns, rows, note, sortable=True, slug="subnets")


def _of_subnets(comparison: Comparison, quantity: str) -> Iterator[tuple[int, Difference | None]]:
    statistic = "probability" if quantity == "deregistered" else "mean"
    for netuid in comparison.runs[0].initial:
        yield netuid, comparison.get(1, quantity, comparison.horizon, statistic, None, netuid)


def _subnet(comparison: Comparison, quantity: str, netuid: int) -> Iterator[Number]:
    statistic = "probability" if quantity == "deregistered" else "mean"
    found = [
        comparison.get(run, quantity, comparison.horizon, statistic, None, netuid)
        for run in comparison.others
    ]
    known = next((each for each in found if each), None)
    if known is None:
        yield from [Number(MISSING)] * (1 + len(found))
        return
    yield value_number(quantity, known.baseline_value, known.baseline_error, known.unit)
    for each in found:
        yield difference_number(quantity, each) if each else Number(MISSING)


def settings_table(comparison: Comparison) -> Table:
    """Keys of the configs that differ; there is nothing else that could make a difference."""
    rows = [[key, *values] for key, values in comparison.manifest["settings"].items()]
    return Table("Keys that differ between the configs", ["key", *comparison.labels], rows)
