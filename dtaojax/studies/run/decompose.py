"""Further runs that tell which source of randomness makes the spread of a run's figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from jaxtyping import Array, Int, UInt32

from dtaojax.config.config import Config
from dtaojax.engine.rollout import KEPT, rollout, sample_blocks, without_unknown
from dtaojax.engine.run import default_workers
from dtaojax.execution import runtime
from dtaojax.metrics.decomposition import SourceIndices, decompose
from dtaojax.metrics.estimate import Estimate, as_numbers
from dtaojax.network import NetworkTable
from dtaojax.numerics.streams import SOURCES, Source
from dtaojax.results.contract import DECOMPOSITION_COLUMNS, ResultsError
from dtaojax.world.variants import Mixed
from dtaojax.world.world import World

_NETWORK: Final = (
    "emission_effective_number",
    "emission_hhi",
    "emission_top10_share",
    "starved_subnets",
    "deregistrations",
    "total_tao_in",
    "sum_price",
)
"""Figures of the network that are taken apart, as far as the run has them."""
_LOSS: Final = "loss_realizable"
_VALUE: Final = "value_realizable"
_SHARE: Final = "emission_share"


class _Figure(NamedTuple):
    """A figure of a path at the horizon.

    Attributes:
        quantity: Name of the figure in the tables.
        netuid: Netuid of the subnet that the figure is about; None for the network or portfolio.
        unit: Unit of the figure.
    """

    quantity: str
    netuid: int | None
    unit: str

    @property
    def scope(self) -> str:
        """Scope of the figure, as the tables name it."""
        if self.quantity == _LOSS:
            return "portfolio"
        return "network" if self.netuid is None else "subnet"


class _Seen(eqx.Module):
    """Of a block of paths: what is recorded at the start and at the horizon."""

    model: Mixed
    steps: Int[Array, " reports"]
    slot: Int[Array, ""]
    share: int = eqx.field(static=True)

    def __call__(self, paths: UInt32[Array, " paths"]) -> tuple[Any, Any, Any]:
        """Return scalars at both days, the slot's emission share at the later one, and use."""
        record = without_unknown(rollout(self.model, paths, self.steps))
        share = record.seen.gauges[:, -1, self.share, self.slot]
        return record.seen.scalars, share, record.lost_at == KEPT


def decomposition_table(
    config: Config, world: World, network: NetworkTable, quantities: set[str]
) -> pd.DataFrame:
    """Run the world with sources of randomness exchanged, and take the figures' variance apart.

    Path *i* of sample A is the run's own path *i*, and sample B has the paths behind A's.

    Args:
        config: Config with a table ``[decomposition]``.
        world: World of the run.
        network: State at its start.
        quantities: Quantities that the run's tables have.

    Returns:
        A row each figure, source and order, with
        :data:`~dtaojax.results.contract.DECOMPOSITION_COLUMNS`.

    Raises:
        ResultsError: Fewer than two paths stayed finite in all of these runs.
    """
    asked = config.decomposition
    assert asked is not None
    figures = list(_figures(world, asked.subnet, quantities))
    drawing: list[Source] = [source for source in SOURCES if _draws(world, source)]
    # Sample A, sample B, then A with one source of B at a time. A source that draws nothing would
    # only repeat A, whose run is spared.
    exchanged: list[tuple[Source, ...]] = [(), SOURCES, *((source,) for source in drawing)]
    slot = 0 if asked.subnet is None else network.row_of(asked.subnet)
    samples, used = [], np.ones(asked.paths, bool)
    for sources in exchanged:
        seen = _run(config, world, slot, sources, asked.paths)
        samples.append(_columns(world, figures, *seen[:2]))
        # A path counts only if it stayed finite in every sample: indices compare samples by path.
        used &= seen[2]
    if used.sum() < 2:
        raise ResultsError(
            f"decomposition: {int(used.sum())} of {asked.paths} paths stayed finite in all of its "
            "runs; leave [decomposition] out, or calm the demand"
        )
    rows = []
    for place, figure in enumerate(figures):
        first, second, *third = (sample[used, place] for sample in samples)
        by_source = dict(zip(drawing, third, strict=True))
        thirds = np.stack([by_source.get(source, first) for source in SOURCES])
        found = decompose(first, second, thirds)
        indices = dict(zip(SOURCES, found.sources, strict=True))
        common = {
            **figure._asdict(),
            "scope": figure.scope,
            "day": config.run.horizon_days,
            "deviation": found.deviation,
            "n_paths": int(used.sum()),
        }
        rows += [common | row for row in _rows(indices, found.together)]
    table = pd.DataFrame(rows, columns=list(DECOMPOSITION_COLUMNS))
    return table.astype({"netuid": "Int64", "n_paths": "Int64"})


