"""Statistics that accumulate block by block in constant memory and merge exactly.

Distributions are counted in bins of equal width in the logarithm, which are integers and merge in
any order; moments are pairwise sums (see :mod:`dtaojax.engine.pairwise`). Gauges are never
negative. A value of exactly 0 has no logarithm and lies in no bin: there are as many of them as
values are missing from the bins, since a path with a gauge that is not finite is lost.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from dtaojax.engine.pairwise import pairwise_sum
from dtaojax.engine.rollout import Observation


class Bins(NamedTuple):
    """Where the bins of each gauge lie.

    Bin 0 holds positive values below the range and the last bin what is above it.

    Attributes:
        origin: Value that deviations are taken from, for exact moments.
        scale: Unit in which a gauge is measured; positive.
        log_low: Log of the lower end of the range, in that unit.
        log_width: Width of a bin in the log.
        inside: Number of bins inside the range.
    """

    origin: Float[Array, "gauges members"]
    scale: Float[Array, "gauges members"]
    log_low: Float[Array, " gauges"]
    log_width: Float[Array, " gauges"]
    inside: int


class Counts(NamedTuple):
    """The part that merges by adding integers and by comparing.

    Attributes:
        bins: Number of positive values in each bin.
        lowest: Smallest positive value seen; infinite without one.
        highest: Largest value seen.
    """

    bins: Int[Array, "moments gauges members bins"]
    lowest: Float[Array, "moments gauges members"]
    highest: Float[Array, "moments gauges members"]


class Sums(NamedTuple):
    """Pairwise sums over the paths of a block.

    Attributes:
        deviation: Sum of ``(value - origin) / scale``.
        squared: Sum of its square.
        cubed: Sum of its cube.
        events: Number of paths on which each event was true.
    """

    deviation: Float[Array, "moments gauges members"]
    squared: Float[Array, "moments gauges members"]
    cubed: Float[Array, "moments gauges members"]
    events: Int[Array, "moments events members"]


def empty_counts(bins: Bins, moments: int) -> Counts:
    """Return counts of nothing."""
    shape = (moments, *bins.origin.shape)
    return Counts(
        bins=jnp.zeros((*shape, bins.inside + 2), jnp.int32),
        lowest=jnp.full(shape, jnp.inf, bins.origin.dtype),
        highest=jnp.full(shape, -jnp.inf, bins.origin.dtype),
    )


def count_block(
    counts: Counts, bins: Bins, seen: Observation, used: Bool[Array, " paths"]
) -> Counts:
    """Return counts with a block of paths added; those not used are left out.

    Args:
        counts: Counts before the block.
        bins: Bins into which values fall.
        seen: Observations with leading axes (paths, moments).
        used: Paths that count, shape (paths,).
    """
    values = seen.gauges
    here = used[:, None, None, None]
    positive = values > 0.0
    low, width = (edge[None, None, :, None] for edge in (bins.log_low, bins.log_width))
    log_value = jnp.log(jnp.where(positive, values, 1.0) / bins.scale[None, None])
    position = jnp.floor((log_value - low) / width)
    index = (jnp.clip(position, -1, bins.inside) + 1).astype(jnp.int32)
    row = jnp.arange(values[0].size, dtype=jnp.int32).reshape(values.shape[1:])
    flat = row[None] * (bins.inside + 2) + index
    out_of_range = counts.bins.size
    binned = here & positive
    flat = jnp.where(binned, flat, out_of_range).reshape(-1)
    added = counts.bins.reshape(-1).at[flat].add(1, mode="drop")
    return Counts(
        bins=added.reshape(counts.bins.shape),
        lowest=jnp.minimum(counts.lowest, jnp.min(values, axis=0, where=binned, initial=jnp.inf)),
        highest=jnp.maximum(counts.highest, jnp.max(values, axis=0, where=here, initial=-jnp.inf)),
    )


class Terms(NamedTuple):
    """What each path adds to the sums; nothing where it is not used.

    Attributes:
        deviation: ``(value - origin) / scale``.
        squared: Its square.
        cubed: Its cube.
    """

    deviation: Float[Array, "paths moments gauges members"]
    squared: Float[Array, "paths moments gauges members"]
    cubed: Float[Array, "paths moments gauges members"]


def block_terms(bins: Bins, seen: Observation, used: Bool[Array, " paths"]) -> Terms:
    """Return the terms of the sums, to be added up by a separate program.

    In one program the compiler may fuse a product into the addition that follows, which rounds once
    instead of twice, where the size of the block suggests it.
    """
    here = used[:, None, None, None]
    difference = seen.gauges - bins.origin[None, None]
    deviation = jnp.where(here, difference / bins.scale[None, None], 0.0)
    squared = deviation * deviation
    return Terms(deviation, squared, squared * deviation)


def sum_block(terms: Terms, events: Bool[Array, "paths moments events members"]) -> Sums:
    """Add up a block of a power of two paths."""
    return Sums(
        deviation=pairwise_sum(terms.deviation),
        squared=pairwise_sum(terms.squared),
        cubed=pairwise_sum(terms.cubed),
        events=jnp.sum(events, axis=0, dtype=jnp.int32),
    )
