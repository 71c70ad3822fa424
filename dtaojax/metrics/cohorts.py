"""Estimates about each cohort: what it holds, is paid, sells and buys, over all subnets."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Float

from dtaojax.metrics.tables import frame, sample_rows
from dtaojax.results.contract import COHORT

Sample = Callable[[str, float], Float[np.ndarray, " paths"]]
"""A figure on a day, on every used path."""

LEVELS: Final = (0.05, 0.5, 0.95)
"""Quantiles that are reported of each figure."""

NET_PROCEEDS: Final = "net_proceeds"
"""Proceeds less spending."""
SELLING_SHARE: Final = "selling_share"
"""A cohort's part of what net sellers got so far; netting keeps it from growing with the number of
steps, as gross proceeds of those who buy and sell in turn do."""


def cohort_table(
    sample: Sample, figures: Sequence[str], parties: Sequence[str], days: Sequence[float]
) -> pd.DataFrame:
    """Tabulate means and quantiles by cohort and day [TAO], and each one's share of the selling.

    Args:
        sample: Reader of the figure ``figure.party`` of a day.
        figures: Names of the figures; ``proceeds`` and ``spending`` must be among them.
        parties: Names of the cohorts, of root and of the chain.
        days: Reported days [days].
    """

    def net(party: str, day: float) -> Float[np.ndarray, " paths"]:
        return sample(f"proceeds.{party}", day) - sample(f"spending.{party}", day)

    def sold(party: str, day: float) -> Float[np.ndarray, " paths"]:
        return np.maximum(net(party, day), 0.0)

    everybody = {day: np.sum([sold(party, day) for party in parties], axis=0) for day in days}
    parts = []
    for party in parties:
        rows = []
        for day in days:
            for figure in figures:
                seen = sample(f"{figure}.{party}", day)
                rows += sample_rows(figure, "cohort", None, day, seen, "TAO", LEVELS)
            rows += sample_rows(NET_PROCEEDS, "cohort", None, day, net(party, day), "TAO", LEVELS)
            if (everybody[day] > 0.0).all():
                share = sold(party, day) / everybody[day]
                rows += sample_rows(SELLING_SHARE, "cohort", None, day, share, "ratio", LEVELS)
        table = frame(rows)
        table.insert(0, COHORT, pd.array([party] * len(table), dtype="string"))
        parts.append(table)
    return pd.concat(parts, ignore_index=True)
