"""Weights by the average flow of users' TAO into the pools (R4)."""

import jax.numpy as jnp

from dtaojax.mechanism.shares import normalise
from dtaojax.mechanism.weight_rule.flow_driven import FlowDriven, FlowMemory
from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool, Scalar


def flow_shares(
    flows: PerSubnet, in_emit_set: PerSubnetBool, cutoff: Scalar, exponent: Scalar
) -> PerSubnet:
    """``s ~ z**q`` with ``z = max(S - L, 0)`` and ``L = max(cutoff, min(0, min S))`` [-].

    With the default cutoff of 0, only subnets with an inflow get a share. All 0 if no ``z`` is
    positive. Powers are taken of ``z`` over the largest, so that none overflows.

    Args:
        flows: S, averages [TAO per block].
        in_emit_set: subnets that count.
        cutoff: TaoFlowCutoff [TAO per block].
        exponent: q, FlowNormExponent [-].

    Source: §3.6 E-flow steps 3 to 5, SE::get_lower_limit, SE::inplace_pow_normalize.
    """
    lowest = jnp.min(flows, where=in_emit_set, initial=0.0)
    surplus = jnp.where(in_emit_set, flows - jnp.maximum(cutoff, lowest), 0.0)
    positive = surplus > 0.0
    top = jnp.max(surplus, initial=0.0)
    ratio = jnp.where(positive, surplus, 1.0) / jnp.where(top > 0.0, top, 1.0)
    return normalise(jnp.where(positive, ratio**exponent, 0.0))


class UserFlow(FlowDriven):
    """:func:`flow_shares` of the users' net flow (R4, §3.6 E-flow).

    Attributes:
        smoothing: of the average, FlowEmaSmoothingFactor/(2**63 - 1) [per block].
        cutoff: TaoFlowCutoff [TAO per block].
        exponent: FlowNormExponent [-].
    """

    smoothing: Scalar
    cutoff: Scalar
    exponent: Scalar

    def of_averages(self, memory: FlowMemory, in_emit_set: PerSubnetBool) -> PerSubnet:
        """Shares by the users' average [-]."""
        return flow_shares(memory.user_ema, in_emit_set, self.cutoff, self.exponent)
