"""Means over batches of paths of every subnet's figures at the horizon, for pairing two runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from jaxtyping import Bool

    from dtaojax.engine.batches import Batches
    from dtaojax.engine.statistics import Bins

FIRST_PATH: Final = "first_path"
USED: Final = "used"
"""Columns of the table besides the figures: a batch's first path, and how many of it are used."""


def batch_column(quantity: str, netuid: int) -> str:
    """Return the name of the column that holds a figure of a subnet."""
    return f"{quantity}[{netuid}]"


def batch_table(
    batches: Batches,
    bins: Bins,
    gauges: Sequence[str],
    events: Sequence[str],
    netuids: np.ndarray,
    used: Bool[np.ndarray, " paths"],
) -> pd.DataFrame:
    """Return the means over the used paths of each batch; of an event, how often it happened.

    A row a batch, in the order of paths; NaN in a batch without a used path.

    Args:
        batches: sums of the gauges and events.
        bins: that say from where and in which unit gauges were summed.
        gauges: names, in recorded order.
        events: names, in recorded order.
        netuids: of the members.
        used: which of all paths stayed finite.
    """
    first = np.arange(0, len(used), batches.paths)
    count = np.add.reduceat(used, first, dtype=np.int64)
    means = batches.sums / np.where(count, count, np.nan)[:, None, None]
    origin, scale = np.asarray(bins.origin), np.asarray(bins.scale)
    means[:, : len(gauges)] = origin + scale * means[:, : len(gauges)]
    names = [batch_column(name, int(n)) for name in (*gauges, *events) for n in netuids]
    figures = pd.DataFrame(means.reshape(len(first), -1), columns=names)
    figures.insert(0, FIRST_PATH, first)
    figures.insert(1, USED, count)
    return figures
