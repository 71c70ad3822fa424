"""What a swap does to the price, exact also for a trade of a billionth of the reserve (§3.5, §9).

With ``u`` the net input over its reserve and ``r`` the weight of the input over that of the output,
a swap leaves ``(1 + u)**-r`` of the output reserve and multiplies the price by ``(1 + u)**(1 + r)``
for a buy, by its inverse for a sale. Here nothing of a fee stays in the pool.
"""

import jax.numpy as jnp

from dtaojax.mechanism.liquidity.pools import spot_price, weight_ratio
from dtaojax.numerics import elementary
from dtaojax.numerics.shapes import PerSubnet
from dtaojax.state.network import Pools

_SMALL = 1e-3
"""Below this ratio the series loses less than the closed form, which cancels."""
_TERMS = 8


def output_left(ratio: PerSubnet, exponent: PerSubnet) -> PerSubnet:
    """Part of the output reserve that a swap leaves: ``(1 + u)**-r`` [-].

    Args:
        ratio: u, net input over input reserve; infinite into an empty reserve [-].
        exponent: r, weight of the input token over that of the output token [-].
    """
    return elementary.exp(-exponent * elementary.log1p(ratio))


def slippage(ratio: PerSubnet, exponent: PerSubnet) -> PerSubnet:
    """Part of the ideal output that a swap does not pay: ``1 - out / ideal`` [-].

    Ideal is the whole net input at the price before: ``1 - (1 - (1 + u)**-r) / (r u)``. For small
    ``u`` its binomial series ``sum_k>=1 (-1)**(k+1) u**k prod_j<=k (r + j) / (k + 1)!``.

    Args:
        ratio: u [-].
        exponent: r, positive [-].
    """
    small = ratio < _SMALL
    tiny = jnp.where(small, ratio, 0.0)
    tail = jnp.ones_like(tiny)
    for k in range(_TERMS, 1, -1):
        tail = 1.0 - (exponent + k) * tiny / (k + 1) * tail
    series = 0.5 * (exponent + 1.0) * tiny * tail
    large = jnp.where(small, 1.0, ratio)
    closed = 1.0 + elementary.expm1(-exponent * elementary.log1p(large)) / (exponent * large)
    return jnp.where(small, series, closed)


def buy_slippage(pools: Pools, tao: PerSubnet) -> PerSubnet:
    """Slippage of a buy with net ``tao``; reserves must be positive [-]."""
    return slippage(tao / pools.tao_in, weight_ratio(pools.w_tao))


def sell_slippage(pools: Pools, alpha: PerSubnet) -> PerSubnet:
    """Slippage of a sale of net ``alpha``; reserves must be positive [-]."""
    return slippage(alpha / pools.alpha_in, 1.0 / weight_ratio(pools.w_tao))


def price_after_buy(pools: Pools, tao: PerSubnet) -> PerSubnet:
    """Price once net ``tao`` came in and its alpha went out [TAO/alpha]."""
    growth = elementary.log1p(tao / pools.tao_in)
    return spot_price(pools) * elementary.exp(growth / (1.0 - pools.w_tao))


def price_after_sale(pools: Pools, alpha: PerSubnet) -> PerSubnet:
    """Price once net ``alpha`` came in and its TAO went out [TAO/alpha]."""
    growth = elementary.log1p(alpha / pools.alpha_in)
    return spot_price(pools) * elementary.exp(-growth / pools.w_tao)
