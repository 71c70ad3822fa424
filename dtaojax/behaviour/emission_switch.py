"""Root switches the TAO emission of subnets on and off, one by one and many at once."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import jax.numpy as jnp

from dtaojax.behaviour.miner_burn import EVERYTHING_FROM
from dtaojax.behaviour.process import BehaviourProcess, days_since_last_decision, in_reach
from dtaojax.demand.clock import Clock
from dtaojax.demand.distributions import KnownFrom, UncertainRates, uncertain_rates
from dtaojax.mechanism.composition import Mechanism
from dtaojax.numerics.shapes import PathNumber, Scalar, ScalarInt
from dtaojax.numerics.streams import Source, Stream, named_stream
from dtaojax.state.network import NetworkState, Subnets


class SwitchStreams(NamedTuple):
    """Random streams of the process.

    Attributes:
        rates: Stream of a path's rates.
        singles: Stream of the single switches.
        batches: Stream of the days and directions of batches.
        members: Stream of who is in a batch.
    """

    rates: Stream
    singles: Stream
    batches: Stream
    members: Stream

    def for_path(self, path: PathNumber) -> "SwitchStreams":
        """Return their parts that belong to a path."""
        return SwitchStreams(*(stream.for_path(path) for stream in self))


class BatchChances(NamedTuple):
    """Chances to be in a batch of switches, by what root can see of a subnet.

    Attributes:
        burns_all: Chance of a subnet whose owner withholds all of the miners' pay [-].
        out_of_reach: Chance of another that could not stand near the gate's bar [-].
        in_reach: Chance of all others [-].
    """

    burns_all: Scalar
    out_of_reach: Scalar
    in_reach: Scalar


class SwitchMemory(NamedTuple):
    """Figures that a path draws once.

    Attributes:
        streams: Streams of the path.
        on: Rate at which a subnet that is off is switched on alone [1/day].
        off: Rate at which one that is on is switched off alone [1/day].
        batch: Rate of batches [1/day].
    """

    streams: SwitchStreams
    on: Scalar
    off: Scalar
    batch: Scalar


class EmissionSwitch(BehaviourProcess):
    """Single switches at two rates, and batches in which each subnet takes part by its class.

    ``SubnetEmissionEnabled`` is moved by the chain's root, often for many subnets in one block
    (§12.5). A subnet that was registered during the run is switched on by
    :class:`~dtaojax.world.lifecycle.Registrations` at its age; here it can be switched off
    only.

    Attributes:
        streams: Streams of random numbers.
        rates: Rates of single switches on, of single switches off, and of batches [1/day].
        batch_on: Chance that a batch switches on [-].
        switched_on: Chances to be in such a batch.
        switched_off: Chances to be in one that switches off.
        reach: Part of the bar from which on a subnet is in reach of it [-].
        began: Block at which the run starts.
    """

    streams: SwitchStreams
    rates: UncertainRates
    batch_on: Scalar
    switched_on: BatchChances
    switched_off: BatchChances
    reach: Scalar
    began: ScalarInt

    @property
    def source(self) -> Source:
        """Source of randomness to which its numbers count."""
        return "root"

    def begin(self, path: PathNumber, subnets: Subnets, state: NetworkState) -> SwitchMemory:
        """Draw the rates of a path."""
        streams = self.streams.for_path(path)
        on, off, batch = self.rates(streams.rates.normals(jnp.zeros((), jnp.int32), 3))
        return SwitchMemory(streams, on, off, batch)

    def act(
        self,
        memory: SwitchMemory,
        clock: Clock,
        subnets: Subnets,
        state: NetworkState,
        mechanism: Mechanism,
    ) -> tuple[Subnets, SwitchMemory]:
        """Switch subnets of the emit set on and off."""
        streams, days = memory.streams, days_since_last_decision(clock)
        enabled = subnets.emission_enabled
        lanes = enabled.shape[-1]
        known = subnets.registered_at <= self.began
        near = in_reach(mechanism, subnets, state, self.reach)
        burns_all = subnets.miner_burned >= EVERYTHING_FROM

        alone = streams.singles.uniforms(clock.day, lanes)
        rate = jnp.where(enabled, memory.off, memory.on)
        flips = alone < -jnp.expm1(-rate * days)

        happens, direction = streams.batches.uniforms(clock.day, 2)
        is_batch = happens < -jnp.expm1(-memory.batch * days)
        is_on = direction < self.batch_on
        classes = zip(self.switched_on, self.switched_off, strict=True)
        all_, out, near_ = (jnp.where(is_on, on, off) for on, off in classes)
        chance = jnp.where(burns_all, all_, jnp.where(near, near_, out))
        member = streams.members.uniforms(clock.day, lanes) < chance
        # A batch leaves those alone that are already as it wants them.
        flips |= is_batch & member & (enabled != is_on)

        flips &= subnets.in_emit_set & (enabled | known)
        return dataclasses.replace(subnets, emission_enabled=enabled ^ flips), memory


def emission_switch(
    seed: int,
    *,
    rates: Sequence[KnownFrom],
    batch_on: float,
    switched_on: Mapping[str, float],
    switched_off: Mapping[str, float],
    reach: float,
    began: int,
) -> EmissionSwitch:
    """Build the process under a seed.

    Args:
        seed: Seed of the run.
        rates: Rates of single switches on, of single switches off, and of batches.
        batch_on: Chance that a batch switches on [-].
        switched_on: Chances to be in such a batch, by the names of :class:`BatchChances` [-].
        switched_off: Chances to be in one that switches off, likewise [-].
        reach: Part of the bar from which on a subnet is in reach of it [-].
        began: Block at which the run starts.
    """
    names = (f"behaviour.emission_switch.{part}" for part in SwitchStreams._fields)
    on, off = (
        BatchChances(**{name: jnp.asarray(chance) for name, chance in chances.items()})
        for chances in (switched_on, switched_off)
    )
    return EmissionSwitch(
        streams=SwitchStreams(*(named_stream(seed, name) for name in names)),
        rates=uncertain_rates(rates),
        batch_on=jnp.asarray(batch_on),
        switched_on=on,
        switched_off=off,
        reach=jnp.asarray(reach),
        began=jnp.asarray(began),
    )
