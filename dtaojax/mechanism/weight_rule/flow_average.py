"""Exponential averages of what flows in and out of the pools (§3.6 E-flow, step 2)."""

import jax.numpy as jnp

from dtaojax.numerics.shapes import PerSubnet, Scalar


def flow_ema(ema: PerSubnet, flow: PerSubnet, rate: Scalar, blocks: int) -> PerSubnet:
    """The average after ``blocks`` blocks with a net flow of ``flow`` in all.

    ``S <- (1 - a) S + a F`` once a block, the flow spread evenly: in closed form
    ``(1 - a)**n S + (1 - (1 - a)**n) F/n``. One block is the chain's own update. For the user's
    flow and, since R5, the protocol's; subnets outside the emit set keep average and accumulator.

    Args:
        ema: S before [TAO per block].
        flow: net TAO into the pool during the step, negative if out of it [TAO].
        rate: a, FlowEmaSmoothingFactor/(2**63 - 1) [per block].
        blocks: n, length of the step.

    Source: §3.6 E-flow, SE::get_ema_flow.
    """
    kept = (1.0 - rate) ** blocks
    weight = -jnp.expm1(blocks * jnp.log1p(-rate))
    return kept * ema + weight * (flow / blocks)
