"""Quantiles of distributions that were counted in bins, with an atom at zero."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from dtaojax.metrics.estimate import LEVEL_DIGITS, Estimate, Ranks, Z, quantile_ranks
from dtaojax.results.contract import COVERAGE


class BinnedDistribution(NamedTuple):
    """Counts of zeros, and of positive values in bins of equal width in the logarithm.

    Attributes:
        counts: Number of values by bin; the first holds what is below the range, the last what is
            above.
        zeros: Number of values that are exactly 0; they are in no bin.
        lowest: Smallest positive value seen; not looked at where all are 0.
        highest: Largest value seen.
        scale: Unit of the range.
        log_low: Log of the lower end of the range, in that unit.
        log_width: Width of a bin in the log.
        is_whole: Whether all values are whole numbers, of which a bin holds at most one.
    """

    counts: Int[np.ndarray, "... bins"]
    zeros: Int[np.ndarray, "..."]
    lowest: Float[np.ndarray, "..."]
    highest: Float[np.ndarray, "..."]
    scale: Float[np.ndarray, "..."]
    log_low: Float[np.ndarray, "..."]
    log_width: Float[np.ndarray, "..."]
    is_whole: bool = False


class _Place(NamedTuple):
    """Where the value of a rank lies.

    Attributes:
        bottom: Lower bound of the value; equal to ``top`` where the value is known.
        top: Upper bound of the value.
        inside: Value interpolated within its bin; not to be used in an open bin.
        below: Whether its bin is open below.
        above: Whether its bin is open above.
    """

    bottom: Float[np.ndarray, "..."]
    top: Float[np.ndarray, "..."]
    inside: Float[np.ndarray, "..."]
    below: Bool[np.ndarray, "..."]
    above: Bool[np.ndarray, "..."]

    @property
    def is_open(self) -> Bool[np.ndarray, "..."]:
        """Whether only a bound of it is known."""
        return self.below | self.above


def quantile_of_bins(
    distribution: BinnedDistribution,
    level: float,
    ranks: Callable[[float, int], Ranks] = quantile_ranks,
) -> Estimate:
    """Return the quantile at ``level`` with a distribution-free interval.

    It is the least value that at least a part ``level`` of the paths does not exceed, so that it
    is exactly 0 wherever so many paths are at 0. Within a bin it is interpolated, and its standard
    error includes the bin's own width, as the spread of a value that could lie anywhere in it. The
    interval is that of order statistics, which needs no density: it begins at 0, and may reach up
    from there, where the quantile is near the edge of the atom (David and Nagaraja, "Order
    Statistics", 7.1).

    Beyond the bins only a bound is known, and nothing is made up. There ``value`` is the bound, the
    standard error is NaN, and the interval is open: ``ci_low`` is minus infinity where the quantile
    is at most the value, ``ci_high`` infinite where it is at least the value.

    Where all paths are at 0, and are too few to tell that the quantile is, the error and the
    upper end of the interval are NaN.

    Args:
        distribution: Distribution over paths.
        level: Level of the quantile.
        ranks: Function of the level and the number of paths that gives the ranks of the ends of the
            interval. Those of whole numbers, between which nothing lies, are
            :func:`dtaojax.metrics.estimate.whole_ranks`.
    """
    counts, zeros = distribution.counts, distribution.zeros
    cumulative = zeros[..., None] + np.cumsum(counts, axis=-1)
    paths = int(cumulative.reshape(-1, counts.shape[-1])[0, -1])
    low, high = ranks(level, paths)
    at = _place(distribution, cumulative, round(level * paths, LEVEL_DIGITS))
    value = np.where(at.below, at.top, np.where(at.above, at.bottom, at.inside))
    # An end of the interval that lies beyond the bins is moved outwards to what was seen.
    least, second = _around(distribution, cumulative, low)
    ci_low = _between(least, second, low % 1.0, np.where(least.is_open, least.bottom, least.inside))
    last, most = _around(distribution, cumulative, high)
    ci_high = _between(last, most, high % 1.0, np.where(most.is_open, most.top, most.inside))
    # The chance that no path is above the true quantile, though some would be.
    too_few = level**paths > (1.0 - COVERAGE) / 2
    unbounded = (zeros == paths) & too_few
    error = np.hypot((ci_high - ci_low) / (2 * Z), (at.top - at.bottom) / np.sqrt(12.0))
    is_unknown = at.below | at.above | unbounded | (paths < 2)
    return Estimate(
        value,
        np.where(is_unknown, np.nan, error),
        np.where(at.below, -np.inf, ci_low),
        np.where(at.above, np.inf, np.where(unbounded, np.nan, ci_high)),
    )


def _around(
    distribution: BinnedDistribution, cumulative: Int[np.ndarray, "... bins"], rank: float
) -> tuple[_Place, _Place]:
    """Find the values of the paths to either side of a rank; of one path if the rank is whole."""
    # A path takes up one rank, and its value is in the middle.
    below = _place(distribution, cumulative, math.floor(rank) - 0.5)
    if rank == math.floor(rank):
        return below, below
    return below, _place(distribution, cumulative, math.ceil(rank) - 0.5)


def _between(
    below: _Place, above: _Place, part: float, outer: Float[np.ndarray, "..."]
) -> Float[np.ndarray, "..."]:
    """Return the value a part of the way between two paths; the outer one's next to an atom."""
    is_gap = (below.top == 0.0) | below.is_open | above.is_open
    return np.where(is_gap, outer, below.inside + part * (above.inside - below.inside))


def _place(
    distribution: BinnedDistribution, cumulative: Int[np.ndarray, "... bins"], rank: float
) -> _Place:
    """Find where the value lies below which there are ``rank`` paths, zeros first."""
    last = cumulative.shape[-1] - 1
    wanted = np.clip(rank, 0.5, cumulative[..., -1] - 0.5)
    index = np.minimum((cumulative < wanted[..., None]).sum(axis=-1), last)
    upto = np.take_along_axis(cumulative, index[..., None], axis=-1)[..., 0]
    inside = np.take_along_axis(distribution.counts, index[..., None], axis=-1)[..., 0]
    part = (wanted - (upto - inside)) / np.maximum(inside, 1)
    if distribution.is_whole:
        # The middle of the bin is nearest to its one whole number, an edge may be nearer to others.
        part = np.full_like(part, 0.5)
    edge = distribution.log_low + (index - 1) * distribution.log_width
    # No value lies outside what was seen; this also closes the two open bins.
    lowest = np.minimum(distribution.lowest, distribution.highest)
    bottom = np.maximum(distribution.scale * np.exp(edge), lowest)
    top = np.minimum(
        distribution.scale * np.exp(edge + distribution.log_width), distribution.highest
    )
    bottom = np.where(index == 0, lowest, np.minimum(bottom, distribution.highest))
    top = np.where(index == last, distribution.highest, np.maximum(top, lowest))
    is_zero = wanted <= distribution.zeros
    bottom, top = (np.where(is_zero, 0.0, end) for end in (bottom, top))
    ratio = np.where(is_zero, 1.0, top / np.where(is_zero, 1.0, bottom))
    is_wide = ~is_zero & (top > bottom)
    return _Place(
        bottom=bottom,
        top=top,
        inside=bottom * ratio**part,
        below=is_wide & (index == 0),
        above=is_wide & (index == last),
    )
