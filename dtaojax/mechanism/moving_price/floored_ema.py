"""The price EMA at the resolution in which the chain stores it (§7.2)."""

from typing import Final

import jax.numpy as jnp
from jax import lax

from dtaojax.mechanism.moving_price.ema import PriceEma, PricePath
from dtaojax.numerics.shapes import PerSubnet, PerSubnetInt, ScalarInt

_ULPS: Final = 2.0**32
"""Steps of the stored average (I96F32) in a TAO."""
_TRUNCATED: Final = 2.0**-32
"""What two products lose to the working resolution of 2**-64, on average [steps]."""


class FlooredPriceEma(PriceEma):
    """The same average, cut down after every block to a multiple of 2**-32.

    It stops growing where ``a (p - m)`` is less than that, so that it stalls below the price and
    keeps a newborn cheap subnet at 0 for a while. No block can be skipped: a step takes as many
    updates as it has blocks. Its two products are truncated to 2**-64 before, which is taken at its
    mean: an update differs from the chain's where ``a (p - m)`` is a whole number of steps but for
    that.

    The derivative is that of the average over the reals, as the floor's own is 0.

    Source: §7.2 [EMA-06], SU::update_moving_price.
    """

    def __call__(
        self,
        moving_price: PerSubnet,
        prices: PricePath,
        first_emission_block: PerSubnetInt,
        block: ScalarInt,
        blocks: int,
    ) -> PerSubnet:
        """The EMA after the ``blocks`` blocks that follow ``block``; see :class:`PriceEma`.

        Each block has the rate of its age.
        """
        by_coinbase = (prices.after_coinbase - prices.start) / blocks
        by_users = (prices.end - prices.after_coinbase) / blocks
        age = (block - (first_emission_block - 1)).astype(moving_price.dtype)

        def update(passed: ScalarInt, ulps: PerSubnet) -> PerSubnet:
            price = prices.start + (passed + 1) * by_coinbase + passed * by_users
            spot = _ULPS * jnp.minimum(price, self.cap)
            gained = self.effective_rate(age + (passed + 1)) * (spot - ulps)
            return ulps + _floor(gained - _TRUNCATED)

        return lax.fori_loop(0, blocks, update, _floor(_ULPS * moving_price)) / _ULPS


def _floor(value: PerSubnet) -> PerSubnet:
    """The largest whole number that is not above; its derivative is 1."""
    return value - lax.stop_gradient(value - jnp.floor(value))
