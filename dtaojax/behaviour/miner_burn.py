"""Owners withhold the miners' pay, in whole or in part, and change their minds."""

import dataclasses
from collections.abc import Sequence
from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from dtaojax.behaviour.process import BehaviourProcess, days_since_last_decision, in_reach
from dtaojax.demand.clock import Clock
from dtaojax.demand.distributions import (
    KnownFrom,
    UncertainRates,
    VolatilityTable,
    uncertain_rates,
    volatility_table,
)
from dtaojax.mechanism.composition import Mechanism
from dtaojax.numerics.shapes import PathNumber, PerSubnet, PerSubnetBool, Scalar
from dtaojax.numerics.streams import Source, Stream, named_stream
from dtaojax.state.network import NetworkState, Subnets

NOTHING_BELOW: Final = 0.005
"""A burn below this counts as none [-]."""
EVERYTHING_FROM: Final = 0.995
"""A burn from here on counts as all of the miners' pay [-]."""

MOVES: Final = (
    "nothing_to_part",
    "nothing_to_all",
    "part_to_nothing",
    "part_to_all",
    "all_to_nothing",
    "all_to_part",
)
"""Moves between the three states of burn, in the order of the rates."""

_LARGEST_MULTIPLE: Final = 1e3
"""Largest multiple of a normal deviate in a step of the logit: far beyond what a burn can show."""


class BurnStreams(NamedTuple):
    """Random streams of the process.

    Attributes:
        rates: Stream of a path's rates.
        moves: Stream of the moves between states.
        levels: Stream of the levels of a burn that becomes partial.
        waits: Stream of the times of steps of a partial burn.
        steps: Stream of the sizes of these steps.
    """

    rates: Stream
    moves: Stream
    levels: Stream
    waits: Stream
    steps: Stream

    def for_path(self, path: PathNumber) -> "BurnStreams":
        """Return their parts that belong to a path."""
        return BurnStreams(*(stream.for_path(path) for stream in self))


class BurnMemory(NamedTuple):
    """Figures that a path draws once.

    Attributes:
        streams: Streams of the path.
        engaged: Rates of the six ``MOVES`` where burn costs emission [1/day].
        idle: Rates of the six ``MOVES`` where it costs nothing [1/day].
        step_rate: Rate of changes of a partial burn [1/day].
    """

    streams: BurnStreams
    engaged: Float[Array, "6"]
    idle: Float[Array, "6"]
    step_rate: Scalar


