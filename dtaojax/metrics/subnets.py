"""The table of estimates about each subnet."""

import numpy as np
import pandas as pd

from dtaojax.engine.merge import Statistics
from dtaojax.engine.statistics import Bins
from dtaojax.metrics.binned import BinnedDistribution, quantile_of_bins
from dtaojax.metrics.estimate import Estimate, mean_from_sums, probability
from dtaojax.metrics.tables import broadcast_frame
from dtaojax.results import QUANTILE_LEVELS


def subnet_table(
    statistics: Statistics,
    bins: Bins,
    gauges: dict[str, str],
    events: tuple[str, ...],
    netuids: np.ndarray,
    days: np.ndarray,
) -> pd.DataFrame:
    """Means and quantiles of the gauges and probabilities of the events, by day and subnet.

    Args:
        statistics: of all used paths.
        bins: in which they were counted.
        gauges: names and units, in recorded order.
        events: names, in recorded order.
        netuids: of the members.
        days: of the recorded moments [days].
    """
    paths = statistics.used
    origin, scale = np.asarray(bins.origin), np.asarray(bins.scale)
    mean = mean_from_sums(statistics.deviation, statistics.squared, statistics.cubed, paths)
    parts = []
    for index, (name, unit) in enumerate(gauges.items()):

        def add(statistic, level, estimate, name=name, unit=unit):
            parts.append(
                broadcast_frame(
                    name, "subnet", netuids, days, statistic, level, estimate, paths, unit
                )
            )

        here = origin[index], scale[index]
        add("mean", np.nan, _in_units(mean, index, *here))
        distribution = BinnedDistribution(
            counts=statistics.counts.bins[:, index],
            lowest=statistics.counts.lowest[:, index],
            highest=statistics.counts.highest[:, index],
            scale=here[1],
            log_low=np.asarray(bins.log_low)[index],
            log_width=np.asarray(bins.log_width)[index],
        )
        for level in QUANTILE_LEVELS:
            add("quantile", level, quantile_of_bins(distribution, level))
    for index, name in enumerate(events):
        chance = _certain_at_start(
            probability(statistics.events[:, index].astype(float), paths), days
        )
        parts.append(
            broadcast_frame(
                name, "subnet", netuids, days, "probability", np.nan, chance, paths, "probability"
            )
        )
    return pd.concat(parts, ignore_index=True)


def _in_units(mean: Estimate, index: int, origin: np.ndarray, scale: np.ndarray) -> Estimate:
    """A mean of deviations, turned back into the gauge's unit."""
    value, error, low, high = (part[:, index] for part in mean)
    return Estimate(
        origin + scale * value, scale * error, origin + scale * low, origin + scale * high
    )


def _certain_at_start(chance: Estimate, days: np.ndarray) -> Estimate:
    """Probabilities without an error on day 0, whose state is the same on every path."""
    start = (days == 0.0)[:, None]
    value = chance.value
    return Estimate(
        value,
        np.where(start, 0.0, chance.standard_error),
        np.where(start, value, chance.ci_low),
        np.where(start, value, chance.ci_high),
    )
