"""Measures of survival: subnets that stay by quality or age, and revenue that holds a price."""

from __future__ import annotations

import numpy as np

from dtaojax.demand.feedback.config import RevenueDemandConfig
from dtaojax.studies.article.measures.measure import Curve, PerPath, in_band, measure
from dtaojax.studies.article.measures.prices import has_collapsed
from dtaojax.studies.article.record import BoolArray, FloatArray, Record


@measure(
    "ratio",
    "Part of the subnets of the start in a band of latent quality that have not been deregistered.",
)
def survival(record: Record, *, lowest: float = 0.0, part: float = 1.0) -> Curve:
    """Average over those subnets of being there, at every moment.

    Args:
        record: record of the arm, in which subnets come and go.
        lowest: quantile of quality at which the band begins.
        part: part of the subnets that are in it.
    """
    asked = in_band(record.quality, lowest, part)[:, None, :]
    there = ~record.events["deregistered"] & asked
    return there.sum(axis=-1) / np.maximum(asked.sum(axis=-1), 1)


@measure(
    "ratio",
    "Part of the subnets of the lowest quality that are still there, less that of those of the "
    "highest; negative where quality helps to stay.",
)
def survival_gap(record: Record, *, part: float) -> Curve:
    """Return survival of the lowest part by latent quality less that of the highest.

    Args:
        record: record of the arm, in which subnets come and go.
        part: part of the subnets that count as lowest, and as highest [-].
    """
    worst = survival(record, lowest=0.0, part=part)
    return worst - survival(record, lowest=1.0 - part, part=part)


@measure(
    "ratio",
    "Part of the subnets that were registered just before the start that have not been "
    "deregistered.",
)
def newborn_survival(record: Record) -> Curve:
    """Average over the newborn of the synthetic network of being there, at every moment.

    Args:
        record: record of the arm, in which subnets come and go.

    Raises:
        KeyError: nobody was new, or nobody can be deregistered.
    """
    drawn = record.config.network.synthetic
    if drawn is None or not drawn.newborn:
        raise KeyError("there is no newborn; set network.synthetic.newborn")
    if "deregistered" not in record.events:
        raise KeyError("nobody can be deregistered; let somebody apply (arrivals)")
    return 1.0 - np.mean(record.events["deregistered"][:, :, -drawn.newborn :], axis=2)


def best_threshold(values: FloatArray, fallen: BoolArray) -> FloatArray:
    """Find the values that best divide those who fell from those who did not, row by row.

    Of all thresholds between neighbours it is the one with the fewest on the wrong side, the
    fallen above or the others below; of several the middle one. At the end where none should be
    on one side it is the value at the end.

    Args:
        values: positive, shape (paths, subnets).
        fallen: same shape.
    """
    order = np.argsort(values, axis=1)
    rising = np.take_along_axis(values, order, axis=1)
    fell = np.take_along_axis(fallen, order, axis=1)
    edge = np.zeros((len(values), 1), dtype=int)
    # With k subnets below: those that did not fall among them, and the fallen among the rest.
    below = np.concatenate([edge, np.cumsum(~fell, axis=1)], axis=1)
    above = np.concatenate([edge, np.cumsum(fell, axis=1)], axis=1)
    wrong = below + above[:, -1:] - above
    best = wrong == wrong.min(axis=1, keepdims=True)
    middle = np.array([np.flatnonzero(row)[(row.sum() - 1) // 2] for row in best])
    padded = np.concatenate([rising[:, :1], rising, rising[:, -1:]], axis=1)
    rows = np.arange(len(values))
    low, high = padded[rows, middle], padded[rows, middle + 1]
    return low * np.sqrt(high / low)


@measure(
    "TAO/day",
    "Revenue that best divides subnets whose price fell below a given part of its start from the "
    "others.",
)
def threshold_revenue(record: Record, *, factor: float, day: float) -> PerPath:
    """Find :func:`best_threshold` of revenues ``tao_per_day exp(spread quality)``, by path.

    Args:
        record: record of the arm, whose demand has one ``revenue_demand``.
        factor: part of the price at the start [-].
        day: day on which it is looked at.

    Raises:
        KeyError: the arm has no revenue.
    """
    found = [part for part in record.config.demand if isinstance(part, RevenueDemandConfig)]
    if len(found) != 1 or found[0].tao_per_day == 0.0:
        raise KeyError("demand has no revenue_demand, or no revenue, or several")
    revenue = found[0].tao_per_day * np.exp(found[0].spread * record.quality)
    return best_threshold(revenue, has_collapsed(record, factor)[:, record.moment(day)])
