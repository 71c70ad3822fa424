"""Start and optimum on fresh paths: what a search really gains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from dtaojax.assembly import build_world
from dtaojax.config.config import Config
from dtaojax.config.load import changed
from dtaojax.gradients.expectation import evaluate
from dtaojax.gradients.parameter_map import Levers
from dtaojax.metrics.estimate import Estimate, mean_of_sample
from dtaojax.network import NetworkTable
from dtaojax.studies.shared.parameter_worlds import portion_of


class Compared(NamedTuple):
    """One measure at several settings on the same paths.

    Attributes:
        measure: its name.
        at: estimates by setting, the start first.
        change: of each later setting against the start, paired path by path.
    """

    measure: str
    at: tuple[Estimate, ...]
    change: tuple[Estimate, ...]


def compare(
    config: Config,
    network: NetworkTable,
    settings: Sequence[Mapping[str, Any]],
    names: tuple[str, ...],
    paths: int,
    block_paths: int,
) -> list[Compared]:
    """Measures each setting of the config on the same fresh paths.

    Args:
        config: with the seed and the step to use.
        network: the start state.
        settings: values by key, the start first.
        names: of the measures.
        paths: number of paths.
        block_paths: paths in a block.
    """
    samples = []
    for values in settings:
        world = build_world(changed(config, values), network)
        levers = Levers(world, (), jnp.zeros(0))
        portion = portion_of(config, paths, block_paths)
        samples.append(evaluate(levers, np.zeros(0), names, portion).measures)
    return [
        Compared(
            name,
            tuple(mean_of_sample(sample[:, place]) for sample in samples),
            tuple(
                mean_of_sample(sample[:, place] - samples[0][:, place]) for sample in samples[1:]
            ),
        )
        for place, name in enumerate(names)
    ]
