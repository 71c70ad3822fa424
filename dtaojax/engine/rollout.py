"""One path from its start to the horizon."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Int

from dtaojax.engine.model import Model, Observation

KEPT = -1
"""Value of ``PathRecord.lost_at`` for a path that stayed finite."""


class PathRecord(NamedTuple):
    """What is left of a path.

    Attributes:
        seen: observations with a leading axis of moments, the start first.
        lost_at: index of the first moment at which a number was not finite, or ``KEPT``.
        tallies: the model's counts.
    """

    seen: Observation
    lost_at: Int[Array, ""]
    tallies: tuple[Int[Array, ""], ...]


def rollout(model: Model, path: Int[Array, ""], report_steps: Int[Array, " reports"]) -> PathRecord:
    """Runs a path and observes it at the start and after each of ``report_steps`` steps.

    Args:
        model: what is run.
        path: number of the path.
        report_steps: numbers of steps, rising; the last is the horizon.
    """

    def segment(carry, bounds):
        first, stop = bounds
        carry = lax.fori_loop(
            first, stop, lambda number, inner: model.advance(inner, number), carry
        )
        return carry, (model.observe(carry), model.finite(carry))

    # The first segment has no steps: the start is observed by the same code as all else.
    stops = jnp.concatenate([jnp.zeros_like(report_steps[:1]), report_steps])
    starts = jnp.concatenate([stops[:1], stops[:-1]])
    carry, (seen, finite) = lax.scan(segment, model.begin(path), (starts, stops))
    lost_at = jnp.where(jnp.all(finite), KEPT, jnp.argmin(finite)).astype(jnp.int32)
    return PathRecord(seen, lost_at, model.tally(carry))
