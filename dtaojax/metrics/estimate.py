"""Estimates with their Monte Carlo error: means, probabilities and quantiles.

Everything here is a function of independent paths. Intervals have a coverage of 95 %
(docs/coverage.md measures it), those of quantiles of counts no less. Those of means allow for
skewness and are then longer on the side of the long tail.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Float
from scipy import special

from dtaojax.results.contract import COVERAGE

Z: Final = float(special.ndtri(0.5 + COVERAGE / 2))
"""Half the width of a normal 95 % interval, in standard errors."""

_NO_SKEWNESS: Final = 1e-6
"""Skewness below which Hall's cubic is the identity to rounding."""

LEVEL_DIGITS: Final = 9
"""Digits to which ``level * paths`` is meant: 0.05 * 140 is 7 and not 7.000000000000001."""

Values = Float[np.ndarray, "..."]


class Estimate(NamedTuple):
    """An estimate, its standard error and its 95 % interval; all of the same shape and unit."""

    value: Values
    standard_error: Values
    ci_low: Values
    ci_high: Values


def as_numbers(estimate: Estimate) -> dict[str, float]:
    """Return the parts of a scalar estimate by name, as plain numbers that JSON holds."""
    return {name: float(number) for name, number in estimate._asdict().items()}


def with_normal_interval(value: Values, standard_error: Values) -> Estimate:
    """Return an estimate whose error is normal, as the central limit theorem has it."""
    half = Z * standard_error
    return Estimate(value, standard_error, value - half, value + half)


def with_skewed_interval(
    value: Values, standard_error: Values, skewness: Values, degrees: float
) -> Estimate:
    """Return an estimate whose interval allows for the skewness of its distribution.

    The studentised estimate T is turned by Hall's monotone cubic
    ``T + a T**2 / 3 + a**2 T**3 / 27 + a / 6`` into a variable without skewness, to which Student's
    quantiles apply, and these are turned back (Hall 1992, "On the removal of skewness by
    transformation", JRSS B 54). The interval is longer on the side of the long tail; without
    skewness it is Student's.

    Args:
        value: Estimate.
        standard_error: Standard error of the estimate.
        skewness: Coefficient a of the estimate's skewness: that of a path's term over the root of
            the number of paths.
        degrees: Degrees of freedom that the standard error rests on.
    """
    quantile = special.stdtrit(degrees, 0.5 + COVERAGE / 2)
    low = value - standard_error * _unskewed(quantile, skewness)
    return Estimate(
        value, standard_error, low, value - standard_error * _unskewed(-quantile, skewness)
    )


def _unskewed(turned: Values, skewness: Values) -> Values:
    """Return the T that Hall's cubic turns into ``turned``."""
    plain = np.abs(skewness) < _NO_SKEWNESS
    a = np.where(plain, 1.0, skewness)
    return np.where(plain, turned, 3.0 / a * (np.cbrt(1.0 + a * (turned - a / 6.0)) - 1.0))


def mean_from_sums(
    total: Values, total_of_squares: Values, total_of_cubes: Values, paths: int
) -> Estimate:
    """Mean of paths from the sums of their values, squares and cubes.

    The sums should be of deviations from a value near the mean, or digits are lost. With one path
    the error is unknown: NaN.
    """
    mean = total / paths
    if paths < 2:
        unknown = np.full_like(mean, np.nan)
        return Estimate(mean, unknown, unknown, unknown)
    squares = np.maximum(total_of_squares - paths * mean * mean, 0.0)
    cubes = total_of_cubes - 3.0 * mean * total_of_squares + 2.0 * paths * mean**3
    error = np.sqrt(squares / (paths - 1) / paths)
    return with_skewed_interval(mean, error, skewness_of_mean(squares, cubes, paths), paths - 1)


def skewness_of_mean(squares: Values, cubes: Values, paths: int) -> Values:
    """Return the skewness of a mean, from the sums of its terms' squares and cubes about it.

    It is ``cubes / squares**1.5``: the terms' own skewness over the root of their number. No sample
    of n is more skewed than ``(n - 2) / sqrt(n - 1)`` (Wilkins 1944, "A note on skewness and
    kurtosis"), which bounds what rounding makes of equal terms.
    """
    spread = squares > 0.0
    found = np.where(spread, cubes, 0.0) / np.where(spread, squares, 1.0) ** 1.5
    most = (paths - 2) / np.sqrt(paths * (paths - 1.0))
    return np.clip(found, -most, most)


