"""Back-tests of losses beyond the VaR: how often, how clustered, and how large.

Losses are positive. Acerbi & Szekely (2014), "Back-testing expected shortfall", give the statistics
of size; both are 0 in expectation under a right model and negative where losses were worse.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from dtaojax.scoring.blocks import FloatArray


class LikelihoodRatio(NamedTuple):
    """A likelihood-ratio test.

    Attributes:
        statistic: twice the difference of the log likelihoods [-].
        p_value: probability of a larger statistic under the chi-squared distribution [-].
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
    """Test whether the rate of exceedances is the promised one (proportion of failures).

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
    """Count pairs of consecutive days in many series.

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
    """Test whether an exceedance is as likely after an exceedance as after a calm day.

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
    """Test rate and independence together: the sum of the two tests on the same days.

    The rate is tested on the second day of each pair, since the first is given. Chi-squared with
    two degrees of freedom; NaN where there is no pair.
    """
    hits = pairs.calm_hit + pairs.hit_hit
    rate = kupiec(hits, sum(pairs), probability)
    return _test(rate.statistic + christoffersen_independence(pairs).statistic, 2)


def _binomial(hits: int, days: int) -> float:
    """Return the log likelihood of hits at their own rate; 0 where there is no day."""
    rate = hits / days if days else 0.0
    return float(special.xlogy(hits, rate) + special.xlog1py(days - hits, -rate))


def _test(statistic: float, degrees_of_freedom: int) -> LikelihoodRatio:
    if np.isnan(statistic):
        return LikelihoodRatio(np.nan, np.nan)
    # Rounding may leave a likelihood ratio of equal models a little below 0.
    statistic = max(float(statistic), 0.0)
    return LikelihoodRatio(statistic, float(stats.chi2.sf(statistic, degrees_of_freedom)))


class ShortfallTest(NamedTuple):
    """A statistic and how likely a smaller one is under the forecasts.

    Attributes:
        statistic: Z [-].
        p_value: share of simulated histories with a Z at most as large [-].
    """

    statistic: float
    p_value: float


def z1(loss: FloatArray, exceeded: NDArray[np.bool_], shortfall: FloatArray) -> float:
    """Return ``Z1 = 1 - mean(L / ES)`` over the exceedances: their size, whatever their number.

    Args:
        loss: L.
        exceeded: whether the loss was above the VaR.
        shortfall: forecast ES.

    Returns:
        NaN where nothing exceeded.
    """
    if not exceeded.any():
        return float("nan")
    return float(1.0 - np.mean(loss[exceeded] / shortfall[exceeded]))


def z2(
    loss: FloatArray, exceeded: NDArray[np.bool_], shortfall: FloatArray, probability: float
) -> float:
    """Return ``Z2 = 1 - sum(L I / ES) / (n p)``: number and size of the exceedances together.

    Args:
        loss: L.
        exceeded: I, whether the loss was above the VaR.
        shortfall: forecast ES.
        probability: p, 0.01 for an ES 99 %.
    """
    ratio = np.where(exceeded, loss / shortfall, 0.0)
    return float(1.0 - ratio.sum() / (len(loss) * probability))


def simulated_tests(
    observed: tuple[float, float],
    tails: FloatArray,
    probability: float,
    seed: int = 0,
    replicates: int = 1_000,
) -> tuple[ShortfallTest, ShortfallTest]:
    """Simulate p-values of both statistics from histories drawn from the forecasts themselves.

    Outcomes are independent in these histories; where subnets move together, the true p-values are
    less extreme.

    Args:
        observed: Z1 and Z2 of the real history.
        tails: equally likely losses beyond the VaR over the forecast ES, shape (forecasts, draws).
        probability: p, of an exceedance.
        seed: of the histories.
        replicates: number of histories.
    """
    rng = np.random.default_rng(seed)
    forecasts, draws = tails.shape
    hits = rng.binomial(forecasts, probability, size=replicates)
    # Exceedances are rare, so that a forecast drawn twice in a history hardly matters.
    total = int(hits.sum())
    ratios = tails[rng.integers(forecasts, size=total), rng.integers(draws, size=total)]
    history = np.repeat(np.arange(replicates), hits)
    sums = np.bincount(history, weights=ratios, minlength=replicates)
    with np.errstate(invalid="ignore"):
        means = sums / hits
    found = np.stack([1.0 - means, 1.0 - sums / (forecasts * probability)], axis=1)
    tests = []
    for statistic, drawn in zip(observed, found.T, strict=True):
        drawn = drawn[np.isfinite(drawn)]
        smaller = np.count_nonzero(drawn <= statistic)
        is_known = np.isfinite(statistic)
        tests.append(
            ShortfallTest(statistic, (smaller + 1) / (len(drawn) + 1) if is_known else np.nan)
        )
    return tests[0], tests[1]


Zone = Literal["green", "yellow", "red"]

YELLOW_FROM = 0.95
RED_FROM = 0.9999


class TrafficLight(NamedTuple):
    """The zone of a VaR model.

    Attributes:
        zone: ``green``, ``yellow`` or ``red``.
        cumulative: probability of at most as many exceedances under a right model [-].
        yellow_from: fewest exceedances of the yellow zone.
        red_from: fewest exceedances of the red zone.
    """

    zone: Zone
    cumulative: float
    yellow_from: int
    red_from: int


def traffic_light(exceeded: int, total: int, probability: float) -> TrafficLight:
    """Return the zone by the cumulative binomial probability of the exceedances.

    The Basel Committee (1996, Supervisory framework for the use of "backtesting") sets its zones
    for 250 days of a VaR 99 %: yellow begins where the cumulative probability reaches 95 %, at 5
    exceedances, and red where it reaches 99.99 %, at 10. The same two probabilities define the
    zones here for any number of days and any VaR. Too few exceedances are always green.

    Args:
        exceeded: number of losses above the VaR.
        total: number of days.
        probability: 0.01 for a VaR 99 %.
    """
    binomial = stats.binom(total, probability)
    yellow_from, red_from = int(binomial.ppf(YELLOW_FROM)), int(binomial.ppf(RED_FROM))
    zone: Zone = "green"
    if exceeded >= red_from:
        zone = "red"
    elif exceeded >= yellow_from:
        zone = "yellow"
    return TrafficLight(zone, float(binomial.cdf(exceeded)), yellow_from, red_from)
