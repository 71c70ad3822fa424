"""Quality and sector of subnets, which the chain does not see: given, or drawn on each path."""

import dataclasses

import equinox as eqx
import jax.numpy as jnp

from dtaojax.numerics.shapes import ScalarInt
from dtaojax.numerics.streams import Stream, named_stream
from dtaojax.state.network import Subnets


class Latent(eqx.Module):
    """Draws of quality and sector at the start of a path; None for what all paths share.

    Attributes:
        quality: Stream of standard normal qualities.
        sectors: Stream of the order in which subnets are dealt into sectors.
        sector_size: Number of subnets in a sector; the last may be smaller.
    """

    quality: Stream | None = None
    sectors: Stream | None = None
    sector_size: int = eqx.field(static=True, default=1)

    @property
    def differs(self) -> bool:
        """Whether anything is drawn, so that subnets differ from path to path."""
        return self.quality is not None or self.sectors is not None

    def __call__(self, path: ScalarInt, subnets: Subnets) -> Subnets:
        """Return the path's subnets."""
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


def latent(seed: int, *, draws_quality: bool, sector_size: int | None) -> Latent:
    """Build the draws under a seed.

    Args:
        seed: Seed of the run.
        draws_quality: True to draw quality on each path.
        sector_size: Number of subnets in a sector that is dealt; None where sectors are given.
    """
    return Latent(
        quality=named_stream(seed, "latent/quality") if draws_quality else None,
        sectors=None if sector_size is None else named_stream(seed, "latent/sectors"),
        sector_size=sector_size or 1,
    )
