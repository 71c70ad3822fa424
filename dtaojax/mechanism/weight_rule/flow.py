"""Weight rules that follow averages of what flows into the pools (R4, R5; §3.6)."""

from abc import abstractmethod
from typing import Any, NamedTuple

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.weight_rule.rule import StepSummary, WeightRule
from dtaojax.numerics.ordered import normalise, ordered_sum
from dtaojax.numerics.shapes import PathNumber, PerSubnet, PerSubnetBool, Scalar
from dtaojax.state.network import NetworkState, Subnets


class FlowMemory(NamedTuple):
    """Flows since the last average, and the averages.

    Attributes:
        user: Users' net TAO into the pool, SubnetTaoFlow, shape (subnets,) [TAO].
        user_ema: Average of that flow, SubnetEmaTaoFlow, shape (subnets,) [TAO per block].
        protocol: TAO that the protocol put in, SubnetProtocolFlow, shape (subnets,) [TAO].
        protocol_ema: Average of that flow, SubnetEmaProtocolFlow, shape (subnets,)
            [TAO per block].
    """

    user: PerSubnet
    user_ema: PerSubnet
    protocol: PerSubnet
    protocol_ema: PerSubnet


class FlowDriven(WeightRule):
    """Rule that turns the averages of flows into shares.

    Attributes:
        smoothing: Rate of the averages, FlowEmaSmoothingFactor/(2**63 - 1) [per block].
    """

    smoothing: eqx.AbstractVar[Scalar]

    @abstractmethod
    def of_averages(self, memory: FlowMemory, in_emit_set: PerSubnetBool) -> PerSubnet:
        """Return the shares by averages that include the last flows [-]."""

    def begin(self, path: PathNumber, subnets: Subnets, state: NetworkState) -> FlowMemory:
        """Return the averages that the state remembers; 0, as on chain, where it has none."""
        if isinstance(state.memory, FlowMemory):
            return state.memory
        zero = jnp.zeros_like(state.alpha_out)
        return FlowMemory(zero, zero, zero, zero)

    def prepare(
        self, memory: FlowMemory, state: NetworkState, subnets: Subnets, blocks: int
    ) -> FlowMemory:
        """Return the averages with the last flows in them."""
        return averaged(memory, subnets.in_emit_set, self.smoothing, blocks)

    def shares(self, memory: FlowMemory, state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Return the shares by the averages [-]."""
        return self.of_averages(memory, subnets.in_emit_set)

    def record(self, memory: FlowMemory, step: StepSummary) -> FlowMemory:
        """Return the memory with a step's flows among those that wait to be averaged."""
        return memory._replace(
            user=memory.user + step.user_tao, protocol=memory.protocol + step.protocol_tao
        )

    def resume(
        self, memory: FlowMemory, former: Any, state: NetworkState, subnets: Subnets
    ) -> FlowMemory:
        """Return users' flows as another flow rule averaged them, or as they were left long ago.

        Without either they are 0, as in a path's start. Flows of the protocol are a rule's own: the
        chain has kept them since R5 only (§2.1), and does not go on averaging under a rule that
        follows prices (R6).
        """
        if not isinstance(former, FlowMemory):
            return memory
        return memory._replace(user=former.user, user_ema=former.user_ema)


class UserFlow(FlowDriven):
    """:func:`flow_shares` of the users' net flow (R4, §3.6 E-flow).

    Attributes:
        smoothing: Rate of the average, FlowEmaSmoothingFactor/(2**63 - 1) [per block].
        cutoff: Flow below which there is no share, TaoFlowCutoff [TAO per block].
        exponent: Power of the flow above the cutoff, FlowNormExponent [-].
    """

    smoothing: Scalar
    cutoff: Scalar
    exponent: Scalar

    def of_averages(self, memory: FlowMemory, in_emit_set: PerSubnetBool) -> PerSubnet:
        """Return the shares by the users' average [-]."""
        return flow_shares(memory.user_ema, in_emit_set, self.cutoff, self.exponent)


class NetFlow(FlowDriven):
    """:func:`flow_shares` of the net flow of users and protocol (R5, §3.6 E-netflow).

    Attributes:
        smoothing: Rate of both averages, FlowEmaSmoothingFactor/(2**63 - 1) [per block].
        cutoff: Flow below which there is no share, TaoFlowCutoff [TAO per block].
        exponent: Power of the flow above the cutoff, FlowNormExponent [-].
    """

    smoothing: Scalar
    cutoff: Scalar
    exponent: Scalar

    def of_averages(self, memory: FlowMemory, in_emit_set: PerSubnetBool) -> PerSubnet:
        """Return the shares by the users' average less the protocol's [-]."""
        flows = net_flows(memory.user_ema, memory.protocol_ema, in_emit_set)
        return flow_shares(flows, in_emit_set, self.cutoff, self.exponent)


def averaged(
    memory: FlowMemory, in_emit_set: PerSubnetBool, smoothing: Scalar, blocks: int
) -> FlowMemory:
    """Take what flowed since the last time into the averages of subnets in the emit set.

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


def flow_ema(ema: PerSubnet, flow: PerSubnet, rate: Scalar, blocks: int) -> PerSubnet:
    """Return the average after ``blocks`` blocks with a net flow of ``flow`` in all.

    ``S <- (1 - a) S + a F`` once a block, the flow spread evenly: in closed form
    ``(1 - a)**n S + (1 - (1 - a)**n) F/n``. One block is the chain's own update. It serves the
    users' flow and, since R5, the protocol's.

    Args:
        ema: S before, shape (subnets,) [TAO per block].
        flow: net TAO into the pool during the step, negative if out of it, shape (subnets,) [TAO].
        rate: a, FlowEmaSmoothingFactor/(2**63 - 1) [per block].
        blocks: n, the length of the step [blocks].

    Source: §3.6 E-flow, SE::get_ema_flow.
    """
    kept = (1.0 - rate) ** blocks
    # 1 - kept would lose half the digits of a rate of a few millionths a block.
    weight = -jnp.expm1(blocks * jnp.log1p(-rate))
    return kept * ema + weight * (flow / blocks)


def flow_shares(
    flows: PerSubnet, in_emit_set: PerSubnetBool, cutoff: Scalar, exponent: Scalar
) -> PerSubnet:
    """Return ``s ~ z**q`` with ``z = max(S - L, 0)`` and ``L = max(cutoff, min(0, min S))`` [-].

    With the default cutoff of 0, only subnets with an inflow get a share. All 0 if no ``z`` is
    positive.

    Args:
        flows: S, averages, shape (subnets,) [TAO per block].
        in_emit_set: subnets that count, shape (subnets,).
        cutoff: TaoFlowCutoff [TAO per block].
        exponent: q, FlowNormExponent [-].

    Source: §3.6 E-flow steps 3 to 5, SE::get_lower_limit, SE::inplace_pow_normalize.
    """
    lowest = jnp.min(flows, where=in_emit_set, initial=0.0)
    surplus = jnp.where(in_emit_set, flows - jnp.maximum(cutoff, lowest), 0.0)
    positive = surplus > 0.0
    # Powers are taken of the flow over the largest, so that none overflows.
    top = jnp.max(surplus, initial=0.0)
    ratio = jnp.where(positive, surplus, 1.0) / jnp.where(top > 0.0, top, 1.0)
    return normalise(jnp.where(positive, ratio**exponent, 0.0))


def protocol_factor(
    user_flow: PerSubnet, protocol_flow: PerSubnet, in_emit_set: PerSubnetBool
) -> Scalar:
    """Return ``k = min(1, sum max(U, 0) / sum max(P, 0))``; 0 if the protocol paid nothing in [-].

    Args:
        user_flow: U, averages, shape (subnets,) [TAO per block].
        protocol_flow: P, averages, shape (subnets,) [TAO per block].
        in_emit_set: subnets that count, shape (subnets,).
    """
    inflow = ordered_sum(jnp.where(in_emit_set, jnp.maximum(user_flow, 0.0), 0.0))
    paid_in = ordered_sum(jnp.where(in_emit_set, jnp.maximum(protocol_flow, 0.0), 0.0))
    some = paid_in > 0.0
    return jnp.where(some, jnp.minimum(1.0, inflow / jnp.where(some, paid_in, 1.0)), 0.0)


def net_flows(
    user_flow: PerSubnet, protocol_flow: PerSubnet, in_emit_set: PerSubnetBool
) -> PerSubnet:
    """Return ``S = U - (k P if P > 0 else P)`` [TAO per block].

    What the protocol pays in counts in proportion, its return in full.

    Args:
        user_flow: U, averages, shape (subnets,) [TAO per block].
        protocol_flow: P, averages, shape (subnets,) [TAO per block].
        in_emit_set: subnets that count in :func:`protocol_factor`, shape (subnets,).

    Source: §3.6 E-netflow, SE::get_shares_flow.
    """
    factor = protocol_factor(user_flow, protocol_flow, in_emit_set)
    paid_in = protocol_flow > 0.0
    # As P (U / P - k), not U - k P: where one subnet alone has both flows positive, k is its own
    # U / P and its net flow 0; a remainder of rounding would be the only positive flow and take
    # the whole emission.
    ratio = user_flow / jnp.where(paid_in, protocol_flow, 1.0)
    return jnp.where(paid_in, protocol_flow * (ratio - factor), user_flow - protocol_flow)
