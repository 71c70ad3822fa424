"""Which source of randomness makes a figure's spread: Sobol indices from paths that share all else.

Of two independent samples of paths, A and B, a third one takes the numbers of one source from B and
all others from A (pick and freeze: Sobol 1993; Saltelli et al. 2010, "Variance based sensitivity
analysis of model output", Computer Physics Communications 181). So it shares exactly one source
with B, and all but that one with A.

- The *first-order* index of a source is the part of the variance that goes if only the source is
  known: the correlation of the third sample with B.
- Its *total* index is what is left if all others are known: one less the correlation with A.

Mean and variance are pooled over both members of a pair, which no estimator from the same pairs
beats for large samples (Janon, Klein, Lagnoux, Nodet, Prieur 2014, "Asymptotic normality and
efficiency of two Sobol index estimators", ESAIM: P&S 18). First-order indices use A's product with
B, which is 0 in the mean, as a control variate. Errors are those of the influence of single paths.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from dtaojax.metrics.estimate import Estimate, mean_of_sample

Column = Float[np.ndarray, " paths"]


class SourceIndices(NamedTuple):
    """Of one source.

    Attributes:
        first: Part of the variance that the source makes alone [-].
        total: Part of the variance that it makes alone and together with others [-].
    """

    first: Estimate
    total: Estimate


class Decomposition(NamedTuple):
    """What the variance of a figure is made of.

    Attributes:
        deviation: Standard deviation over paths, in the figure's unit.
        sources: Indices by source, in the order that was given.
        together: part of the variance that sources make only together: one less the sum of the
            first-order indices [-].
    """

    deviation: float
    sources: tuple[SourceIndices, ...]
    together: Estimate


def decompose(
    first: Column, second: Column, third: Float[np.ndarray, "sources paths"]
) -> Decomposition:
    """Take the variance of a figure apart.

    A source on which nothing depends has indices of exactly 0 without error. A figure that is the
    same on all paths has no variance to take apart: all indices are NaN.

    Args:
        first: Figure on the paths of sample A.
        second: Figure on the paths of B, which is independent of A.
        third: Figure on paths with one source from B and the rest from A, a row each source.
    """
    both = np.concatenate([first, second])
    deviation = float(both.std(ddof=1))
    if deviation == 0.0 and (third == first).all():
        nothing = Estimate(*(np.asarray(np.nan) for _ in Estimate._fields))
        return Decomposition(0.0, tuple(SourceIndices(nothing, nothing) for _ in third), nothing)
    singles = [_first_order(first, second, row) for row in third]
    totals = [_total(first, row) for row in third]
    sources = tuple(
        SourceIndices(_estimate(single), _estimate(total))
        for single, total in zip(singles, totals, strict=True)
    )
    return Decomposition(deviation, sources, _estimate(1.0 - np.sum(singles, axis=0)))


def _estimate(terms: Column) -> Estimate:
    """Return the mean of terms, whose scatter is that of the influence of paths."""
    return mean_of_sample(terms)


def _first_order(first: Column, second: Column, third: Column) -> Column:
    """Return terms whose mean is the first-order index and whose scatter gives its error."""
    if np.array_equal(first, third):
        return np.zeros_like(first)
    terms, mean, variance = _shared(second, third)
    control = (first - mean) * (second - mean) / variance
    centred = control - control.mean()
    scale = np.mean(centred * centred)
    slope = np.mean(centred * terms) / scale if scale > 0.0 else 0.0
    return terms - slope * control


def _total(first: Column, third: Column) -> Column:
    """Return the same of the total index."""
    if np.array_equal(first, third):
        return np.zeros_like(first)
    return 1.0 - _shared(first, third)[0]


def _shared(one: Column, other: Column) -> tuple[Column, float, float]:
    """Return terms of the correlation of a pair with pooled moments, and these moments.

    The mean of the terms is the estimate, and their deviations are the influence of each path.
    """
    mean = float(one.mean() + other.mean()) / 2.0
    left, right = one - mean, other - mean
    squares = (left * left + right * right) / 2.0
    variance = float(squares.mean())
    if variance == 0.0:
        return np.zeros_like(one), mean, 1.0
    products = left * right
    correlation = float(products.mean()) / variance
    return correlation + (products - correlation * squares) / variance, mean, variance
