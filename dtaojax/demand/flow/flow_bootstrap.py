"""Days of real flows, drawn in blocks."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from dtaojax.demand.flow.stationary_bootstrap import StationaryBootstrap
from dtaojax.demand.process import Clock, DemandProcess, pushing
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.numerics.shapes import PerSubnet, Scalar, ScalarInt
from dtaojax.numerics.streams import Stream, named_stream
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets


class Memory(NamedTuple):
    """The stream of the path, which day of the history it is on, and that day's pushes [-]."""

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
        days: how days follow each other.
        blocks: stream of the draws.
        pushes: of each day of the history.
        drift: expected flow beyond the mean of the history [fraction of tao_in per day].
    """

    days: StationaryBootstrap
    blocks: Stream
    pushes: Float[Array, "days subnets"]
    drift: Scalar

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> Memory:
        """Takes the path's stream; the first step draws the first day."""
        nothing = jnp.zeros_like(self.pushes[0])
        return Memory(self.blocks.for_path(path), jnp.zeros((), jnp.int32), nothing)

    def intents(
        self, memory: Memory, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, Memory]:
        """The step's pushes."""

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
    """Builds the process under a seed and a name.

    Args:
        seed: of the run.
        name: what its stream is called.
        pushes: of each day of the history, its mean taken off or not.
        mean_block_days: mean length of a block [days].
        drift: as in :class:`FlowBootstrap`.
    """
    return FlowBootstrap(
        days=StationaryBootstrap(pushes.shape[0], jnp.asarray(1.0 / mean_block_days)),
        blocks=named_stream(seed, f"{name}.blocks"),
        pushes=pushes,
        drift=jnp.asarray(drift),
    )
