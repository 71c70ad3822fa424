"""How much those who are paid sell."""

from __future__ import annotations

from functools import reduce
from operator import add

from dtaojax.studies.article.measure import PerPath, measure
from dtaojax.studies.article.record import Record

_PAID = ("owner", "miner", "validator")


@measure(
    "1/day",
    "TAO that owners, miners and validators got for alpha since the start, a day, as a part of the "
    "TAO in the pools, the mean over time.",
)
def sell_pressure(record: Record, *, day: float) -> PerPath:
    """``proceeds of those paid / (days x mean of sum tao_in)``.

    Args:
        record: of the arm, whose config has cohorts.
        day: until when.
    """
    until = record.moment(day)
    proceeds = reduce(add, (record.scalars[f"proceeds.{party}"] for party in _PAID))
    depth = record.scalars["total_tao_in"][:, : until + 1].mean(axis=1)
    return proceeds[:, until] / (day * depth)
