"""Trades at launch: constant product, a flat fee, a minimum liquidity (§3.5 S1, v2.0.1).

The weights of the pools take no part. An order's fee is the same whatever its size, is paid in TAO
and stays in the pool.
"""

import dataclasses

import jax.numpy as jnp

from dtaojax import chain
from dtaojax.mechanism.rao import whole_rao
from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool, Scalar
from dtaojax.state.pools import Pools

_HALF_RAO = 0.5 / chain.RAO_PER_TAO
"""Reserves are whole rao, so this much decides what float64 blurs."""


def _output(reserve_in: PerSubnet, reserve_out: PerSubnet, amount: PerSubnet) -> PerSubnet:
    """``reserve_out - k / (reserve_in + amount)``; all of it into an empty reserve."""
    total = reserve_in + amount
    some = total > 0.0
    return jnp.where(some, reserve_out * amount / jnp.where(some, total, 1.0), 0.0)


def _leaves_too_little(
    reserve_out: PerSubnet, output: PerSubnet, min_liquidity: Scalar
) -> PerSubnetBool:
    """Whether less than ``min_liquidity`` would be left, to the rao as the chain decides it."""
    return reserve_out - whole_rao(output) < min_liquidity - _HALF_RAO


def launch_sale(
    pools: Pools, alpha: PerSubnet, min_liquidity: Scalar
) -> tuple[Pools, PerSubnet, PerSubnetBool]:
    """Swaps ``alpha >= 0`` for TAO without a fee: ``y - x y / (x + dx)``.

    Refused if less than ``min_liquidity`` TAO would be left; a refused pool stays as it was.
    Source: SU::sim_swap_alpha_for_tao.

    Returns:
        The pools after, the TAO received [TAO], and which swaps were refused.
    """
    tao = _output(pools.alpha_in, pools.tao_in, alpha)
    refused = (alpha > 0.0) & _leaves_too_little(pools.tao_in, tao, min_liquidity)
    received = jnp.where(refused, 0.0, tao)
    sold = jnp.where(refused, 0.0, alpha)
    after = dataclasses.replace(
        pools, alpha_in=pools.alpha_in + sold, tao_in=pools.tao_in - received
    )
    return after, received, refused
