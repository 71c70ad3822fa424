"""Checks that a derivative along the paths is the derivative of the expectation.

Where a measure jumps (a subnet is deregistered, a rank is lost), the derivative of each path misses
the jump, and the mean of those derivatives is not the derivative of the mean. A central difference
under the same random numbers sees it.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from dtaojax.gradients.expectation import Outcome
from dtaojax.gradients.parameter_map import Unit

_WIDTH = 5e-3
"""Step of a central difference, as a part of a parameter's range [-]."""

_ERRORS = 4.0
"""Standard errors by which both may differ: one false alarm among some 16,000 pairs."""

_CURVATURE = 2e-3
"""Part of the derivative that the difference may miss by its own curvature [-]."""


class Agreement(NamedTuple):
    """One measure against one parameter; derivatives with respect to the unit coordinate.

    Attributes:
        measure: index of the measure.
        parameter: index of the parameter.
        pathwise: mean derivative along the paths.
        pathwise_error: standard error of that mean.
        difference: mean central difference.
        error: standard error of their disagreement over paths.
        agrees: True where they differ by no more than that error and the difference's own allow.
    """

    measure: int
    parameter: int
    pathwise: float
    pathwise_error: float
    difference: float
    error: float
    agrees: bool


def inside(at: Unit) -> Unit:
    """Return the point, moved into the unit box by as much as central differences need."""
    return np.clip(at, 2.0 * _WIDTH, 1.0 - 2.0 * _WIDTH)


def agreements(
    outcome: Outcome, measure: Callable[[Unit], Outcome], centre: Unit
) -> list[Agreement]:
    """Compare every derivative at a point with a central difference.

    The difference is of fourth order, ``(8 (f(h) - f(-h)) - (f(2h) - f(-2h))) / 12 h``.

    Args:
        outcome: measures and derivatives at the point.
        measure: measures at another point, on the same paths.
        centre: the point, as :func:`inside` gives it.
    """
    sizes = np.maximum(np.abs(outcome.measures.mean(axis=0)), 1e-300)
    found = []
    for parameter in range(len(centre)):
        direction = np.eye(len(centre))[parameter]

        def moved(by: float, along: np.ndarray = direction) -> np.ndarray:
            return measure(centre + by * _WIDTH * along).measures

        near, far = moved(1.0) - moved(-1.0), moved(2.0) - moved(-2.0)
        differences = (8.0 * near - far) / (12.0 * _WIDTH)
        pathwise = outcome.derivative[:, :, parameter]
        gap = differences - pathwise
        error, pathwise_error = (
            sample.std(axis=0, ddof=1) / np.sqrt(len(sample)) for sample in (gap, pathwise)
        )
        for place in range(gap.shape[1]):
            size = max(abs(float(pathwise[:, place].mean())), 1e-3 * float(sizes[place]))
            allowed = _ERRORS * float(error[place]) + _CURVATURE * size
            found.append(
                Agreement(
                    place,
                    parameter,
                    float(pathwise[:, place].mean()),
                    float(pathwise_error[place]),
                    float(differences[:, place].mean()),
                    float(error[place]),
                    abs(float(gap[:, place].mean())) <= allowed,
                )
            )
    return found
