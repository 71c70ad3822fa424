"""Value at risk and expected shortfall of a sample of losses; losses are positive."""

import numpy as np
from jaxtyping import Float
from scipy import special

from dtaojax.metrics.estimate import COVERAGE, Estimate, quantile_of_sorted

Losses = Float[np.ndarray, " paths"]


def value_at_risk(losses: Losses, confidence: float) -> Estimate:
    """The loss that is exceeded with probability ``1 - confidence`` (a quantile)."""
    return quantile_of_sorted(np.sort(losses), confidence)


def tail_weights(losses: Losses, confidence: float) -> Float[np.ndarray, " paths"]:
    """Weight of each path in the expected shortfall; they add up to 1.

    The worst ``(1 - confidence) n`` paths weigh the same; if that is no whole number, the mildest
    of them gets the fraction that is left (Rockafellar and Uryasev 2002, section 4).
    """
    paths = len(losses)
    size = (1.0 - confidence) * paths
    # Losses equal in value keep their order, so that weights do not depend on the sort.
    order = np.argsort(-losses, kind="stable")
    weights = np.zeros(paths)
    whole = int(np.floor(size + 1e-9))
    weights[order[:whole]] = 1.0
    if whole < paths:
        weights[order[whole]] = max(size - whole, 0.0)
    return weights / weights.sum()


def expected_shortfall(losses: Losses, confidence: float) -> Estimate:
    """Mean of the worst ``1 - confidence`` of all losses.

    Its error follows from the influence function ``(L - VaR)+ / (1 - confidence)`` (Trindade,
    Uryasev, Shapiro, Zrazhevsky 2007, "Financial prediction with constrained tail risk").
    """
    return shortfall_contribution(losses, losses, confidence)


def shortfall_contribution(
    losses: Losses, part: Float[np.ndarray, " paths"], confidence: float
) -> Estimate:
    """Mean of a part of the loss over the paths on which the whole loss is worst.

    The contributions of all parts add up to the expected shortfall (Euler's allocation; Tasche
    1999). The error takes the part's value at the VaR from the paths around it, no farther than
    half the tail to either side. The interval is Student's, as few paths make the tail.

    Args:
        losses: of the whole.
        part: of it, path by path.
        confidence: of the shortfall.
    """
    paths = len(losses)
    weights = tail_weights(losses, confidence)
    value = np.dot(weights, part)
    if paths < 2:
        return Estimate(*(np.asarray(x) for x in (value, np.nan, np.nan, np.nan)))
    tail = (1.0 - confidence) * paths
    around = max(int(min(np.sqrt(paths), tail) / 2), 1)
    order = np.argsort(losses, kind="stable")
    border = min(int(confidence * paths), paths - 1)
    at_border = part[order[max(border - around, 0) : border + around + 1]].mean()
    influence = np.where(weights > 0.0, part - at_border, 0.0) / (1.0 - confidence)
    error = influence.std(ddof=1) / np.sqrt(paths)
    half = special.stdtrit(max(round(tail) - 1, 1), 0.5 + COVERAGE / 2) * error
    return Estimate(value, np.asarray(error), value - half, value + half)
