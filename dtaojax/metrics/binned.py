"""Quantiles of distributions that were counted in bins."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from dtaojax.metrics.estimate import Estimate, Z, quantile_ranks


class BinnedDistribution(NamedTuple):
    """Counts of positive values in bins of equal width in the logarithm.

    Attributes:
        counts: by bin; the first holds what is below the range, the last what is above.
        lowest: smallest value seen.
        highest: largest value seen.
        scale: unit of the range.
        log_low: log of the lower end of the range, in that unit.
        log_width: width of a bin in the log.
    """

    counts: Int[np.ndarray, "... bins"]
    lowest: Float[np.ndarray, "..."]
    highest: Float[np.ndarray, "..."]
    scale: Float[np.ndarray, "..."]
    log_low: Float[np.ndarray, "..."]
    log_width: Float[np.ndarray, "..."]


def quantile_of_bins(distribution: BinnedDistribution, level: float) -> Estimate:
    """Quantile at ``level``, interpolated within its bin, with a distribution-free interval.

    The standard error includes the bin's own width, as the spread of a value that could lie
    anywhere in it.
    """
    paths = int(distribution.counts.reshape(-1, distribution.counts.shape[-1])[0].sum())
    cumulative = np.cumsum(distribution.counts, axis=-1)
    low, high = quantile_ranks(level, paths)
    value, bin_spread = _inverse(distribution, cumulative, level * paths)
    ci_low, _ = _inverse(distribution, cumulative, low * paths)
    ci_high, _ = _inverse(distribution, cumulative, high * paths)
    sampling = (ci_high - ci_low) / (2 * Z)
    if paths < 2:
        sampling = np.full_like(sampling, np.nan)
    return Estimate(value, np.hypot(sampling, bin_spread), ci_low, ci_high)


def _inverse(
    distribution: BinnedDistribution, cumulative: Int[np.ndarray, "... bins"], rank: float
) -> tuple[Float[np.ndarray, "..."], Float[np.ndarray, "..."]]:
    """Value below which ``rank`` paths lie, and the standard deviation of a uniform in its bin."""
    last = cumulative.shape[-1] - 1
    wanted = np.clip(rank, 0.5, cumulative[..., -1] - 0.5)
    index = np.minimum((cumulative < wanted[..., None]).sum(axis=-1), last)
    upto = np.take_along_axis(cumulative, index[..., None], axis=-1)[..., 0]
    inside = np.take_along_axis(distribution.counts, index[..., None], axis=-1)[..., 0]
    part = (wanted - (upto - inside)) / np.maximum(inside, 1)
    edge = distribution.log_low + (index - 1) * distribution.log_width
    bottom = distribution.scale * np.exp(edge)
    top = distribution.scale * np.exp(edge + distribution.log_width)
    bottom = np.where(index == 0, 0.0, bottom)
    top = np.where(index == last, np.inf, top)
    # No value lies outside what was seen; this also closes the two open bins.
    bottom = np.clip(bottom, distribution.lowest, distribution.highest)
    top = np.clip(top, distribution.lowest, distribution.highest)
    geometric = bottom > 0.0
    ratio = np.where(geometric, top / np.where(geometric, bottom, 1.0), 1.0)
    value = np.where(geometric, bottom * ratio**part, bottom + part * (top - bottom))
    return value, (top - bottom) / np.sqrt(12.0)
