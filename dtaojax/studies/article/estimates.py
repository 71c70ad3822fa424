"""From figures of paths to the number that a claim is about, with its error."""

from __future__ import annotations

from dtaojax.metrics.estimate import Estimate, mean_of_sample, probability, quantile_of_sample
from dtaojax.metrics.paired import (
    mean_difference,
    mean_ratio,
    quantile_difference,
    shortfall_difference,
)
from dtaojax.metrics.tail import expected_shortfall
from dtaojax.studies.article.config import ClaimConfig
from dtaojax.studies.article.measure import PerPath


def estimate_claim(claim: ClaimConfig, ours: PerPath, theirs: PerPath | None) -> Estimate:
    """The claim's number.

    Args:
        claim: what is estimated.
        ours: figure of each path in the claim's arm.
        theirs: of the same paths in the arm that it is compared with, where there is one.
    """
    level = 0.0 if claim.level is None else claim.level
    if claim.over is not None and theirs is not None:
        return mean_ratio(theirs, ours)
    match claim.statistic, theirs:
        case "quantile", None:
            return quantile_of_sample(ours, level)
        case "quantile", other:
            return quantile_difference(other, ours, level)
        case "shortfall", None:
            return expected_shortfall(ours, level)
        case "shortfall", other:
            return shortfall_difference((other, other), (ours, ours), level)
        case "probability", None:
            return probability(ours.sum(), len(ours))
        case _, None:
            return mean_of_sample(ours)
        case _, other:
            return mean_difference(other, ours)
