"""Weight rules that follow averages of what flows into the pools (R4, R5)."""

from abc import abstractmethod
from typing import Any, NamedTuple

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.weight_rule.flow_average import flow_ema
from dtaojax.mechanism.weight_rule.rule import Seen, WeightRule
from dtaojax.numerics.shapes import PathNumber, PerSubnet, PerSubnetBool, Scalar
from dtaojax.state.network import NetworkState, Subnets


class FlowMemory(NamedTuple):
    """Flows since the last average, and the averages.

    Attributes:
        user: users' net TAO into the pool, SubnetTaoFlow [TAO].
        user_ema: its average, SubnetEmaTaoFlow [TAO per block].
        protocol: TAO that the protocol put in, SubnetProtocolFlow [TAO].
        protocol_ema: its average, SubnetEmaProtocolFlow [TAO per block].
    """

    user: PerSubnet
    user_ema: PerSubnet
    protocol: PerSubnet
    protocol_ema: PerSubnet


def averaged(
    memory: FlowMemory, in_emit_set: PerSubnetBool, smoothing: Scalar, blocks: int
) -> FlowMemory:
    """Takes what flowed since the last time into the averages of subnets in the emit set.

    The others keep averages and flows until they return (§7.3).
    """
    user = flow_ema(memory.user_ema, memory.user, smoothing, blocks)
    protocol = flow_ema(memory.protocol_ema, memory.protocol, smoothing, blocks)
    return FlowMemory(
        user=jnp.where(in_emit_set, 0.0, memory.user),
        user_ema=jnp.where(in_emit_set, user, memory.user_ema),
        protocol=jnp.where(in_emit_set, 0.0, memory.protocol),
        protocol_ema=jnp.where(in_emit_set, protocol, memory.protocol_ema),
    )


class FlowDriven(WeightRule):
    """A rule that turns the averages of flows into shares.

    Attributes:
        smoothing: FlowEmaSmoothingFactor/(2**63 - 1) [per block].
    """

    smoothing: eqx.AbstractVar[Scalar]

    @abstractmethod
    def of_averages(self, memory: FlowMemory, in_emit_set: PerSubnetBool) -> PerSubnet:
        """Shares by averages that include the last flows [-]."""

    def begin(self, path: PathNumber, subnets: Subnets, state: NetworkState) -> FlowMemory:
        """Averages that the state remembers; where it has none, 0, as on chain (§3.6 E-flow)."""
        if isinstance(state.memory, FlowMemory):
            return state.memory
        zero = jnp.zeros_like(state.alpha_out)
        return FlowMemory(zero, zero, zero, zero)

    def prepare(
        self, memory: FlowMemory, state: NetworkState, subnets: Subnets, blocks: int
    ) -> FlowMemory:
        """Averages with the last flows in them."""
        return averaged(memory, subnets.in_emit_set, self.smoothing, blocks)

    def shares(self, memory: FlowMemory, state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Pre-gate shares [-]."""
        return self.of_averages(memory, subnets.in_emit_set)

    def record(self, memory: FlowMemory, seen: Seen) -> FlowMemory:
        """Adds a step's flows to those that wait to be averaged."""
        return memory._replace(
            user=memory.user + seen.user_tao, protocol=memory.protocol + seen.protocol_tao
        )

    def resume(
        self, memory: FlowMemory, former: Any, state: NetworkState, subnets: Subnets
    ) -> FlowMemory:
        """Users' flows as another flow rule has averaged them, or as they were left long ago.

        Without either they are 0, as in a path's start. Flows of the protocol are a rule's own: the
        chain has kept them since R5 only (§2.1), and does not go on averaging under a rule that
        follows prices (R6).
        """
        if not isinstance(former, FlowMemory):
            return memory
        return memory._replace(user=former.user, user_ema=former.user_ema)
