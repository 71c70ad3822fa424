"""Runs a config and keeps every subnet on every path."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from dtaojax.assembly import build_world
from dtaojax.engine.rollout import KEPT, PathRecord, sample_blocks
from dtaojax.engine.run import default_workers
from dtaojax.execution import runtime
from dtaojax.inputs import Inputs
from dtaojax.studies.article.record import Figures, FloatArray, Record
from dtaojax.world.trace import Trace, Watched
from dtaojax.world.world import World


def trace(inputs: Inputs) -> Record:
    """Simulate the config's paths and record them at the start and on its report days.

    Everything seen is kept in memory: about 100 bytes for each path, day and subnet.

    Args:
        inputs: Config and network.
    """
    run = inputs.config.run
    return _traced(inputs, [run.step_of(day) for day in run.report_days], run.report_days)


def trace_at(inputs: Inputs, steps: Sequence[int]) -> Record:
    """Simulate the config's paths and record them at the start and after some steps.

    Args:
        inputs: Config and network.
        steps: Numbers of steps, rising.
    """
    run = inputs.config.run
    return _traced(inputs, steps, [run.step_days * step for step in steps])


def _traced(inputs: Inputs, steps: Sequence[int], days: Sequence[float]) -> Record:
    config = inputs.config
    world = build_world(config, inputs.network)
    program = Trace(Watched(world), jnp.asarray(steps, jnp.int32))
    workers = default_workers()
    block_paths = runtime.block_paths(config.run, inputs.network.n_subnets, workers)
    found = sample_blocks(program, config.run.paths, block_paths, workers)
    return _as_record(inputs, world, found, days)


def _as_record(inputs: Inputs, world: World, found: PathRecord, days: Sequence[float]) -> Record:
    config = inputs.config
    # What was seen: a ``Moment`` of arrays (paths, observations, ...).
    at: Any = found.seen
    founders = inputs.network.n_subnets
    began = np.asarray(world.subnets.registered_at)[:founders]
    # A slot is reused after a deregistration: its pool is then another subnet's.
    here = at.registered_at[..., :founders] == began
    gauges = {name: at.seen.gauges[:, :, row] for row, name in enumerate(world.gauges)}
    for name in ("alpha_in", "alpha_out"):
        gauges[name] = np.where(here, getattr(at, name)[..., :founders], 0.0)
    return Record(
        config=config,
        days=np.array([0.0, *days]),
        netuid=inputs.network.netuid,
        gauges=Figures(gauges),
        events=Figures(
            {name: at.seen.events[:, :, row] for row, name in enumerate(world.event_names)}
        ),
        scalars=Figures(_scalars(world, at, tuple(config.portfolio.alpha))),
        quality=at.quality[:, 0, :founders],
        sector=at.sector[:, 0, :founders],
        finite=np.asarray(found.lost_at) == KEPT,
    )


def _scalars(world: World, at: Any, held: tuple[int, ...]) -> dict[str, FloatArray]:
    """Return figures of the path, those of a position under its netuid; root's is 0."""
    netuids = (*held, 0)
    scalars = {"total_issuance": at.total_issuance, "root_tao": at.root_tao}
    for row, figure in enumerate(world.figures):
        scalars[figure.column(netuids)] = at.seen.scalars[..., row]
    for holds in at.held:
        scalars |= {f"alpha_held[{n}]": holds.alpha[..., i] for i, n in enumerate(held)}
        scalars |= {f"paid[{n}]": holds.paid[..., i] for i, n in enumerate(netuids)}
    return scalars
