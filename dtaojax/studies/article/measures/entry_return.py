"""What an entry at some age of a subnet brings."""

from __future__ import annotations

import numpy as np

from dtaojax.studies.article.measure import PerPath, measure
from dtaojax.studies.article.record import FloatArray, Record


def returns_of_entry(record: Record, entry: float, hold: float) -> FloatArray:
    """Return of a small sum of TAO put into each subnet held, at spot, shape (paths, positions).

    ``(alpha(b) p(b) + paid(b) - paid(a)) / (alpha(a) p(a)) - 1``: what is held grows by its yield,
    and TAO that was paid for it is kept.

    Args:
        record: of the arm, whose config has a portfolio.
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
    """Mean of :func:`returns_of_entry` over the positions.

    Args:
        record: of the arm.
        entry: day of the entry.
        hold: days that it is held.
    """
    return returns_of_entry(record, entry, hold).mean(axis=1)
