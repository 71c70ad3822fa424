"""A model that is cheap to run and whose figures are known in closed form."""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp

from dtaojax.engine.rollout import Observation
from dtaojax.engine.statistics import Bins
from dtaojax.numerics.streams import Stream, named_stream

MEMBERS = 3


class Walk(NamedTuple):
    own: Stream
    path: jax.Array
    log_value: jax.Array
    ups: jax.Array


class GeometricWalk(eqx.Module):
    """``exp`` of a normal random walk for each member; some paths break at the ninth step."""

    stream: Stream
    sigma: jax.Array
    broken_every: int = eqx.field(static=True)

    def begin(self, path: jax.Array) -> Walk:
        number = path.astype(jnp.int32)
        return Walk(self.stream.for_path(path), number, jnp.zeros(MEMBERS), jnp.int32(0))

    def advance(self, carry: Walk, number: jax.Array) -> Walk:
        normals = carry.own.normals(number, MEMBERS).astype(carry.log_value.dtype)
        log_value = carry.log_value + self.sigma * normals
        is_last = carry.path % self.broken_every == self.broken_every - 1
        breaks = is_last & (number == 8)
        return Walk(
            carry.own,
            carry.path,
            jnp.where(breaks, jnp.nan, log_value),
            carry.ups + jnp.sum(normals > 0.0, dtype=jnp.int32),
        )

    def observe(self, carry: Walk, number: jax.Array) -> Observation:
        values = jnp.exp(carry.log_value)
        risen = carry.log_value > 0.0
        scalars = jnp.append(values, carry.path.astype(values.dtype))
        return Observation(values[None], risen[None], scalars)

    def finite(self, carry: Walk) -> jax.Array:
        return jnp.isfinite(carry.log_value).all()

    def tally(self, carry: Walk) -> tuple[jax.Array, ...]:
        return (carry.ups,)


def walk(seed: int = 1, broken_every: int = 10**6) -> GeometricWalk:
    return GeometricWalk(named_stream(seed, "walk"), jnp.asarray(0.1), broken_every)


BINS = Bins(
    origin=jnp.ones((1, MEMBERS)),
    scale=jnp.ones((1, MEMBERS)),
    log_low=jnp.asarray([-0.5]),
    log_width=jnp.asarray([0.05]),
    inside=20,
)
