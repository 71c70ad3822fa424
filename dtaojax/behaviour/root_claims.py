"""Root stakers sell out of their baskets, much on some days and little on others."""

import dataclasses
from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp

from dtaojax import chain
from dtaojax.demand.process import Clock
from dtaojax.demand.uncertain import UncertainRates
from dtaojax.mechanism.composition import Mechanism
from dtaojax.mechanism.root.policy import RootDrained
from dtaojax.numerics.shapes import PathNumber, Scalar
from dtaojax.numerics.streams import Stream


class ClaimStreams(NamedTuple):
    """Random streams of the process."""

    rates: Stream
    days: Stream

    def for_path(self, path: PathNumber) -> "ClaimStreams":
        """Return their parts that belong to a path."""
        return ClaimStreams(*(stream.for_path(path) for stream in self))


class ClaimMemory(NamedTuple):
    """What a path draws once.

    Attributes:
        streams: of the path.
        rate: mean rate of sales out of the baskets [1/day].
    """

    streams: ClaimStreams
    rate: Scalar


class RootClaims(eqx.Module):
    """A rate of claims for each day, the same for the baskets of all subnets.

    What root stake earns waits in baskets until stakers choose to sell (§3.10, R8), which they do
    in bursts over all subnets at once (§12.4). A day's rate is a path's mean times a draw of a
    gamma distribution with mean 1. In a step longer than a day its first day's rate counts for all.

    Attributes:
        streams: of random numbers.
        mean: the distribution of a path's mean rate.
        day: that of a day's rate over the mean.
    """

    streams: ClaimStreams
    mean: UncertainRates
    day: UncertainRates

    def begin(self, path: PathNumber) -> ClaimMemory:
        """Draw the mean rate of a path."""
        streams = self.streams.for_path(path)
        (rate,) = self.mean(streams.rates.normals(jnp.zeros((), jnp.int32), 1))
        return ClaimMemory(streams, rate)

    def rules(self, memory: ClaimMemory, clock: Clock, mechanism: Mechanism) -> Mechanism:
        """Return the rules under which root sells the day's part of its baskets, block by block.

        Args:
            memory: of the path.
            clock: of a step of the day.
            mechanism: in which root keeps its baskets.
        """
        (multiple,) = self.day(memory.streams.days.normals(clock.day, 1))
        part = -jnp.expm1(-memory.rate * multiple / chain.BLOCKS_PER_DAY)
        return dataclasses.replace(mechanism, root=RootDrained(part))
