"""Tests of how often, and how clustered, losses exceed the VaR."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats


class LikelihoodRatio(NamedTuple):
    """A likelihood-ratio test.

    Attributes:
        statistic: twice the difference of the log likelihoods [-].
        p_value: from the chi-squared distribution [-].
    """

    statistic: float
    p_value: float


class Transitions(NamedTuple):
    """Pairs of consecutive days, by whether each day's loss exceeded the VaR."""

    calm_calm: int
    calm_hit: int
    hit_calm: int
    hit_hit: int


def kupiec(exceeded: int, total: int, probability: float) -> LikelihoodRatio:
    """Proportion-of-failures test: is the rate of exceedances the promised one?

    ``LR = 2 (log L(x/n) - log L(p))`` with the binomial likelihood, chi-squared with one degree
    of freedom if exceedances are independent (Kupiec 1995, J. of Derivatives 3, 73-84).

    Args:
        exceeded: x, number of losses above the VaR.
        total: n, number of days.
        probability: p, 0.01 for a VaR 99 %.

    Returns:
        NaN where there is no day.
    """
    if total == 0:
        return LikelihoodRatio(np.nan, np.nan)
    rate = exceeded / total
    observed = special.xlogy(exceeded, rate) + special.xlog1py(total - exceeded, -rate)
    promised = special.xlogy(exceeded, probability) + special.xlog1py(
        total - exceeded, -probability
    )
    return _test(2.0 * (observed - promised), 1)


def transitions(hits: NDArray[np.bool_], known: NDArray[np.bool_]) -> Transitions:
    """Counts pairs of consecutive days in many series.

    Args:
        hits: whether the loss exceeded the VaR, shape (days, series).
        known: whether there was a forecast and an outcome, shape (days, series).
    """
    both = known[:-1] & known[1:]
    before, after = hits[:-1], hits[1:]
    return Transitions(
        int((both & ~before & ~after).sum()),
        int((both & ~before & after).sum()),
        int((both & before & ~after).sum()),
        int((both & before & after).sum()),
    )


def christoffersen_independence(pairs: Transitions) -> LikelihoodRatio:
    """Is an exceedance as likely after an exceedance as after a calm day?

    A first-order Markov chain against independence, chi-squared with one degree of freedom
    (Christoffersen 1998, International Economic Review 39, 841-862). NaN where there is no pair.
    """
    if sum(pairs) == 0:
        return LikelihoodRatio(np.nan, np.nan)
    after_calm = pairs.calm_calm + pairs.calm_hit
    after_hit = pairs.hit_calm + pairs.hit_hit
    hits = pairs.calm_hit + pairs.hit_hit
    return _test(
        2.0
        * (
            _binomial(pairs.calm_hit, after_calm)
            + _binomial(pairs.hit_hit, after_hit)
            - _binomial(hits, after_calm + after_hit)
        ),
        1,
    )


def christoffersen_conditional(pairs: Transitions, probability: float) -> LikelihoodRatio:
    """Rate and independence together: the sum of the two tests on the same days.

    The rate is tested on the second day of each pair, since the first is given. Chi-squared with
    two degrees of freedom; NaN where there is no pair.
    """
    hits = pairs.calm_hit + pairs.hit_hit
    rate = kupiec(hits, sum(pairs), probability)
    return _test(rate.statistic + christoffersen_independence(pairs).statistic, 2)


def _binomial(hits: int, days: int) -> float:
    """Log likelihood of hits at their own rate; 0 where there is no day."""
    rate = hits / days if days else 0.0
    return float(special.xlogy(hits, rate) + special.xlog1py(days - hits, -rate))


def _test(statistic: float, degrees_of_freedom: int) -> LikelihoodRatio:
    if np.isnan(statistic):
        return LikelihoodRatio(np.nan, np.nan)
    # Rounding may leave a likelihood ratio of equal models a little below 0.
    statistic = max(float(statistic), 0.0)
    return LikelihoodRatio(statistic, float(stats.chi2.sf(statistic, degrees_of_freedom)))
