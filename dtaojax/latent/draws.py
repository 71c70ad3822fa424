"""What the chain does not see of a subnet, where it differs from path to path."""

import dataclasses

import equinox as eqx
import jax.numpy as jnp

from dtaojax.numerics.shapes import ScalarInt
from dtaojax.numerics.streams import Stream
from dtaojax.state.network import Subnets


class Latent(eqx.Module):
    """Draws of quality and sector at the start of a path; None for what is the same on all.

    Attributes:
        quality: stream of standard normal qualities.
        sectors: stream of the order in which subnets are dealt into sectors.
        sector_size: subnets in a sector; the last may be smaller.
    """

    quality: Stream | None
    sectors: Stream | None
    sector_size: int = eqx.field(static=True)

    def __call__(self, path: ScalarInt, subnets: Subnets) -> Subnets:
        """The path's subnets."""
        lanes = subnets.quality.shape[-1]
        start = jnp.zeros((), jnp.int32)
        if self.quality is not None:
            drawn = self.quality.for_path(path).normals(start, lanes)
            subnets = dataclasses.replace(subnets, quality=drawn.astype(subnets.quality.dtype))
        if self.sectors is not None:
            words = self.sectors.for_path(path).words(start, lanes)
            # Empty slots are dealt last, so that they take no place among the subnets.
            dealt = jnp.lexsort((words, ~subnets.registered))
            place = jnp.argsort(dealt).astype(subnets.sector.dtype)
            subnets = dataclasses.replace(subnets, sector=place // self.sector_size)
        return subnets
