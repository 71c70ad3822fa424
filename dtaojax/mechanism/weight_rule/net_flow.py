"""Weights by the users' flow less the protocol's own (R5)."""

import jax.numpy as jnp

from dtaojax.mechanism.weight_rule.flow_driven import FlowDriven, FlowMemory
from dtaojax.mechanism.weight_rule.user_flow import flow_shares
from dtaojax.numerics.ordered import ordered_sum
from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool, Scalar


def protocol_factor(
    user_flow: PerSubnet, protocol_flow: PerSubnet, in_emit_set: PerSubnetBool
) -> Scalar:
    """``k = min(1, sum max(U, 0) / sum max(P, 0))``; 0 if the protocol paid nothing in [-].

    Args:
        user_flow: U, averages [TAO per block].
        protocol_flow: P, averages [TAO per block].
        in_emit_set: subnets that count.
    """
    inflow = ordered_sum(jnp.where(in_emit_set, jnp.maximum(user_flow, 0.0), 0.0))
    support = ordered_sum(jnp.where(in_emit_set, jnp.maximum(protocol_flow, 0.0), 0.0))
    some = support > 0.0
    return jnp.where(some, jnp.minimum(1.0, inflow / jnp.where(some, support, 1.0)), 0.0)


def net_flows(
    user_flow: PerSubnet, protocol_flow: PerSubnet, in_emit_set: PerSubnetBool
) -> PerSubnet:
    """``S = U - (k P if P > 0 else P)``: support counts in proportion, its return in full.

    Written as ``P (U / P - k)`` where ``P > 0``. Where one subnet alone has both flows positive,
    ``k`` is its own ``U / P`` and its net flow 0; a remainder of rounding would be the only
    positive flow and take the whole emission.

    Source: §3.6 E-netflow, SE::get_shares_flow [TAO per block].
    """
    factor = protocol_factor(user_flow, protocol_flow, in_emit_set)
    supported = protocol_flow > 0.0
    ratio = user_flow / jnp.where(supported, protocol_flow, 1.0)
    return jnp.where(supported, protocol_flow * (ratio - factor), user_flow - protocol_flow)


class NetFlow(FlowDriven):
    """:func:`flow_shares` of the net flow of users and protocol (R5, §3.6 E-netflow).

    Attributes:
        smoothing: of both averages, FlowEmaSmoothingFactor/(2**63 - 1) [per block].
        cutoff: TaoFlowCutoff [TAO per block].
        exponent: FlowNormExponent [-].
    """

    smoothing: Scalar
    cutoff: Scalar
    exponent: Scalar

    def of_averages(self, memory: FlowMemory, in_emit_set: PerSubnetBool) -> PerSubnet:
        """Shares by the users' average less the protocol's [-]."""
        flows = net_flows(memory.user_ema, memory.protocol_ema, in_emit_set)
        return flow_shares(flows, in_emit_set, self.cutoff, self.exponent)
