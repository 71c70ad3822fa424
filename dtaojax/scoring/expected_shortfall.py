"""Back-tests of expected shortfall: Acerbi & Szekely (2014), "Back-testing expected shortfall".

Losses are positive. Both statistics are 0 in expectation under a right model and negative where
losses were worse than forecast.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dtaojax.scoring.blocks import FloatArray


class ShortfallTest(NamedTuple):
    """A statistic and how likely a smaller one is under the forecasts.

    Attributes:
        statistic: Z [-].
        p_value: share of simulated histories with a Z at most as large [-].
    """

    statistic: float
    p_value: float


def z1(loss: FloatArray, exceeded: NDArray[np.bool_], shortfall: FloatArray) -> float:
    """``Z1 = 1 - mean(L / ES)`` over the exceedances: their size, whatever their number.

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
    """``Z2 = 1 - sum(L I / ES) / (n p)``: number and size of the exceedances together.

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
    """The p-values of both statistics, from histories drawn from the forecasts themselves.

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
