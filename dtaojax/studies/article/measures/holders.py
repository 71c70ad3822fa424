"""Measures of holders: losses, the cost of leaving, and returns of early and late entries."""

from __future__ import annotations

import numpy as np

from dtaojax.studies.article.measures.measure import Curve, PerPath, measure
from dtaojax.studies.article.record import FloatArray, Record


@measure(
    "ratio",
    "Loss of the holder's portfolio as a part of what it was worth at the start, its yield "
    "included; realizable values in TAO. Negative is a gain.",
)
def holder_loss(record: Record) -> Curve:
    """Return ``1 - V(t) / V(0)`` at every moment.

    Args:
        record: record of the arm, whose config has a portfolio.
    """
    netuids = (*record.config.portfolio.alpha, 0)
    value = sum(record.scalars[f"value_realizable[{netuid}]"] for netuid in netuids[1:])
    value = value + record.scalars[f"value_realizable[{netuids[0]}]"]
    return 1.0 - value / value[:, :1]


@measure(
    "ratio",
    "Part of its spot value that the holder loses by slippage and fee in selling a whole position; "
    "netuid 0 is stake on root, which is paid back one to one.",
)
def withdrawal_loss(record: Record, *, netuid: int) -> Curve:
    """Return ``1 - realizable / spot``; 0 where the position is worth nothing.

    Args:
        record: record of the arm, whose config has a portfolio.
        netuid: netuid of the position.
    """
    spot, realizable = (
        record.scalars[f"{valuation}[{netuid}]"] for valuation in ("value_spot", "value_realizable")
    )
    worth = spot > 0.0
    return np.where(worth, 1.0 - realizable / np.where(worth, spot, 1.0), 0.0)


def returns_of_entry(record: Record, entry: float, hold: float) -> FloatArray:
    """Return of a small sum of TAO put into each subnet held, at spot, shape (paths, positions).

    ``(alpha(b) p(b) + paid(b) - paid(a)) / (alpha(a) p(a)) - 1``: what is held grows by its yield,
    and TAO that was paid for it is kept.

    Args:
        record: record of the arm, whose config has a portfolio.
        entry: day a of the entry.
        hold: days until b, when it is valued.
    """
    begin, end = record.moment(entry), record.moment(entry + hold)
    found = []
    for netuid in record.config.portfolio.alpha:
        price = record.gauges["price"][:, :, record.place(netuid)]
        alpha, paid = (record.scalars[f"{name}[{netuid}]"] for name in ("alpha_held", "paid"))
        worth = alpha[:, end] * price[:, end] + paid[:, end] - paid[:, begin]
        found.append(worth / (alpha[:, begin] * price[:, begin]) - 1.0)
    return np.stack(found, axis=1)


@measure(
    "ratio",
    "Return of TAO that is divided equally among the subnets held, bought on a day and held for "
    "some days, its staking yield included; at spot prices.",
)
def entry_return(record: Record, *, entry: float, hold: float) -> PerPath:
    """Average :func:`returns_of_entry` over the positions.

    Args:
        record: record of the arm.
        entry: day of the entry.
        hold: days that it is held.
    """
    return returns_of_entry(record, entry, hold).mean(axis=1)


@measure(
    "ratio",
    "Return of TAO in the median of the subnets held, bought on a day and held for some days, its "
    "staking yield included; at spot prices.",
)
def typical_entry_return(record: Record, *, entry: float, hold: float) -> PerPath:
    """Return the median of :func:`returns_of_entry` over the positions.

    Args:
        record: record of the arm.
        entry: day of the entry.
        hold: days that it is held.
    """
    return np.median(returns_of_entry(record, entry, hold), axis=1)


@measure(
    "ratio",
    "Return of an early entry less that of a late one, both held for as many days, in the typical "
    "subnet; at spot prices, staking yield included.",
)
def early_advantage(record: Record, *, early: float, late: float, hold: float) -> PerPath:
    """Return the median of :func:`returns_of_entry` at one day less that at another.

    Args:
        record: record of the arm.
        early: day of the early entry.
        late: day of the late entry.
        hold: days that each is held.
    """
    first, second = (returns_of_entry(record, entry, hold) for entry in (early, late))
    return np.median(first, axis=1) - np.median(second, axis=1)
