"""What leaving a position costs."""

from __future__ import annotations

import numpy as np

from dtaojax.studies.article.measure import Curve, measure
from dtaojax.studies.article.record import Record


@measure(
    "ratio",
    "Part of its spot value that the holder loses by slippage and fee in selling a whole position; "
    "netuid 0 is stake on root, which is paid back one to one.",
)
def withdrawal_loss(record: Record, *, netuid: int) -> Curve:
    """``1 - realizable / spot``; 0 where the position is worth nothing.

    Args:
        record: of the arm, whose config has a portfolio.
        netuid: of the position.
    """
    spot, realizable = (
        record.scalars[f"{valuation}[{netuid}]"] for valuation in ("value_spot", "value_realizable")
    )
    worth = spot > 0.0
    return np.where(worth, 1.0 - realizable / np.where(worth, spot, 1.0), 0.0)
