"""What a network file knows of flows."""

import jax.numpy as jnp

from dtaojax.mechanism.weight_rule.flow import FlowMemory
from dtaojax.network.table import Slots
from dtaojax.numerics.shapes import PerSubnet


def known_flows(slots: Slots) -> FlowMemory:
    """Return the averages of flows that the file of a network holds, 0 where it has none."""
    table = slots.table

    def padded(averages) -> PerSubnet:
        known = jnp.zeros(table.n_subnets) if averages is None else jnp.asarray(averages)
        return jnp.pad(known, (0, slots.count - table.n_subnets))

    nothing = jnp.zeros(slots.count)
    return FlowMemory(
        user=nothing,
        user_ema=padded(table.user_flow_ema),
        protocol=nothing,
        protocol_ema=padded(table.protocol_flow_ema),
    )
