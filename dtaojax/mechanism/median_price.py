"""The price at which a new pool starts (§3.11)."""

import jax.numpy as jnp

from dtaojax.state.shapes import PerSubnet, Scalar


def median_price(prices: PerSubnet) -> Scalar:
    """Median of the positive prices; the mean of the middle two if even, 1 if there is none.

    Args:
        prices: spot prices of all slots but root, 0 where there is no pool [TAO/alpha].

    Source: §3.11 [REG-01].
    """
    positive = prices > 0.0
    count = jnp.sum(positive)
    ascending = jnp.sort(jnp.where(positive, prices, jnp.inf))
    some = count > 0
    lower = jnp.where(some, ascending[jnp.maximum(count - 1, 0) // 2], 1.0)
    upper = jnp.where(some, ascending[jnp.where(some, count // 2, 0)], 1.0)
    return 0.5 * (lower + upper)
