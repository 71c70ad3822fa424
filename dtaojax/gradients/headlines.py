"""Numbers that a reader looks at, each as a mean over paths: plain ones, and the tail of a loss."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from dtaojax.gradients.expectation import Outcome
from dtaojax.metrics.estimate import Estimate, mean_of_sample

Paths = Float[np.ndarray, " paths"]


class Headline(NamedTuple):
    """A number of a run.

    Attributes:
        name: name in tables.
        measure: measure of which it is made.
        tail: part of the paths, those with the largest values, that it is the mean of; None for
            all of them.
    """

    name: str
    measure: str
    tail: float | None = None


def tail_weights(values: Paths, tail: float) -> Paths:
    """Return weights whose mean of ``values`` is their expected shortfall; their own mean is 1.

    The path at the quantile counts in part, so that the weights fit any number of paths
    (Rockafellar and Uryasev 2002, "Conditional value-at-risk for general loss distributions",
    section 4).
    """
    count = tail * len(values)
    rank = np.empty(len(values))
    rank[np.argsort(-values, kind="stable")] = np.arange(len(values))
    return np.clip(count - rank, 0.0, 1.0) / tail


def headline_columns(
    outcome: Outcome, names: Sequence[str], headlines: Sequence[Headline]
) -> Outcome:
    """Return columns whose means over paths are the headlines, and their scatter the error.

    With the quantile ``v`` a tail's column is ``v + max(L - v, 0) / tail``; its derivative is the
    mean of the paths' derivatives over the tail (Hong and Liu 2009, "Simulating sensitivities of
    conditional value at risk"), to which the quantile's own motion adds nothing.

    Args:
        outcome: measures of each path, perhaps with derivatives.
        names: names of the measures.
        headlines: numbers that are wanted.
    """
    values, slopes = [], []
    for each in headlines:
        place = names.index(each.measure)
        column = outcome.measures[:, place]
        slope = None if outcome.jacobian is None else outcome.derivative[:, place]
        if each.tail is not None:
            weights = tail_weights(column, each.tail)
            # Centred on the mean over the tail: the mean of the column is the derivative, and its
            # scatter that of the tail's paths alone.
            if slope is not None:
                mean = np.mean(weights[:, None] * slope, axis=0)
                slope = mean + weights[:, None] * (slope - mean)
            quantile = column[weights > 0.0].min()
            column = quantile + np.maximum(column - quantile, 0.0) / each.tail
        values.append(column)
        slopes.append(slope)
    jacobian = None if outcome.jacobian is None else np.stack(slopes, axis=1)
    return Outcome(np.stack(values, axis=1), jacobian)


def elasticities(outcome: Outcome, values: Float[np.ndarray, " parameters"]) -> Estimate:
    """Return ``d log m / d log p`` of each mean by each parameter, with its error [-].

    Not finite where a mean is 0.

    Args:
        outcome: columns over paths with derivatives by the parameters.
        values: values of the parameters.
    """
    columns = outcome.measures[:, :, None]
    means = columns.mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = outcome.derivative.mean(axis=0) / means
        influence = (outcome.derivative - ratio * columns) / means
        return mean_of_sample(values * (ratio + influence))
