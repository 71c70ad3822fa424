"""How many dollars' worth of TAO comes into hands that can sell it."""

from __future__ import annotations

import numpy as np

from dtaojax.studies.article.measure import Curve, measure
from dtaojax.studies.article.measures.tao_released import tao_released
from dtaojax.studies.article.record import Record


@measure(
    "USD",
    "TAO that came into users' free hands since the start, in dollars at the price of TAO of the "
    "time.",
)
def usd_released(record: Record) -> Curve:
    """Sum over moments of what was released since the one before, at the mean price of both.

    Args:
        record: of the arm, whose config follows the price of TAO.
    """
    released, price = tao_released(record), record.scalars["tao_usd"]
    worth = np.diff(released, axis=1) * 0.5 * (price[:, 1:] + price[:, :-1])
    return np.concatenate([np.zeros_like(price[:, :1]), np.cumsum(worth, axis=1)], axis=1)