class MinerBurn(BehaviourProcess):
    """A Markov chain of each subnet between burning nothing, a part and all, at two sets of rates.

    An owner is *engaged* where burn costs emission: the rules charge weights for burn, the TAO
    emission is switched on, and without burn the subnet would stand near the gate's bar. All others
    are *idle*. Under rules that do not charge for burn nobody is engaged. Within a partial burn,
    the logit of the place between the two limits takes Student-t steps at a rate.

    Attributes:
        streams: Streams of random numbers.
        rates: Six rates of the engaged, six of the idle, and that of steps [1/day].
        reach: Part of the bar from which on a subnet is in reach of it [-].
        level_mean: Mean logit of a burn that becomes partial [-].
        level_sd: Standard deviation of that logit [-].
        step_scale: Scale of a step of the logit [-].
        step_tail: Multiples of a normal deviate that make a step Student-t.
    """

    streams: BurnStreams
    rates: UncertainRates
    reach: Scalar
    level_mean: Scalar
    level_sd: Scalar
    step_scale: Scalar
    step_tail: VolatilityTable

    @property
    def source(self) -> Source:
        """Source of randomness to which its numbers count."""
        return "owners"

    def begin(self, path: PathNumber, subnets: Subnets, state: NetworkState) -> BurnMemory:
        """Draw the rates of a path."""
        streams = self.streams.for_path(path)
        first = jnp.zeros((), jnp.int32)
        drawn = self.rates(streams.rates.normals(first, 2 * len(MOVES) + 1))
        count = len(MOVES)
        return BurnMemory(streams, drawn[:count], drawn[count : 2 * count], drawn[-1])

    def act(
        self,
        memory: BurnMemory,
        clock: Clock,
        subnets: Subnets,
        state: NetworkState,
        mechanism: Mechanism,
    ) -> tuple[Subnets, BurnMemory]:
        """Move each subnet of the emit set, or leave it."""
        engaged = jnp.zeros_like(subnets.emission_enabled)
        if mechanism.weight_rule.charges_burn:
            engaged = subnets.emission_enabled & in_reach(mechanism, subnets, state, self.reach)
        after = self._moved(memory, clock, subnets.miner_burned, engaged)
        burned = jnp.where(subnets.in_emit_set, after, subnets.miner_burned)
        return dataclasses.replace(subnets, miner_burned=burned), memory

    def _moved(
        self, memory: BurnMemory, clock: Clock, burned: PerSubnet, engaged: PerSubnetBool
    ) -> PerSubnet:
        """Return the burn after a day's decisions [-]."""
        streams, lanes, days = memory.streams, burned.shape[-1], days_since_last_decision(clock)
        nothing, everything = burned < NOTHING_BELOW, burned >= EVERYTHING_FROM

        def rate(first: int) -> PerSubnet:
            """Return the rate of the first or second move that leaves each subnet's state."""

            def of_state(rates: Float[Array, "6"]) -> PerSubnet:
                part = jnp.where(everything, rates[4 + first], rates[2 + first])
                return jnp.where(nothing, rates[first], part)

            return jnp.where(engaged, of_state(memory.engaged), of_state(memory.idle))

        low, high = rate(0), rate(1)
        total = low + high
        chance = -jnp.expm1(-total * days)
        uniform = streams.moves.uniforms(clock.day, lanes)
        moves = uniform < chance
        to_low = uniform * total < chance * low
        # The lower of the two other states: nothing, or a part for those who burn nothing.
        becomes_part = moves & jnp.where(nothing, to_low, everything & ~to_low)
        becomes_nothing = moves & to_low & ~nothing
        becomes_all = moves & ~to_low & ~everything

        level = streams.levels.normals(clock.day, lanes).astype(burned.dtype)
        entered = _between(self.level_mean + self.level_sd * level)
        after = jnp.where(becomes_part, entered, self._stepped(memory, clock, burned, days))
        return jnp.where(becomes_nothing, 0.0, jnp.where(becomes_all, 1.0, after))

    def _stepped(
        self, memory: BurnMemory, clock: Clock, burned: PerSubnet, days: Scalar
    ) -> PerSubnet:
        """Return the burn after the steps of those that burn a part [-]."""
        lanes = burned.shape[-1]
        normals = memory.streams.steps.normals(clock.day, 2 * lanes).astype(burned.dtype)
        size = self.step_scale * normals[:lanes] * self.step_tail(normals[lanes:])
        uniform = memory.streams.waits.uniforms(clock.day, lanes)
        partial = (burned >= NOTHING_BELOW) & (burned < EVERYTHING_FROM)
        steps = partial & (uniform < -jnp.expm1(-memory.step_rate * days))
        place = (burned - NOTHING_BELOW) / (EVERYTHING_FROM - NOTHING_BELOW)
        # Outside, and exactly at the lower limit, the logit is not finite; nobody steps there.
        safe = jnp.where(partial & (place > 0.0), place, 0.5)
        return jnp.where(steps, _between(jax.scipy.special.logit(safe) + size), burned)


def miner_burn(
    seed: int,
    *,
    rates: Sequence[KnownFrom],
    reach: float,
    level_mean: float,
    level_sd: float,
    step_scale: float,
    step_degrees_of_freedom: float,
) -> MinerBurn:
    """Build the process under a seed.

    Args:
        seed: Seed of the run.
        rates: Six rates of the engaged, six of the idle, and that of steps.
        reach: Part of the bar from which on a subnet is in reach of it [-].
        level_mean: Mean logit of a burn that becomes partial [-].
        level_sd: Standard deviation of that logit [-].
        step_scale: Scale of a step of the logit [-].
        step_degrees_of_freedom: Degrees of freedom of a step.
    """
    names = (f"behaviour.miner_burn.{part}" for part in BurnStreams._fields)
    return MinerBurn(
        streams=BurnStreams(*(named_stream(seed, name) for name in names)),
        rates=uncertain_rates(rates),
        reach=jnp.asarray(reach),
        level_mean=jnp.asarray(level_mean),
        level_sd=jnp.asarray(level_sd),
        step_scale=jnp.asarray(step_scale),
        step_tail=volatility_table(step_degrees_of_freedom, _LARGEST_MULTIPLE),
    )


def _between(logit: PerSubnet) -> PerSubnet:
    """Return a partial burn from its logit between the two limits [-]."""
    return NOTHING_BELOW + (EVERYTHING_FROM - NOTHING_BELOW) * jax.nn.sigmoid(logit)
