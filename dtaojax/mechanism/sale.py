"""What a sale pays, without making it."""

import dataclasses

import jax.numpy as jnp
from jaxtyping import Array, Float

from dtaojax.mechanism.fee_rules import FeeRule
from dtaojax.mechanism.pools import sell_output
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
