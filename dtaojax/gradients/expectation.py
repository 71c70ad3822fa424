"""Measures of many paths, and their derivatives, under common random numbers."""

from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from dtaojax.engine.rollout import sample
from dtaojax.gradients.dual import Dual, pushed, value_and_jacobian
from dtaojax.gradients.errors import TuneError
from dtaojax.gradients.measures import FUNCTIONS
from dtaojax.gradients.parameter_map import ParameterMap, Values
from dtaojax.gradients.path_history import PathHistory, follow, run_path
from dtaojax.numerics.shapes import ScalarInt

MANY_PARAMETERS = 12
"""From here on a derivative in reverse costs less than one forward for each parameter."""


class Portion(NamedTuple):
    """Amount that is simulated for one evaluation.

    Attributes:
        paths: number of demand paths.
        days: horizon.
        steps_a_day: steps that make a day.
        block_paths: paths in a block.
        workers: blocks at the same time.
    """

    paths: int
    days: int
    steps_a_day: int
    block_paths: int
    workers: int

    def subnet_steps(self, subnets: int) -> int:
        """Count the steps of single subnets that an evaluation simulates."""
        return self.paths * self.days * self.steps_a_day * subnets


class Outcome(NamedTuple):
    """Measures of each path, and their derivatives if they were asked for.

    Attributes:
        measures: measures by path.
        jacobian: derivatives of each path's measures with respect to the parameters, or None.
    """

    measures: Float[np.ndarray, "paths measures"]
    jacobian: Float[np.ndarray, "paths measures parameters"] | None

    @property
    def derivative(self) -> Float[np.ndarray, "paths measures parameters"]:
        """The jacobian, which must have been asked for."""
        assert self.jacobian is not None
        return self.jacobian


class _Figures(eqx.Module):
    """A path's measures at given values of the parameters."""

    parameter_map: ParameterMap
    values: Values
    names: tuple[str, ...] = eqx.field(static=True)
    days: int = eqx.field(static=True)
    steps_a_day: int = eqx.field(static=True)

    def at(self, values: Values, path: ScalarInt) -> Float[Array, " measures"]:
        return self.read(run_path(self.parameter_map(values), path, self.days, self.steps_a_day))

    def read(self, history: PathHistory) -> Float[Array, " measures"]:
        return jnp.stack([FUNCTIONS[name](history) for name in self.names])

    def __call__(self, path: ScalarInt) -> tuple[Float[Array, " measures"], Array | None]:
        return self.at(self.values, path), None


class _Forward(_Figures):
    """Measures with derivatives forward, a few directions beside each run of the path."""

    def __call__(self, path: ScalarInt) -> tuple[Array, Array]:
        def figures(values: Dual) -> Dual:
            return follow(
                pushed, self.parameter_map, values, path, self.days, self.steps_a_day, self.read
            )

        return value_and_jacobian(figures, self.values)


class _Reverse(_Figures):
    """Measures with derivatives in reverse, one pass backwards for each measure."""

    def __call__(self, path: ScalarInt) -> tuple[Array, Array]:
        found, back = jax.vjp(lambda values: self.at(values, path), self.values)
        (jacobian,) = jax.vmap(back)(jnp.eye(len(found)))
        return found, jacobian


_KINDS = {None: _Figures, "forward": _Forward, "reverse": _Reverse}


def evaluate(
    parameter_map: ParameterMap,
    values: np.ndarray,
    names: tuple[str, ...],
    portion: Portion,
    derivative: str | None = None,
) -> Outcome:
    """Evaluate measures at ``values`` on the paths 0 to ``portion.paths - 1``.

    Args:
        parameter_map: the world.
        values: values of the parameters, in their own units.
        names: names of the measures.
        portion: amount that is simulated.
        derivative: None, ``forward`` or ``reverse``.

    Raises:
        TuneError: a measure or a derivative is not finite.
    """
    function = _KINDS[derivative](
        parameter_map, jnp.asarray(values), names, portion.days, portion.steps_a_day
    )
    found = sample(function, portion.paths, portion.block_paths, portion.workers)
    outcome = Outcome(*found)
    for what, numbers in zip(("measure", "derivative"), outcome, strict=True):
        if numbers is None:
            continue
        lost = np.flatnonzero(~np.isfinite(numbers).reshape(len(numbers), -1).all(axis=1))
        if len(lost):
            _refuse(parameter_map, values, portion, what, lost)
    return outcome


class _Trouble(eqx.Module):
    """Days and subnets in which a path and its derivatives are finite."""

    parameter_map: ParameterMap
    values: Values
    days: int = eqx.field(static=True)
    steps_a_day: int = eqx.field(static=True)

    def __call__(self, path: ScalarInt) -> Bool[Array, "days subnets"]:
        def seen(values: Values) -> tuple[Any, Any]:
            history = run_path(self.parameter_map(values), path, self.days, self.steps_a_day)
            figures = jnp.stack([history.shares, history.price])
            return figures, figures

        tangents, figures = jax.jacfwd(seen, has_aux=True)(self.values)
        return jnp.isfinite(figures).all(axis=0) & jnp.isfinite(tangents).all(axis=(0, -1))


def _refuse(
    parameter_map: ParameterMap, values: np.ndarray, portion: Portion, what: str, lost: np.ndarray
) -> None:
    path = jnp.asarray(lost[0], jnp.uint32)
    trouble = _Trouble(parameter_map, jnp.asarray(values), portion.days, portion.steps_a_day)
    days, rows = np.nonzero(~np.asarray(eqx.filter_jit(trouble)(path)))
    where = "in a measure itself, while shares and prices stay finite"
    if len(days):
        where = f"by day {days[0]} in the subnet in row {rows[0]} of the network"
    raise TuneError(
        f"a {what} is not finite on {len(lost)} of {portion.paths} paths, first on path "
        f"{lost[0]}, {where}; narrow the bounds, or calm the demand"
    )
