"""One row a subnet: where it stands now and where it may stand at the horizon."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from dtaojax.report.charts.timeline import MEDIAN, OUTER
from dtaojax.report.display import bound_sign
from dtaojax.report.numerals import plain, probability, with_error
from dtaojax.results.estimates import StoredEstimate
from dtaojax.results.read import Evidence, Subnet
from dtaojax.studies.run.page.fates import Fates, fates_of, severity

MAX_ROWS: Final = 512
"""Rows shown; a larger network is cut after its deepest pools, to keep the file small."""

_TINY_SHARE: Final = 1e-5


@dataclass(frozen=True)
class Cell:
    """A number of the table.

    Attributes:
        key: Number to sort by; None for an empty cell.
        text: Written number.
        error: Written standard error; empty where there is none.
        is_certain: True if all paths agree, so that the eye may pass over the cell.
    """

    key: float | None
    text: str
    error: str = ""
    is_certain: bool = False


@dataclass(frozen=True)
class SubnetRow:
    """A row: badges say what is special about the subnet."""

    netuid: int
    name: str
    badges: tuple[str, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class SubnetTable:
    """The table, with the number of subnets that it leaves out."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[SubnetRow, ...]
    left_out: int


def subnet_table(evidence: Evidence) -> SubnetTable:
    """Build the table; root is left out, since it has no pool."""
    day, fates = f"{evidence.horizon:g}", fates_of(evidence)
    subnets = [subnet for subnet in evidence.initial.values() if subnet.netuid != 0]
    # A network too large for the page keeps its deepest pools, in the order of netuids.
    deepest = sorted(subnets, key=lambda subnet: (-subnet.tao_in, subnet.netuid))[:MAX_ROWS]
    shown = sorted(deepest, key=lambda subnet: subnet.netuid)
    columns = (
        ("Price now", "TAO/alpha"),
        (f"Price, day {day}", "median, TAO/alpha"),
        (f"90 % of paths, day {day}", "price, TAO/alpha"),
        ("Emission now", "% of TAO"),
        (f"Emission, day {day}", "mean, % of TAO"),
        (f"{fates.heads[0]}, day {day}", "% of paths"),
        (f"{fates.heads[1]}, day {day}", "% of paths"),
        (f"Gone by day {day}", "% of paths"),
        (f"Next pruned, day {day}", "% of paths"),
        ("Pool now", "TAO"),
        (f"Pool, day {day}", "mean change, %"),
    )
    rows = tuple(_row(evidence, subnet, fates) for subnet in shown)
    return SubnetTable(columns, rows, len(subnets) - len(shown))


def _row(evidence: Evidence, subnet: Subnet, fates: Fates) -> SubnetRow:
    def find(quantity: str, statistic: str, level: float | None = None) -> StoredEstimate | None:
        return evidence.subnets.get(quantity, evidence.horizon, statistic, level, subnet.netuid)

    low, high = (find("price", "quantile", level) for level in OUTER)
    band = Cell(None, "")
    if low and high:
        ends = (bound_sign(end) + plain(end.value) for end in (low, high))
        band = Cell(high.value, " – ".join(ends))
    depth = find("tao_in", "mean")
    change = None
    if depth and subnet.tao_in > 0.0:
        scale = 100.0 / subnet.tao_in
        change = depth._replace(
            value=scale * depth.value - 100.0, standard_error=scale * depth.standard_error
        )
    cells = (
        Cell(subnet.price, plain(subnet.price)),
        _cell(find("price", "quantile", MEDIAN)),
        band,
        _share(Cell(subnet.gated_share, plain(100.0 * subnet.gated_share))),
        _share(_cell(find("emission_share", "mean"), 100.0)),
        *_fate(*(find(event, "probability") for event in fates.at_the_end)),
        _chance(find("next_pruned", "probability")),
        Cell(subnet.tao_in, plain(subnet.tao_in)),
        _cell(change),
    )
    return SubnetRow(subnet.netuid, subnet.name, _badges(evidence, subnet), cells)


def _cell(estimate: StoredEstimate | None, scale: float = 1.0) -> Cell:
    if estimate is None:
        return Cell(None, "")
    text, error = with_error(scale * estimate.value, scale * estimate.standard_error)
    return Cell(estimate.value, bound_sign(estimate) + text, error)


def _chance(estimate: StoredEstimate | None) -> Cell:
    if estimate is None:
        return Cell(None, "")
    text, error = probability(*estimate[:4])
    return Cell(estimate.value, text, error, is_certain=not error)


def _fate(
    stands: StoredEstimate | None, falls: StoredEstimate | None, gone: StoredEstimate | None
) -> list[Cell]:
    """Write above, below and gone; each sorts by the whole fate, so the dying stand at one end."""
    severe = severity(falls, gone)
    cells = [_chance(each) for each in (stands, falls, gone)]
    if severe is None:
        return cells
    # A column of zeros would leave the order of most rows to chance.
    keys = (-severe, severe, severe)
    return [
        cell if cell.key is None else replace(cell, key=key)
        for cell, key in zip(cells, keys, strict=True)
    ]


def _share(cell: Cell) -> Cell:
    """Write an emission share; one too small to matter is not spelt out."""
    is_tiny = cell.key is not None and 0.0 < cell.key < _TINY_SHARE
    return Cell(cell.key, f"<{100.0 * _TINY_SHARE:g}") if is_tiny else cell


def _badges(evidence: Evidence, subnet: Subnet) -> tuple[str, ...]:
    block = evidence.part("network").get("block")
    immune = isinstance(block, int | float) and subnet.immune_until_block > block
    badges = (
        ("held", subnet.position_alpha > 0.0),
        ("not started", not subnet.in_emit_set),
        ("emission off", subnet.in_emit_set and not subnet.emission_enabled),
        ("immune", immune),
    )
    return tuple(badge for badge, applies in badges if applies)
