"""Maximum of the posterior density, standard errors, and whether the search got there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from scipy import optimize

from dtaojax.calibration import grid_filter
from dtaojax.calibration.grid_filter import Data
from dtaojax.calibration.model import Parameters, start

_MOST_ITERATIONS: Final = 200
_SLOPE_IN_ERRORS: Final = 0.05
"""The search has arrived where a Newton step would move no parameter by more of its error."""

_NEWTON_STEPS: Final = 6
_UNITS: Final = {"drift": 0.001}
"""In these the parameters' errors are of one size, which the search needs."""
_DIFFERENCE: Final = 1e-4
"""Step of central differences, in those units; their error is about its square."""


class NotConvergedError(Exception):
    """A fit that did not find its optimum; nothing of it should be used."""


class Estimate(NamedTuple):
    """A fitted set of parameters.

    Attributes:
        parameters: Parameters at the optimum.
        errors: Standard errors, of the same form; 0 for what was held fixed.
        log_density: Log density of all flows at the optimum.
        iterations: Number of iterations of the search.
        newton_step: Largest move of a Newton step from there, in standard errors.
    """

    parameters: Parameters
    errors: Parameters
    log_density: float
    iterations: int
    newton_step: float

    def of_last_blocks(self, count: int) -> Estimate:
        """Return the same with the drifts of the last blocks only; earlier ones saw no flow."""
        cut = {
            name: part._replace(drift=part.drift[-count:])
            for name, part in (("parameters", self.parameters), ("errors", self.errors))
        }
        return self._replace(**cut)


def estimate(data: Data, fixed: Mapping[str, float], guess: Parameters | None = None) -> Estimate:
    """Fit the model.

    Standard errors are of the sandwich form, with scores added up within a series and within a
    day: flows of one subnet depend on each other through what its filter misses, those of one day
    through what all subnets share (Cameron, Gelbach and Miller, "Robust inference with multiway
    clustering", J. Business & Economic Statistics 29, 2011).

    Args:
        data: Flows and what their size depends on.
        fixed: Parameters to hold at a value.
        guess: Parameters to begin from; the prior's means by default.

    Raises:
        NotConvergedError: The search broke off, or ended where the density has no maximum.
    """
    blocks = int(data.block[-1]) + 1
    begin = start(blocks)
    if guess is not None:
        drift = jnp.full(blocks, guess.drift[-1])
        begin = guess._replace(drift=drift)
    held = {name: jnp.asarray(value) for name, value in fixed.items()}
    free = {name: value for name, value in begin._asdict().items() if name not in held}
    flat, unravel = ravel_pytree(free)
    unit = np.asarray(
        ravel_pytree({name: jnp.full_like(free[name], _UNITS.get(name, 1.0)) for name in free})[0]
    )

    def falls(at: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = grid_filter.slope(unravel(jnp.asarray(unit * at)), held, data)
        return float(value), unit * np.asarray(ravel_pytree(gradient)[0], dtype=float)

    found = optimize.minimize(
        falls,
        np.asarray(flat) / unit,
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": _MOST_ITERATIONS, "ftol": 1e-9, "gtol": 1e-3},
    )
    if not np.isfinite(found.fun) or found.nit >= _MOST_ITERATIONS:
        raise NotConvergedError(f"the search broke off after {found.nit} steps ({found.message})")
    # L-BFGS stops on a small fall of the density; a few Newton steps settle what that leaves open,
    # and their size in standard errors tells how far off the search ended.
    at, newton = unit * found.x, np.inf
    for _ in range(_NEWTON_STEPS):
        hessian = _differences(lambda at: falls(at)[1], at / unit) / np.outer(unit, unit)
        hessian = 0.5 * (hessian + hessian.T)
        variances, directions = np.linalg.eigh(hessian * np.outer(unit, unit))
        if variances[0] <= 0.0:
            raise NotConvergedError(
                "the search ended where the density has no maximum (its curvature is "
                f"{variances[0]:.2g} along {_named(directions[:, 0], unravel)})"
            )
        inverse = np.linalg.inv(hessian)
        move = -inverse @ (falls(at / unit)[1] / unit)
        newton = float(np.max(np.abs(move) / np.sqrt(np.diag(inverse))))
        if newton < _SLOPE_IN_ERRORS:
            break
        at = at + move
    else:
        raise NotConvergedError(
            f"the search ended {newton:.2g} standard errors off its optimum ({found.message})"
        )
    best = unravel(jnp.asarray(at))

    def densities(at: np.ndarray) -> np.ndarray:
        return np.asarray(grid_filter.densities(unravel(jnp.asarray(unit * at)), held, data))

    scores = np.moveaxis(_differences(densities, at / unit), -1, 0)
    scores = scores / unit[:, None, None]
    errors = np.sqrt(np.diag(_sandwich(inverse, scores)))
    zeros = {name: jnp.zeros_like(value) for name, value in held.items()}
    return Estimate(
        parameters=Parameters(**best, **held),
        errors=Parameters(**unravel(jnp.asarray(errors)), **zeros),
        log_density=float(-found.fun),
        iterations=int(found.nit),
        newton_step=newton,
    )


def _differences(of: Callable[[np.ndarray], np.ndarray], at: np.ndarray) -> np.ndarray:
    """Return central differences of a function along each coordinate, which comes last."""
    steps = _DIFFERENCE * np.eye(at.size)
    return np.stack([(of(at + step) - of(at - step)) / (2 * _DIFFERENCE) for step in steps], -1)


def _sandwich(inverse: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Return the covariance under two-way clustering, never below that of the Hessian."""
    by_series, by_day = scores.sum(axis=1), scores.sum(axis=2)
    each = scores.reshape(len(scores), -1)
    meat = by_series @ by_series.T + by_day @ by_day.T - each @ each.T
    robust = inverse @ meat @ inverse
    # Clustered by few days or series, a sandwich can be too small by chance.
    floor = np.sqrt(np.diag(inverse) / np.maximum(np.diag(robust), 1e-300))
    scale = np.maximum(floor, 1.0)
    return robust * np.outer(scale, scale)


def _named(direction: np.ndarray, unravel) -> str:
    parts = jax.tree.map(
        lambda leaf: float(jnp.max(jnp.abs(leaf))), unravel(jnp.asarray(direction))
    )
    return max(parts, key=parts.get)
