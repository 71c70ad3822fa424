"""Histories that the demand process makes, beside the real one: simulation and curves of both."""

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
from dtaojax.calibration import panel_statistics
from dtaojax.calibration.goodness import Comparison, compare
from dtaojax.calibration.observations import FLOW_OF_RETURN, REFERENCE_DEPTH, Observations
from dtaojax.config.config import Config
from dtaojax.config.network import DEFAULT_NETWORK
from dtaojax.demand.clock import Clock
from dtaojax.demand.stochastic_variance.process import StochasticVarianceFlow
from dtaojax.network import load_network
from dtaojax.state.network import NetworkState, Subnets
from dtaojax.studies.calibrate.page import Band

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
        # A day is one step: the depths are known for days only.
        def day(memory, today):
            number, depth = today
            pools = eqx.tree_at(lambda pools: pools.tao_in, state.pools, depth)
            block = state.block + number * chain.BLOCKS_PER_DAY
            now = eqx.tree_at(lambda state: (state.pools, state.block), state, (pools, block))
            clock = Clock(number, chain.BLOCKS_PER_DAY)
            # This process asks nothing of what was paid.
            paid: Any = None
            intents, memory = process.intents(memory, clock, subnets, now, paid)
            return memory, intents.push

        depth = REFERENCE_DEPTH * jnp.exp(log_depth)
        days = jnp.arange(len(log_depth))
        return lax.scan(day, process.begin(path, subnets, state), (days, depth))[1]

    # Eight histories at a time, which bounds the memory.
    return lax.map(history, jnp.arange(histories, dtype=jnp.uint32), batch_size=8)


def simulate(
    process: StochasticVarianceFlow,
    observations: Observations,
    drift: NDArray[np.float64],
    histories: int,
) -> NDArray[np.float64]:
    """Simulate returns that the process makes, with depths and ages of the real history.

    The process alone is run, a step a day, and not the pools: their depths are those that the
    history had. So what is compared is demand, whatever rules were in force.

    Args:
        process: demand process as a config builds it.
        observations: of the real history; its gaps become those of the simulated ones.
        drift: drift that is added to the flows of a day, shape (days,).
        histories: number of histories to simulate.

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
    """Return the day on which each series began to trade, from the first day, (series,) [days].

    Counted from its last flow: its age on the first day is not known where it began later.
    """
    days, series = observations.seen.shape
    last = days - 1 - np.argmax(observations.seen[::-1], axis=0)
    return last - observations.age[last, np.arange(series)]


def _any_network(series: int) -> tuple[Subnets, NetworkState]:
    """Return as many subnets as there are series, all alike: demand sees only depth and age."""
    table = load_network(DEFAULT_NETWORK)
    network = build_network(table, Config().mechanism)

    def widened(leaf: Array) -> Array:
        return jnp.repeat(leaf[:1], series, axis=0) if leaf.ndim else leaf

    return jax.tree.map(widened, network)


FloatArray = NDArray[np.float64]

_REPLICATES: Final = 100
_DEPTH_GROUPS: Final = 8


def drawn_curves(
    returns: FloatArray, simulated: FloatArray, observations: Observations
) -> dict[str, Band]:
    """Return history and model, point by point, by the name of the figure.

    Args:
        returns: of the history (days, series).
        simulated: of the model (histories, days, series).
        observations: of the history; where they know no depths there is no such curve.
    """
    known = {
        "quantiles": panel_statistics.QUANTILES,
        "tails": panel_statistics.TAILS,
        "spreads": panel_statistics.SPREADS,
        "memory": panel_statistics.MEMORY,
        "correlations": panel_statistics.CORRELATIONS,
    }
    found = {
        name: _band(
            curve.at,
            compare(curve.of, returns, simulated, of_pairs=curve.of_pairs, replicates=_REPLICATES),
        )
        for name, curve in known.items()
    }
    if np.any(observations.log_depth != 0.0):
        found["depth"] = _by_depth(returns, simulated, observations)
    return found


def _band(at: FloatArray, found: Comparison) -> Band:
    return Band(at, found.data, found.low, found.high, found.model)


def _by_depth(returns: FloatArray, simulated: FloatArray, observations: Observations) -> Band:
    """Compare the typical volatility of subnets of like depth, groups resampled one by one."""
    counted = np.isfinite(returns).sum(axis=0) >= 8
    depth = REFERENCE_DEPTH * np.exp(np.median(observations.log_depth, axis=0))
    at, members = panel_statistics.by_depth(depth[counted], _DEPTH_GROUPS)
    points = []
    for group in members:
        columns = np.flatnonzero(counted)[group]
        points.append(
            compare(
                lambda panel: np.array([panel_statistics.mean_log_spread(panel)]),
                returns[:, columns],
                simulated[:, :, columns],
                replicates=_REPLICATES,
            )
        )
    joined = {
        name: np.concatenate([getattr(point, name) for point in points])
        for name in ("data", "low", "high", "model")
    }
    return Band(at, **joined)
