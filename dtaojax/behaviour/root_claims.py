"""Root stakers sell out of their baskets, much on some days and little on others."""

import dataclasses
from abc import abstractmethod
from typing import Any, NamedTuple

import equinox as eqx
import jax.numpy as jnp

from dtaojax import chain
from dtaojax.demand.clock import Clock
from dtaojax.demand.distributions import KnownFrom, UncertainRates, uncertain_rates
from dtaojax.mechanism.composition import Mechanism
from dtaojax.mechanism.root.policy import RootDrained
from dtaojax.numerics.shapes import PathNumber, Scalar
from dtaojax.numerics.streams import Stream, named_stream


class ClaimStreams(NamedTuple):
    """Random streams of the process.

    Attributes:
        rates: Stream of a path's mean rate.
        days: Stream of a day's rate over the mean.
    """

    rates: Stream
    days: Stream

    def for_path(self, path: PathNumber) -> "ClaimStreams":
        """Return their parts that belong to a path."""
        return ClaimStreams(*(stream.for_path(path) for stream in self))


class ClaimMemory(NamedTuple):
    """Figures that a path draws once.

    Attributes:
        streams: Streams of the path.
        rate: Mean rate of sales out of the baskets [1/day].
    """

    streams: ClaimStreams
    rate: Scalar


class ClaimProcess(eqx.Module):
    """When root stakers sell out of their baskets."""

    @abstractmethod
    def begin(self, path: PathNumber) -> Any:
        """Draw what is the same for a whole path, and return the memory at its start."""

    @abstractmethod
    def rules(self, memory: Any, clock: Clock, mechanism: Mechanism) -> Mechanism:
        """Return the rules of a step, with root's claims as stakers choose them.

        Args:
            memory: Memory of the path.
            clock: Place of the step in the run.
            mechanism: Rules in force.
        """


class NoClaims(ClaimProcess):
    """Nobody chooses: root does what the rules say."""

    def begin(self, path: PathNumber) -> Any:
        """Remember nothing."""
        return ()

    def rules(self, memory: Any, clock: Clock, mechanism: Mechanism) -> Mechanism:
        """Return the rules as they are."""
        return mechanism


class RootClaims(ClaimProcess):
    """A rate of claims for each day, the same for the baskets of all subnets.

    What root stake earns waits in baskets until stakers choose to sell (§3.10, R8), which they do
    in bursts over all subnets at once (§12.4). A day's rate is a path's mean times a draw of a
    gamma distribution with mean 1. In a step longer than a day its first day's rate counts for all.

    Attributes:
        streams: Streams of random numbers.
        mean: Distribution of a path's mean rate [1/day].
        day: Distribution of a day's rate over the mean [-].
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
            memory: Memory of the path.
            clock: Clock of a step of the day.
            mechanism: Rules under which root keeps its baskets.
        """
        (multiple,) = self.day(memory.streams.days.normals(clock.day, 1))
        part = -jnp.expm1(-memory.rate * multiple / chain.BLOCKS_PER_DAY)
        return dataclasses.replace(mechanism, root=RootDrained(part))


def root_claims(seed: int, *, mean: KnownFrom, day_shape: float) -> RootClaims:
    """Build the claims under a seed.

    Args:
        seed: Seed of the run.
        mean: Mean rate of sales out of the baskets, and how well it is known.
        day_shape: Shape of the gamma distribution of a day's rate over the mean; infinite where all
            days are alike.
    """
    names = (f"behaviour.root_claims.{part}" for part in ClaimStreams._fields)
    return RootClaims(
        streams=ClaimStreams(*(named_stream(seed, name) for name in names)),
        mean=uncertain_rates([mean]),
        day=uncertain_rates([KnownFrom(1.0, day_shape)]),
    )


class WaitingClaims(ClaimProcess):
    """Claims out of root's baskets under rules that do not leave them to stakers.

    Attributes:
        claims: Claims that wait.
    """

    claims: RootClaims

    def begin(self, path: PathNumber) -> ClaimMemory:
        """Draw the mean rate of a path."""
        return self.claims.begin(path)

    def rules(self, memory: ClaimMemory, clock: Clock, mechanism: Mechanism) -> Mechanism:
        """Return the rules as they are."""
        return mechanism
