"""Value at risk and expected shortfall of a sample of losses; losses are positive."""

from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from dtaojax.metrics.estimate import (
    Estimate,
    Values,
    quantile_of_sample,
    skewness_of_mean,
    with_skewed_interval,
)

Losses = Float[np.ndarray, " paths"]

_ROUNDING: Final = 1e-9
"""Below this, a part of a path is the rounding of ``(1 - confidence) n``: no path of the tail."""


def value_at_risk(losses: Losses, confidence: float) -> Estimate:
    """Estimate the loss that is exceeded with probability ``1 - confidence`` (a quantile)."""
    return quantile_of_sample(losses, confidence)


class Tail(NamedTuple):
    """The worst paths of a sample, worst first.

    Attributes:
        paths: Places of the paths in the sample.
        weights: Weight of each path in the expected shortfall; they add up to 1.
        border: Places of the paths around the mildest of them, to either side.
    """

    paths: Int[np.ndarray, " tail"]
    weights: Float[np.ndarray, " tail"]
    border: Int[np.ndarray, " around"]


def tail(losses: Losses, confidence: float) -> Tail:
    """Find the paths that make the expected shortfall, found without sorting all of them.

    The worst ``(1 - confidence) n`` paths weigh the same; if that is no whole number, the mildest
    of them gets the fraction that is left (Rockafellar and Uryasev 2002, section 4). The border is
    no wider than half the tail to either side.
    """
    paths = len(losses)
    size = (1.0 - confidence) * paths
    around = max(int(min(np.sqrt(paths), size) / 2), 1)
    at = paths - 1 - min(int(confidence * paths), paths - 1)
    worst = _worst(losses, min(at + around + 1, paths))
    whole = int(np.floor(size + _ROUNDING))
    weights = np.ones(min(whole + 1, paths))
    if whole < paths:
        weights[whole] = size - whole
    weights = weights[weights > _ROUNDING]
    return Tail(worst[: len(weights)], weights / weights.sum(), worst[max(at - around, 0) :])


def _worst(losses: Losses, count: int) -> Int[np.ndarray, " count"]:
    """Return the places of the largest losses, largest first; equal ones keep their order."""
    limit = np.partition(losses, len(losses) - count)[len(losses) - count]
    reach = np.flatnonzero(losses >= limit)
    return reach[np.argsort(-losses[reach], kind="stable")[:count]]


def expected_shortfall(losses: Losses, confidence: float) -> Estimate:
    """Mean of the worst ``1 - confidence`` of all losses.

    Its error follows from the influence function ``(L - VaR)+ / (1 - confidence)`` (Trindade,
    Uryasev, Shapiro, Zrazhevsky 2007, "Financial prediction with constrained tail risk").
    """
    return shortfall_contribution(losses, losses, confidence)


class Influence(NamedTuple):
    """What single paths add to an estimate, and the estimate.

    Attributes:
        value: Estimate of the contribution.
        paths: Places of the paths that have an influence; that of all others is nothing.
        amounts: Influence of each of these paths.
    """

    value: Values
    paths: Int[np.ndarray, " tail"]
    amounts: Float[np.ndarray, " tail"]


def shortfall_influence(
    losses: Losses, part: Float[np.ndarray, " paths"], confidence: float
) -> Influence:
    """Estimate a part's contribution to the expected shortfall, and the tail's influence on it.

    The part's value at the VaR is taken from the paths around it, no farther than half the tail to
    either side.

    Args:
        losses: Losses of the whole.
        part: Losses of a part of it, path by path.
        confidence: Confidence of the shortfall.
    """
    worst = tail(losses, confidence)
    value = np.dot(worst.weights, part[worst.paths])
    amounts = (part[worst.paths] - part[worst.border].mean()) / (1.0 - confidence)
    return Influence(np.asarray(value), worst.paths, amounts)


def shortfall_contribution(
    losses: Losses, part: Float[np.ndarray, " paths"], confidence: float
) -> Estimate:
    """Mean of a part of the loss over the paths on which the whole loss is worst.

    The contributions of all parts add up to the expected shortfall (Euler's allocation; Tasche
    1999). The interval allows for the skewness of the influence function, which is that of the
    tail: what the worst paths could still have been reaches farther than what they were not. Where
    no path has an influence, error and interval are not known: NaN.

    Args:
        losses: Losses of the whole.
        part: Losses of a part of it, path by path.
        confidence: Confidence of the shortfall.
    """
    value, _, influence = shortfall_influence(losses, part, confidence)
    if not influence.any():
        # Paths that are all alike in the tail do not tell how far others could be.
        return Estimate(value, *(np.asarray(np.nan) for _ in range(3)))
    return tail_estimate(value, influence, confidence, len(losses))


def tail_estimate(
    value: Values, influence: Float[np.ndarray, " some"], confidence: float, paths: int
) -> Estimate:
    """Return an estimate with the interval that the influence of single paths gives it.

    Args:
        value: Estimate.
        influence: Influence of the paths that have one; that of all others is nothing.
        confidence: Confidence c of an estimate that was found from the worst 1 - c of the paths.
        paths: Number of all paths. With one, the error is unknown: NaN.
    """
    if paths < 2:
        return Estimate(*(np.asarray(x) for x in (value, np.nan, np.nan, np.nan)))
    mean = influence.sum() / paths
    others = paths - len(influence)
    squares = ((influence - mean) ** 2).sum() + others * mean**2
    cubes = ((influence - mean) ** 3).sum() - others * mean**3
    return with_skewed_interval(
        value,
        np.sqrt(squares / (paths - 1) / paths),
        skewness_of_mean(squares, cubes, paths),
        tail_degrees(confidence, paths),
    )


def tail_degrees(confidence: float, paths: int) -> int:
    """Return the degrees of freedom of an error found from the worst ``1 - confidence`` of paths.

    They are one less than the paths in the tail, of which few make the estimate.
    """
    return max(round((1.0 - confidence) * paths) - 1, 1)
