"""Measures of pay: income of groups, the sales of those paid, and the profit of cohorts."""

from __future__ import annotations

from functools import reduce
from operator import add

import numpy as np

from dtaojax.studies.article.measures.measure import Curve, PerPath, measure
from dtaojax.studies.article.record import Record


@measure(
    "ratio",
    "Part of the income of a group of cohorts since the start that some of them got; alpha counts "
    "at the price at which it was paid, and before anything was paid the part is 0.",
)
def income_share(record: Record, *, of: tuple[str, ...], among: tuple[str, ...]) -> Curve:
    """Return ``sum of income of those / sum of income of all``, at every moment.

    Args:
        record: record of the arm, whose config has cohorts.
        of: cohorts whose part it is; ``root`` may be one.
        among: all cohorts of the group.
    """
    ours, everyone = (
        reduce(add, (record.scalars[f"income.{party}"] for party in parties))
        for parties in (of, among)
    )
    paid = everyone > 0.0
    return np.where(paid, ours / np.where(paid, everyone, 1.0), 0.0)


@measure(
    "ratio",
    "Largest difference between the part of the income that owners, miners, or validators with all "
    "who stake, were paid since the start, and the part that they should have.",
)
def split_gap(record: Record, *, owner: float, miner: float) -> Curve:
    """Return ``max over classes |income / all income - part|``; the rest is the stakers' part.

    Args:
        record: record of the arm, whose config has cohorts.
        owner: part that owners should have [-].
        miner: part that miners should have [-].
    """
    income = {
        name.partition(".")[2]: values
        for name, values in record.scalars.items()
        if name.startswith("income.")
    }
    total = sum(income.values())
    paid = np.where(total > 0.0, total, 1.0)
    parts = [income["owner"] / paid, income["miner"] / paid]
    parts.append((total - income["owner"] - income["miner"]) / paid)
    wanted = (owner, miner, 1.0 - owner - miner)
    gaps = [np.abs(part - fair) for part, fair in zip(parts, wanted, strict=True)]
    return np.where(total > 0.0, np.max(gaps, axis=0), 0.0)


_PAID = ("owner", "miner", "validator")


@measure(
    "1/day",
    "TAO that owners, miners and validators got for alpha since the start, a day, as a part of the "
    "TAO in the pools, the mean over time.",
)
def sell_pressure(record: Record, *, day: float) -> PerPath:
    """Return ``proceeds of those paid / (days x mean of sum tao_in)``.

    Args:
        record: record of the arm, whose config has cohorts.
        day: day until which it is counted.
    """
    until = record.moment(day)
    proceeds = reduce(add, (record.scalars[f"proceeds.{party}"] for party in _PAID))
    depth = record.scalars["total_tao_in"][:, : until + 1].mean(axis=1)
    return proceeds[:, until] / (day * depth)


@measure(
    "TAO",
    "What a cohort got for alpha less what it paid, and what it still holds at spot, since the "
    "start; alpha that it held at the start is not counted as paid for.",
)
def cohort_profit(record: Record, *, who: str) -> Curve:
    """Return ``proceeds - spending + holdings``, fees and slippage as paid, at every moment.

    Args:
        record: record of the arm, whose config has cohorts.
        who: name of the cohort or whale.
    """
    got, paid, held = (
        record.scalars[f"{name}.{who}"] for name in ("proceeds", "spending", "holdings")
    )
    return got - paid + held


@measure(
    "ratio",
    "What a cohort got for alpha and still holds at spot, over what it paid for alpha, less 1.",
)
def cohort_return(record: Record, *, who: str, day: float) -> PerPath:
    """Return ``(proceeds - spending + holdings) / spending``.

    Args:
        record: record of the arm, whose config has cohorts.
        who: name of a cohort or whale that has bought by then.
        day: day until which it is counted.
    """
    moment = record.moment(day)
    spending = record.scalars[f"spending.{who}"][:, moment]
    return cohort_profit(record, who=who)[:, moment] / spending
