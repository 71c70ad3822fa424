"""Days of real flows, read from a history and drawn in blocks."""

from pathlib import Path
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float
from numpy.typing import NDArray

from dtaojax.demand.clock import Clock
from dtaojax.demand.distributions import StationaryBootstrap, less_log_mean, stationary_bootstrap
from dtaojax.demand.process import DemandProcess, pushing
from dtaojax.history import HistoryError, Panel, find_history, read_panel
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.network.table import Slots
from dtaojax.numerics.shapes import PerSubnet, Scalar, ScalarInt
from dtaojax.numerics.streams import Stream, named_stream
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets


class Memory(NamedTuple):
    """Memory of a path from step to step.

    Attributes:
        blocks: The path's stream of the draws.
        row: Day of the history that the path is on.
        of_day: Pushes of that day, shape (subnets,) [-].
    """

    blocks: Stream
    row: ScalarInt
    of_day: PerSubnet


class FlowBootstrap(DemandProcess):
    """Each day, the flows of a day of the history into all subnets together.

    Days are drawn by the stationary bootstrap, so that flows keep their cross-section exactly and
    their dependence in time within blocks. A day's push is spread evenly over its steps. Every day
    of the history is as likely as any other on each day of a path, so that the mean of
    ``exp(push)`` over the history is the expected change of ``tao_in`` in a day.

    Attributes:
        days: Order in which days follow each other.
        blocks: Stream of the draws.
        pushes: Pushes of each day of the history, shape (days, subnets) [-].
        drift: Expected flow beyond the mean of the history [fraction of tao_in per day].
    """

    days: StationaryBootstrap
    blocks: Stream
    pushes: Float[Array, "days subnets"]
    drift: Scalar

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> Memory:
        """Take the path's stream; the first step draws the first day."""
        nothing = jnp.zeros_like(self.pushes[0])
        return Memory(self.blocks.for_path(path), jnp.zeros((), jnp.int32), nothing)

    def intents(
        self, memory: Memory, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, Memory]:
        """Return the step's pushes."""

        def draw() -> Memory:
            row = self.days.next_row(memory.blocks, clock.day, memory.row)
            # Looked up once a day: a row for each path is slow to gather.
            return memory._replace(row=row, of_day=self.pushes[row])

        today = lax.cond(clock.begins_day, draw, lambda: memory)
        return pushing((today.of_day + self.drift) * clock.days), today


def flow_bootstrap(
    seed: int,
    *,
    name: str = "flow_bootstrap",
    pushes: Float[Array, "days subnets"],
    mean_block_days: float,
    drift: float,
) -> FlowBootstrap:
    """Build the process under a seed and a name.

    Args:
        seed: Seed of the run.
        name: Name of its stream.
        pushes: Pushes of each day of the history, their mean taken off or not [-].
        mean_block_days: Mean length of a block [days].
        drift: Expected flow beyond the mean of the history [fraction of tao_in per day].
    """
    return FlowBootstrap(
        days=stationary_bootstrap(pushes.shape[0], mean_block_days),
        blocks=named_stream(seed, f"{name}.blocks"),
        pushes=pushes,
        drift=jnp.asarray(drift),
    )


def real_pushes(panel: Panel, slots: Slots, by_netuid: bool, min_age: float) -> NDArray[np.float64]:
    """Return a push for each day of a history and each slot of a network, shape (days, slots).

    In a constant-product pool the log price changes by twice the push, as injections are balanced.
    Every subnet has a rank among those of its network by ``tao_in``; on each day it is given the
    flow of the subnet of that rank in the history, by ``tao_in`` of the day before where that is
    known for all, else by price. Where the history has fewer subnets, neighbours in rank share one.
    Slots that are empty at the start are given the flows of the shallowest subnets.

    Args:
        panel: History of prices.
        slots: Slots of the network's subnets.
        by_netuid: True to give a subnet its own flow on days that know it.
        min_age: Age below which subnets of the history are left out [days].

    Raises:
        HistoryError: no two days follow each other with enough subnets.
    """
    pushes = 0.5 * panel.log_returns()
    pushes[panel.age < min_age] = np.nan
    known = np.isfinite(pushes)
    days = np.flatnonzero(known.any(axis=1))
    if len(days) < 2:
        text = (
            f"holds {len(days)} days with a return of a subnet that is {min_age:g} days old; a "
            "bootstrap needs two at least: give a longer history or a smaller min_age_days"
        )
        raise HistoryError(panel.source, [text])
    founders = slots.table.n_subnets
    # Empty slots come after the founders and start again at the lowest ranks, the shallowest.
    rank = (np.arange(slots.count) - founders) % founders
    rank[np.argsort(slots.table.tao_in, kind="stable")] = np.arange(founders)
    rows = np.empty((len(days), slots.count))
    for row, day in zip(rows, days, strict=True):
        there = np.flatnonzero(known[day])
        depth = panel.tao_in[day - 1, there]
        size = depth if np.isfinite(depth).all() else panel.close[day - 1, there]
        ordered = there[np.argsort(size, kind="stable")]
        row[:] = pushes[day, ordered[rank * len(there) // founders]]
        if by_netuid:
            own = dict(zip(panel.netuid[there].tolist(), there, strict=True))
            for slot, netuid in enumerate(slots.netuid.tolist()):
                if netuid in own:
                    row[slot] = pushes[day, own[netuid]]
    return rows


def read_pushes(
    file: str,
    folder: Path,
    source: str | None,
    slots: Slots,
    *,
    by_netuid: bool,
    min_age: float,
) -> Float[Array, "days slots"]:
    """Read the pushes of a history, their mean taken off [-].

    Args:
        file: Daily panel of prices.
        folder: Folder where a relative path starts.
        source: Value of the column ``source`` of the rows that are read; None for all.
        slots: As in :func:`real_pushes`.
        by_netuid: As in :func:`real_pushes`.
        min_age: As in :func:`real_pushes` [days].

    Raises:
        HistoryError: The history cannot be used.
    """
    panel = read_panel(find_history(file, folder), source)
    return jnp.asarray(less_log_mean(real_pushes(panel, slots, by_netuid, min_age)))
