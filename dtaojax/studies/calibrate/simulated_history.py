"""Histories as the demand process makes them, on the days and subnets of a real one."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float
from numpy.typing import NDArray

from dtaojax import chain
from dtaojax.assembly import build_network
from dtaojax.calibration.observations import FLOW_OF_RETURN, REFERENCE_DEPTH, Observations
from dtaojax.config.config import Config
from dtaojax.config.network import DEFAULT_NETWORK
from dtaojax.demand.flow.stochastic_variance import StochasticVarianceFlow
from dtaojax.demand.process import Clock
from dtaojax.network import load_network
from dtaojax.state.network import NetworkState, Subnets

_OLDEST_BLOCKS: Final = 4_000 * chain.BLOCKS_PER_DAY
"""First block of a simulated history, before which subnets can have started."""


@eqx.filter_jit
def _flows(
    process: StochasticVarianceFlow,
    subnets: Subnets,
    state: NetworkState,
    log_depth: Float[Array, "days series"],
    histories: int,
) -> Float[Array, "histories days series"]:
    def history(path: Array) -> Array:
        def day(memory, today):
            number, depth = today
            pools = eqx.tree_at(lambda pools: pools.tao_in, state.pools, depth)
            block = state.block + number * chain.BLOCKS_PER_DAY
            now = eqx.tree_at(lambda state: (state.pools, state.block), state, (pools, block))
            clock = Clock(number, chain.BLOCKS_PER_DAY)
            # This process asks nothing of what was paid.
            paid: Any = None
            wish, memory = process.intents(memory, clock, subnets, now, paid)
            return memory, wish.push

        depth = REFERENCE_DEPTH * jnp.exp(log_depth)
        days = jnp.arange(len(log_depth))
        return lax.scan(day, process.begin(path, subnets, state), (days, depth))[1]

    return lax.map(history, jnp.arange(histories, dtype=jnp.uint32), batch_size=8)


def simulate(
    process: StochasticVarianceFlow,
    observations: Observations,
    drift: NDArray[np.float64],
    histories: int,
) -> NDArray[np.float64]:
    """Returns that the process makes, with the depths and ages of the real history.

    The process alone is run, a step a day, and not the pools: their depths are those that the
    history had. So what is compared is demand, whatever rules were in force.

    Args:
        process: as a config builds it.
        observations: of the real history; its gaps become those of the simulated ones.
        drift: added to the flows of a day (days,).
        histories: how many to simulate.

    Returns:
        Daily log returns, NaN where the real one has none (histories, days, series).
    """
    series = observations.flow.shape[1]
    begun = _OLDEST_BLOCKS + jnp.asarray(start_days(observations) * chain.BLOCKS_PER_DAY, jnp.int32)
    block = jnp.asarray(_OLDEST_BLOCKS, begun.dtype)
    subnets, state = _any_network(series)
    subnets = dataclasses.replace(
        subnets, registered_at=jnp.zeros_like(begun), first_emission_block=begun
    )
    state = dataclasses.replace(state, block=block)
    flows = _flows(process, subnets, state, jnp.asarray(observations.log_depth), histories)
    returns = (np.asarray(flows) + drift[None, :, None]) / FLOW_OF_RETURN
    return np.where(observations.seen[None], returns, np.nan)


def start_days(observations: Observations) -> NDArray[np.float64]:
    """When each series began to trade, in days from the first day of the history (series,).

    Counted from its last flow: its age on the first day is not known where it began later.
    """
    days, series = observations.seen.shape
    last = days - 1 - np.argmax(observations.seen[::-1], axis=0)
    return last - observations.age[last, np.arange(series)]


def _any_network(series: int) -> tuple[Subnets, NetworkState]:
    """As many subnets as there are series, all alike: of a network, demand sees depth and age."""
    table = load_network(DEFAULT_NETWORK)
    network = build_network(table, Config().mechanism)

    def widened(leaf: Array) -> Array:
        return jnp.repeat(leaf[:1], series, axis=0) if leaf.ndim else leaf

    return jax.tree.map(widened, network)
