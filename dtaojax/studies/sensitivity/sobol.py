"""Global sensitivity: which parameters the variance of a number over a box comes from."""

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from scipy import stats

from dtaojax.metrics.estimate import COVERAGE

Design = Float[np.ndarray, "points parameters"]
Table = Float[np.ndarray, "numbers parameters"]


class Index(NamedTuple):
    """Indices of one order, each with its 95 % bootstrap interval over the design [-]."""

    value: Table
    ci_low: Table
    ci_high: Table


class Indices(NamedTuple):
    """Sobol indices of several numbers.

    Attributes:
        first: part of the variance that a parameter explains on its own.
        total: part that goes if all parameters but this one were known.
        evaluations: points that were computed.
    """

    first: Index
    total: Index
    evaluations: int


def sobol_indices(
    function: Callable[[Design], Float[np.ndarray, "points numbers"]],
    parameters: int,
    points: int,
    resamples: int,
    seed: int,
) -> Indices:
    """First and total order indices for parameters that are uniform on the unit box.

    By SciPy: the estimators of Saltelli et al. (2010, "Variance based sensitivity analysis of model
    output") on a scrambled Sobol sequence, with BCa bootstrap intervals. A number that does not
    vary has indices of 0; an index that is 0 in every resample has no width.

    Args:
        function: of points of the unit box.
        parameters: how many.
        points: base points; a power of two.
        resamples: of the bootstrap.
        seed: of the scrambling and of the bootstrap.
    """
    spent = 0

    def of_columns(design: np.ndarray) -> np.ndarray:
        nonlocal spent
        spent += design.shape[1]
        return function(design.T).T

    # Numbers that stand still, and parameters without effect, have no spread to resample.
    with np.errstate(invalid="ignore", divide="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        found = stats.sobol_indices(
            func=of_columns,
            n=points,
            dists=[stats.uniform()] * parameters,
            rng=np.random.default_rng(seed),
        )
        spread = found.bootstrap(confidence_level=COVERAGE, n_resamples=resamples)
    return Indices(
        *(
            _index(value, interval)
            for value, interval in (
                (found.first_order, spread.first_order.confidence_interval),
                (found.total_order, spread.total_order.confidence_interval),
            )
        ),
        evaluations=spent,
    )


def _index(value: np.ndarray, interval: Any) -> Index:
    value = np.atleast_2d(value)
    ends = (np.atleast_2d(end) for end in (interval.low, interval.high))
    return Index(value, *(np.where(np.isnan(end), value, end) for end in ends))
