"""What a sale pays, without making it."""

import dataclasses

import jax.numpy as jnp
from jaxtyping import Array, Float

from dtaojax.mechanism.fees.rules import FeeRule
from dtaojax.mechanism.liquidity.pools import sell_output
from dtaojax.numerics.elementary import expm1, log1p
from dtaojax.numerics.shapes import Scalar
from dtaojax.state.pools import Pools


def sale_proceeds(
    pools: Pools, alpha: Float[Array, " pools"], fee: FeeRule
) -> Float[Array, " pools"]:
    """TAO that a sale of alpha pays its seller, after slippage and fee (§3.5) [TAO].

    0 in a pool that cannot trade.

    Args:
        pools: each sold into on its own.
        alpha: what is sold [alpha].
        fee: what trades pay.
    """
    open_pool = (pools.tao_in > 0.0) & (pools.alpha_in > 0.0)
    safe = dataclasses.replace(pools, alpha_in=jnp.where(open_pool, pools.alpha_in, 1.0))
    tao = fee.paid_out(sell_output(safe, fee.net_of_sale(alpha)))
    return jnp.where(open_pool, tao, 0.0)


def alpha_within_fall(pools: Pools, fall: Scalar) -> Float[Array, " pools"]:
    """Alpha that lowers a pool's price by no more than ``fall`` when it is sold [alpha].

    Along the invariant (§3.5) the price changes as ``alpha_in**(-1 / w_tao)``, so it is
    ``alpha_in [(1 - fall)**(-w_tao) - 1]``; what the fee keeps out of the pool is left out.

    Args:
        pools: each sold into on its own.
        fall: of the price, between 0 and 1 [-].
    """
    return pools.alpha_in * expm1(-pools.w_tao * log1p(-fall))