def mean_of_sample(sample: Float[np.ndarray, "paths ..."]) -> Estimate:
    """Mean over the first axis."""
    origin = sample[0]
    deviation = sample - origin
    total = deviation.sum(axis=0)
    power = deviation * deviation
    squares = power.sum(axis=0)
    cubes = np.multiply(power, deviation, out=power).sum(axis=0)
    found = mean_from_sums(total, squares, cubes, len(sample))
    return Estimate(
        found.value + origin, found.standard_error, found.ci_low + origin, found.ci_high + origin
    )


def known(value: float) -> Estimate:
    """Return a figure that is known exactly: its standard error is 0."""
    return Estimate(*(np.asarray(number) for number in (value, 0.0, value, value)))


def mean_of_equals(value: Values, low: float, high: float, paths: int) -> Estimate:
    """Return the mean of a figure that was the same on every path, though it need not be.

    A value that n of n paths show has a probability above ``((1 - coverage) / 2)**(1 / n)``, the
    end of Clopper and Pearson's interval (1934). The rest may lie anywhere in the range, which
    bounds the mean. Towards a side without a bound the end is not known, and so is the standard
    error, which is otherwise that of the normal distribution with the same interval: NaN.

    Args:
        value: Value that was seen on all paths.
        low: Least that the figure can be, or minus infinity.
        high: Most that the figure can be, or infinity.
        paths: Number of paths.
    """
    others = 1.0 - ((1.0 - COVERAGE) / 2) ** (1.0 / paths)
    # A sum of shares may pass 1 by a rounding: the interval then ends at the value.
    least = np.where(np.isinf(low), np.nan, value - others * np.maximum(value - low, 0.0))
    most = np.where(np.isinf(high), np.nan, value + others * np.maximum(high - value, 0.0))
    return Estimate(value, (most - least) / (2.0 * Z), least, most)


def probability(happened: Values, paths: int) -> Estimate:
    """Probability of an event that was true on ``happened`` of ``paths`` paths.

    The value is the relative frequency. The interval is Wilson's and the standard error that of
    Agresti and Coull (1998, "Approximate is better than exact"), so that an event never seen is not
    reported as impossible.
    """
    frequency = happened / paths
    adjusted_paths = paths + Z**2
    centre = (happened + Z**2 / 2) / adjusted_paths
    error = np.sqrt(centre * (1.0 - centre) / adjusted_paths)
    half = Z / adjusted_paths * np.sqrt(frequency * (1.0 - frequency) * paths + Z**2 / 4)
    # Rounding must not put the frequency outside its own interval where it is 0 or 1.
    return Estimate(
        frequency,
        error,
        np.clip(centre - half, 0.0, frequency),
        np.clip(centre + half, frequency, 1.0),
    )


class Ranks(NamedTuple):
    """Where an interval ends among the values of a sample in rising order.

    Attributes:
        low: rank of the lower end: 1 is the least value, 3.2 lies a fifth of the way from the third
            to the fourth.
        high: Rank of the upper end.
    """

    low: float
    high: float


@lru_cache(maxsize=256)
def quantile_ranks(level: float, paths: int) -> Ranks:
    """Return the ranks between which the true quantile lies with 95 % probability.

    The number of paths below the true quantile is binomial, whatever the distribution (David and
    Nagaraja, "Order Statistics", 7.1), which gives the chance that the quantile lies below a path
    of some rank. It jumps over 2.5 % from one rank to the next, and the rank between them that has
    it is that of Hettmansperger and Sheather (1986, "Confidence intervals based on interpolated
    order statistics") for the median and of Nyblom (1992, "Note on interpolated order statistics")
    for all levels: gaps between paths are exponential, with the means of a density that is level
    across them.

    With so few paths that one end cannot be told (:func:`without_unknown_ends`) the other is not
    between paths: :func:`whole_ranks`. These may be the sample's own ends, which are all that can
    be said then.
    """
    if max(level, 1.0 - level) ** paths > (1.0 - COVERAGE) / 2:
        return whole_ranks(level, paths)
    return Ranks(_rank_above(level, paths), paths + 1 - _rank_above(1.0 - level, paths))


@lru_cache(maxsize=256)
def whole_ranks(level: float, paths: int) -> Ranks:
    """Return the closest whole ranks between which the true quantile lies with at least 95 %.

    The chance is no less where values are shared by many paths, as counts are.
    """
    missed = (1.0 - COVERAGE) / 2
    # With a handful of paths both ranks may be the same, which would look like certainty.
    low = max(min(_binomial_quantile(missed, paths, level), paths - 1), 1)
    high = paths + 1 - min(_binomial_quantile(missed, paths, 1.0 - level), paths - 1)
    return Ranks(low, min(high, paths))


