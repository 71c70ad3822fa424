"""What it costs to become a validator of weight."""

from __future__ import annotations

import numpy as np

from dtaojax.studies.article.measure import Curve, measure
from dtaojax.studies.article.record import Record


@measure(
    "TAO",
    "TAO that must be spent in a subnet's pool so that a given part of the alpha outside it is the "
    "buyer's, the median over subnets; without a fee.",
)
def entry_cost(record: Record, *, part: float) -> Curve:
    """``y ((x / (x - dx))**(1/r) - 1)``, r the ratio of the weights (§3.5 S3), at every moment.

    Whoever is to own the part f of what is outside afterwards buys ``dx = f / (1 - f) alpha_out``.
    A pool that holds less than that cannot sell it: the cost is infinite.

    Args:
        record: of the arm.
        part: of the alpha outside the pool, f [-].
    """
    price, tao, alpha, outside = (
        record.gauges[name] for name in ("price", "tao_in", "alpha_in", "alpha_out")
    )
    bought = part / (1.0 - part) * outside
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = tao / (alpha * price)
        left = np.where(alpha > bought, 1.0 - bought / alpha, 0.0)
        cost = tao * np.expm1(-np.log(left) / ratio)
    return np.nanmedian(np.where(price > 0.0, cost, np.nan), axis=-1)
