"""The price at which a new pool starts (§3.11)."""

import jax.numpy as jnp

from dtaojax.numerics.order_statistic import nth_largest
from dtaojax.numerics.shapes import PerSubnet, Scalar


def median_price(prices: PerSubnet) -> Scalar:
    """Median of the positive prices; the mean of the middle two if even, 1 if there is none.

    Args:
        prices: spot prices of all slots but root, 0 where there is no pool [TAO/alpha].

    Source: §3.11 [REG-01].
    """
    count = jnp.sum(prices > 0.0)
    upper = nth_largest(prices, (count + 1) // 2)
    below = jnp.max(jnp.where(prices < upper, prices, 0.0))
    reaches = jnp.sum(prices >= upper) > count // 2
    lower = jnp.where(reaches, upper, below)
    return jnp.where(count > 0, 0.5 * (lower + upper), 1.0)