def _figures(world: World, subnet: int | None, quantities: set[str]) -> Iterator[_Figure]:
    for name in _NETWORK:
        if name in quantities:
            yield _Figure(name, None, world.network_scalars[name])
    if subnet is not None:
        yield _Figure(_SHARE, subnet, world.gauges[_SHARE])
    if any(figure.name == _VALUE for figure in world.figures):
        yield _Figure(_LOSS, None, "TAO")


@eqx.filter_jit
def _begun(model: Mixed) -> Any:
    return model.begin(jnp.uint32(0))


def _draws(world: World, source: Source) -> bool:
    """Say whether a source draws anything: whether paths begin otherwise under other numbers.

    Every process takes its streams, or what it draws once, into what a path carries.
    """
    ours, theirs = (_begun(_mixed(world, (source,), shift)) for shift in (0, 1))
    # Bit by bit: any draw changes the state, whether or not it moves a figure.
    pairs = zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True)
    return not all(np.array_equal(left, right, equal_nan=True) for left, right in pairs)


def _mixed(world: World, sources: tuple[Source, ...], shift: int) -> Mixed:
    """Return the world with some sources taken from paths further on."""
    shifts: dict[Source, Any] = {
        source: jnp.uint32(shift if source in sources else 0) for source in SOURCES
    }
    return Mixed(world, shifts)


def _run(
    config: Config, world: World, slot: int, sources: tuple[Source, ...], paths: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Run all paths; scalars (paths, 2, scalars), a subnet's share (paths,) and use (paths,)."""
    workers = default_workers()
    block_paths = runtime.block_paths(config.run, len(world.subnets.registered_at), workers)
    # Sources are shifted by the number of paths, so that B holds paths that A has not.
    function = _Seen(
        _mixed(world, sources, paths),
        jnp.asarray([config.run.n_steps], jnp.int32),
        jnp.asarray(slot, jnp.int32),
        tuple(world.gauges).index(_SHARE),
    )
    return sample_blocks(function, paths, min(block_paths, paths), workers)


def _columns(
    world: World, figures: list[_Figure], scalars: np.ndarray, share: np.ndarray
) -> np.ndarray:
    """Return the figures of every path (paths, figures)."""
    names = [figure.name for figure in world.figures]
    held = [place for place, name in enumerate(names) if name == _VALUE]
    columns = []
    for figure in figures:
        if figure.quantity == _LOSS:
            worth = scalars[:, :, held].sum(axis=2)
            columns.append(worth[:, 0] - worth[:, 1])
        elif figure.quantity == _SHARE:
            columns.append(share)
        else:
            columns.append(scalars[:, -1, names.index(figure.quantity)])
    return np.stack(columns, axis=1)


def _rows(indices: Mapping[Source, SourceIndices], together: Estimate) -> Iterator[dict[str, Any]]:
    for source, found in indices.items():
        for order, index in (("first", found.first), ("total", found.total)):
            yield {"source": source, "order": order, **as_numbers(index)}
    yield {"source": "together", "order": "interaction", **as_numbers(together)}
