"""What selling out of a pool costs."""

from __future__ import annotations

import numpy as np

from dtaojax.studies.article.measure import Curve, measure
from dtaojax.studies.article.record import Record


@measure(
    "ratio",
    "Part of its spot value that is lost by slippage in selling a part of the alpha outside a "
    "subnet's pool, the mean over subnets of which there is any outside.",
)
def exit_slippage(record: Record, *, fraction: float) -> Curve:
    """``1 - y (1 - (x / (x + dx))**(1/r)) / (p dx)``, r the ratio of the weights (§3.5 S3).

    0 where nothing can be sold anywhere.

    Args:
        record: of the arm.
        fraction: of the alpha outside the pool that is sold, dx [-].
    """
    price, tao, alpha, outside = (
        record.gauges[name] for name in ("price", "tao_in", "alpha_in", "alpha_out")
    )
    sold = fraction * outside
    trades = (price > 0.0) & (sold > 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = tao / (alpha * price)
        paid = tao * -np.expm1(-np.log1p(sold / alpha) / ratio)
        lost = np.where(trades, 1.0 - paid / (price * sold), 0.0)
    return lost.sum(axis=-1) / np.maximum(trades.sum(axis=-1), 1)