def _rank_above(level: float, paths: int) -> float:
    """Return the rank whose value lies above the true quantile with a chance of 2.5 %."""
    missed = (1.0 - COVERAGE) / 2
    rank = _binomial_quantile(missed, paths, level)
    under = special.bdtr(rank - 1, paths, level) if rank > 0 else 0.0
    # Of the repetitions with so many paths below the quantile, a part must miss it.
    part = (missed - under) / (special.bdtr(rank, paths, level) - under)
    # How dense paths lie below and above the quantile in those repetitions.
    below, above = rank / level, (paths - rank) / (1.0 - level)
    return rank + part * above / (part * above + (1.0 - part) * below)


def _binomial_quantile(chance: float, trials: int, success: float) -> int:
    # By Chebyshev's inequality all but 1 % lies within ten standard deviations.
    reach = 10.0 * np.sqrt(trials * success * (1.0 - success)) + 1.0
    lowest = max(int(trials * success - reach), 0)
    counts = np.arange(lowest, min(int(trials * success + reach) + 1, trials) + 1)
    return lowest + int(np.searchsorted(special.bdtr(counts, trials, success), chance))


def without_unknown_ends(
    quantile: Estimate, level: float, within: tuple[float, float], paths: int
) -> Estimate:
    """Return a quantile without the ends of its interval that so few paths cannot tell.

    An end is not known where the chance that no path lies beyond the quantile to that side,
    ``level**paths`` above and ``(1 - level)**paths`` below, is more than half of what the interval
    may miss. It is then the end of the figure's range, NaN where that has none; and with an end
    that is not as it was the standard error is NaN.

    Args:
        quantile: Quantile with an interval that ends at a path.
        level: Level of the quantile.
        within: Least and most that the figure can be; infinite without a bound.
        paths: Number of paths.
    """
    missed = (1.0 - COVERAGE) / 2
    least, most = (np.nan if np.isinf(end) else end for end in within)
    # A sum of shares may pass 1 by a rounding: the interval then ends at the value.
    least, most = np.minimum(least, quantile.value), np.maximum(most, quantile.value)
    low = np.where((1.0 - level) ** paths > missed, least, quantile.ci_low)
    high = np.where(level**paths > missed, most, quantile.ci_high)
    kept = (low == quantile.ci_low) & (high == quantile.ci_high)
    return Estimate(quantile.value, np.where(kept, quantile.standard_error, np.nan), low, high)


def quantile_of_sample(sample: Float[np.ndarray, " paths"], level: float) -> Estimate:
    """Quantile of a sample, with a distribution-free interval.

    The standard error is that of the normal distribution with the same interval.
    """
    return quantile_of_sorted(np.sort(sample), level)


def quantile_of_sorted(ordered: Float[np.ndarray, " paths"], level: float) -> Estimate:
    """Return the same as :func:`quantile_of_sample`, of a sample in rising order."""
    paths = len(ordered)
    low, high = quantile_ranks(level, paths)
    least, most = _between(ordered, low, math.floor), _between(ordered, high, math.ceil)
    position = level * (paths - 1)
    below = int(position)
    above = min(below + 1, paths - 1)
    value = ordered[below] + (position - below) * (ordered[above] - ordered[below])
    if ordered[below] == 0.0 and round(level * paths, LEVEL_DIGITS) <= above:
        # What is gone, or a share of nothing, is exactly 0, and nothing is made up next to it.
        value = ordered[below]
    error = (most - least) / (2 * Z) if paths > 1 else np.nan
    return Estimate(value, np.asarray(error), least, most)


def _between(
    ordered: Float[np.ndarray, " paths"], rank: float, outwards: Callable[[float], int]
) -> Values:
    """Return the value at a rank, which may lie between those of two paths.

    Where one of these is shared by other paths or is a whole number, values are no continuum:
    figures count something, or are gone on some paths. Then nothing lies between, and the rank is
    rounded outwards, so that the interval holds the quantile no less often.
    """
    part = rank - int(rank)
    around = ordered[max(int(rank) - 2, 0) : int(rank) + 2]
    pair = ordered[int(rank) - 1 : int(rank) + 1]
    if part == 0.0 or (np.diff(around) == 0.0).any() or (pair == np.rint(pair)).any():
        return ordered[outwards(rank) - 1]
    return pair[0] + part * (pair[1] - pair[0])
