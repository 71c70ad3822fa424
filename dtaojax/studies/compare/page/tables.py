"""Tables of a comparison, and how its numbers are written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from dtaojax.report.display import display_of, interval, unit_of, written
from dtaojax.report.document import Entry, Number, Table
from dtaojax.report.glossary import label_of, title_of
from dtaojax.report.numerals import MISSING, days
from dtaojax.results.estimates import StoredEstimate
from dtaojax.studies.compare.result import ComparisonResult, Difference
from dtaojax.studies.run.page.headline import FIRST_TAILS, GROUPS

VERDICTS: Final = {
    "higher": "higher",
    "lower": "lower",
    "not shown": "no difference shown",
    "equal": "the same on every path",
}
"""What a 95 % interval says of a difference, in words."""


def value_number(quantity: str, value: float, error: float, unit: str) -> Number:
    """Write a run's own number with its standard error."""
    text, shown = written(quantity, StoredEstimate(value, error, value, value, unit))
    return Number(text, shown, value)


def difference_number(quantity: str, found: Difference) -> Number:
    """Write a difference with its sign and its standard error."""
    text, error = written(quantity, _estimate(found))
    sign = "+" if found.difference > 0.0 and any(digit in text for digit in "123456789") else ""
    return Number(sign + text, error, found.difference)


def difference_interval(quantity: str, found: Difference) -> str:
    """Write the 95 % interval of a difference."""
    return interval(quantity, _estimate(found))


def difference_text(quantity: str, found: Difference) -> str:
    """Write a difference for a sentence: ``+3.21 (95 %: 3.02 to 3.40)``."""
    suffix = " %-points" if display_of(quantity) == "percent" else ""
    shown = difference_number(quantity, found).text
    if found.verdict == "equal":
        return f"{shown}{suffix}, the same on every path"
    return f"{shown}{suffix} (95 %: {difference_interval(quantity, found)})"


def value_text(comparison: ComparisonResult, run: int, quantity: str, day: float) -> str:
    """Write a run's own mean for a sentence, with its unit where that is short."""
    found = comparison.get(max(run, 1), quantity, day)
    if found is None:
        return "n/a"
    # The baseline has no difference from itself: its value stands in those of the first run.
    value, error = (
        (found.value, found.value_error) if run else (found.baseline_value, found.baseline_error)
    )
    shown = value_number(quantity, value, error, found.unit)
    unit = unit_of(quantity, found.unit)
    return f"{shown.text} {unit}" if unit in ("%", "TAO", "USD") else shown.text


def _estimate(found: Difference) -> StoredEstimate:
    return StoredEstimate(
        found.difference, found.standard_error, found.ci_low, found.ci_high, found.unit
    )


MAX_SUBNETS: Final = 512
"""Subnets shown; of a larger network those with the deepest pools, to keep the page small."""

_TAIL_WORDS: Final = {"var": "VaR", "es": "ES"}


def headline_tables(comparison: ComparisonResult) -> list[Table]:
    """Tabulate the means at the horizon and the tails of the portfolio's losses by group."""
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


def _group(heading: str, wanted: Sequence[_Wanted], comparison: ComparisonResult) -> Table:
    rows = [
        row
        for number in wanted
        for run in comparison.others
        if (row := _row(comparison, run, *number))
    ]
    return Table(heading, _columns(comparison), rows)


def _columns(comparison: ComparisonResult) -> list[str]:
    labels = comparison.labels
    run = ["run", "run's value"] if len(labels) > 2 else [labels[1]]
    return ["figure", *run, labels[0], "difference", "95 % interval", "the run is"]


def _row(
    comparison: ComparisonResult,
    run: int,
    title: str,
    quantity: str,
    day: float,
    statistic: str,
    level: float | None,
) -> list[Entry]:
    """Write a number of a run beside the baseline's; nothing where not both have it."""
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


def all_numbers(comparison: ComparisonResult) -> Table:
    """Tabulate every headline number of the network and the portfolio on its last day."""
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
        # A statistic without a level has NaN there, which equals nothing, not even itself.
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


def subnet_table(comparison: ComparisonResult) -> Table:
    """Tabulate where the runs leave each subnet: emission, price, and the risk of pruning."""
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


def _of_subnets(
    comparison: ComparisonResult, quantity: str
) -> Iterator[tuple[int, Difference | None]]:
    statistic = "probability" if quantity == "deregistered" else "mean"
    for netuid in comparison.runs[0].initial:
        yield netuid, comparison.get(1, quantity, comparison.horizon, statistic, None, netuid)


def _subnet(comparison: ComparisonResult, quantity: str, netuid: int) -> Iterator[Number]:
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


def settings_table(comparison: ComparisonResult) -> Table:
    """Tabulate the keys in which the configs differ; nothing else could make a difference."""
    rows = [[key, *values] for key, values in comparison.manifest["settings"].items()]
    return Table("Keys that differ between the configs", ["key", *comparison.labels], rows)
