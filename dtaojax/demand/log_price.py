"""Log prices as demand sees them."""

import jax.numpy as jnp

from dtaojax.mechanism.liquidity.pools import spot_price, weight_ratio
from dtaojax.numerics import elementary
from dtaojax.numerics.shapes import PerSubnet
from dtaojax.state.network import Pools


def log_or_zero(price: PerSubnet) -> PerSubnet:
    """Log of a price; 0 where there is none, as nobody can act on it [-]."""
    priced = price > 0.0
    return jnp.where(priced, elementary.log(jnp.where(priced, price, 1.0)), 0.0)


def log_spot_price(pools: Pools) -> PerSubnet:
    """Log of the spot price; 0 where there is none [-]."""
    return log_or_zero(spot_price(pools))


def push_for(log_price_change: PerSubnet, pools: Pools) -> PerSubnet:
    """The push that changes log prices by so much.

    Along the invariant ``log(alpha_in)`` changes by ``-r`` times the change of ``log(tao_in)``, so
    the log price changes by ``1 + r`` times the push, with r = w_tao / (1 - w_tao).
    """
    return log_price_change / (1.0 + weight_ratio(pools.w_tao))
