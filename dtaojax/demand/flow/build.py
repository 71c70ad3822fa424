"""The calibrated demand process, with each subnet's state in the order of the network."""

import jax.numpy as jnp
import numpy as np

from dtaojax.demand.flow.stochastic_variance import (
    Component,
    StochasticVarianceFlow,
    stochastic_variance_flow,
)
from dtaojax.demand.flow.variance_config import ComponentConfig, StochasticVarianceFlowConfig


def build_stochastic_variance(
    config: StochasticVarianceFlowConfig, seed: int, netuids: np.ndarray
) -> StochasticVarianceFlow:
    """Builds the process.

    Args:
        config: its figures; what it says of netuids that the network does not have is left out.
        seed: of the run.
        netuids: of the network, in its order (subnets,).
    """
    return stochastic_variance_flow(
        seed,
        **config.model_dump(exclude={"process", "level", "swing", "fitted_until"}),
        level=_component(config.level, netuids),
        swing=_component(config.swing, netuids),
    )


def _component(config: ComponentConfig, netuids: np.ndarray) -> Component:
    anyone = (0.0, config.sd)
    known = np.array([config.now.get(int(netuid), anyone) for netuid in netuids], dtype=float)
    return Component(
        sd=jnp.asarray(config.sd),
        persistence=jnp.asarray(config.persistence),
        start=jnp.asarray(known[:, 0]),
        start_sd=jnp.asarray(known[:, 1]),
    )
