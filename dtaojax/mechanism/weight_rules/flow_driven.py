"""Weight rules that follow averages of what flows into the pools (R4, R5)."""

from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.flows import flow_ema
from dtaojax.mechanism.weight_rules.flow import UserFlow
from dtaojax.mechanism.weight_rules.netflow import NetFlow
from dtaojax.state.network import NetworkState, Subnets
from dtaojax.state.shapes import PerSubnet, PerSubnetBool, Scalar


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


def no_flows(state: NetworkState) -> FlowMemory:
    """The memory of a network whose flows are not known (§3.6: a missing average is 0)."""
    zero = jnp.zeros_like(state.alpha_out)
    return FlowMemory(zero, zero, zero, zero)


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


def recorded(memory: FlowMemory, user: PerSubnet, protocol: PerSubnet) -> FlowMemory:
    """Adds a step's flows to those that wait to be averaged."""
    return memory._replace(user=memory.user + user, protocol=memory.protocol + protocol)


class UserFlowDriven(eqx.Module):
    """Shares by the average flow of users (R4, §3.6 E-flow).

    Attributes:
        rule: shares from the averages.
        smoothing: FlowEmaSmoothingFactor/(2**63 - 1) [per block].
    """

    rule: UserFlow
    smoothing: Scalar

    def begin(self, state: NetworkState) -> FlowMemory:
        """Averages of nothing."""
        return no_flows(state)

    def prepare(
        self, memory: FlowMemory, state: NetworkState, subnets: Subnets, blocks: int
    ) -> FlowMemory:
        """Averages with the last flows in them."""
        return averaged(memory, subnets.in_emit_set, self.smoothing, blocks)

    def shares(self, memory: FlowMemory, state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Pre-gate shares [-]."""
        return self.rule(memory.user_ema, subnets.in_emit_set)

    def record(
        self, memory: FlowMemory, user_flow: PerSubnet, protocol_flow: PerSubnet
    ) -> FlowMemory:
        """Remembers a step's flows [TAO]."""
        return recorded(memory, user_flow, protocol_flow)


class NetFlowDriven(eqx.Module):
    """Shares by the average flow of users less the protocol's (R5, §3.6 E-netflow).

    Attributes:
        rule: shares from the averages.
        smoothing: as for users' flows alone [per block].
    """

    rule: NetFlow
    smoothing: Scalar

    def begin(self, state: NetworkState) -> FlowMemory:
        """Averages of nothing."""
        return no_flows(state)

    def prepare(
        self, memory: FlowMemory, state: NetworkState, subnets: Subnets, blocks: int
    ) -> FlowMemory:
        """Averages with the last flows in them."""
        return averaged(memory, subnets.in_emit_set, self.smoothing, blocks)

    def shares(self, memory: FlowMemory, state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Pre-gate shares [-]."""
        return self.rule(memory.user_ema, memory.protocol_ema, subnets.in_emit_set)

    def record(
        self, memory: FlowMemory, user_flow: PerSubnet, protocol_flow: PerSubnet
    ) -> FlowMemory:
        """Remembers a step's flows [TAO]."""
        return recorded(memory, user_flow, protocol_flow)
