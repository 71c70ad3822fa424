"""The exponential moving average of the spot price, over the reals and as it is stored (§3.3).

The average over the reals can be taken over a step of many blocks at once. The chain keeps it in
fixed point, which makes it stall (§7.2); that takes one update a block.
"""

from typing import Final, NamedTuple

import equinox as eqx
import jax.numpy as jnp
from jax import lax

from dtaojax.numerics.shapes import PerSubnet, PerSubnetInt, Scalar, ScalarInt

_ULPS: Final = 2.0**32
"""Steps of the stored average (I96F32) in a TAO."""
_TRUNCATED: Final = 2.0**-32
"""What two products lose to the working resolution of 2**-64, on average [steps]."""


class PricePath(NamedTuple):
    """The spot price over a step, as three points.

    The coinbase moves the price before, the users' trades move it after each block's average is
    taken; over a step of several blocks both moves are taken as linear in time.

    Attributes:
        start: Price before the step's first block, shape (subnets,) [TAO/alpha].
        after_coinbase: Price with the coinbase of the whole step applied, shape (subnets,)
            [TAO/alpha].
        end: Price with the users' trades applied too, shape (subnets,) [TAO/alpha].
    """

    start: PerSubnet
    after_coinbase: PerSubnet
    end: PerSubnet


class PriceEma(eqx.Module):
    """Price EMA with an age factor (§3.3, SU::update_moving_price).

    ``m <- a min(p, cap) + (1 - a) m`` once a block, with ``a = rate b / (b + halving_blocks)`` and
    ``b`` the blocks since the start call.

    Attributes:
        rate: Rate of an old subnet [per block].
        halving_blocks: Age at which the rate is half of that; 0 for no age factor [blocks].
        cap: Price up to which the spot price is averaged [TAO/alpha].
    """

    rate: Scalar
    halving_blocks: Scalar
    cap: Scalar

    def effective_rate(self, age_blocks: PerSubnet) -> PerSubnet:
        """Return the rate at age ``b``; without ``halving_blocks`` the same at any [per block]."""
        # Without an age factor an age of 0 would be 0/0.
        age = jnp.where(self.halving_blocks > 0.0, age_blocks, jnp.maximum(age_blocks, 1.0))
        return self.rate * (age / (age + self.halving_blocks))

    def __call__(
        self,
        moving_price: PerSubnet,
        prices: PricePath,
        first_emission_block: PerSubnetInt,
        block: ScalarInt,
        blocks: int,
    ) -> PerSubnet:
        """Return the EMA after the ``blocks`` blocks that follow ``block`` [TAO/alpha].

        Exact for a spot that moves linearly: block ``j`` of ``n`` sees
        ``start + (after_coinbase - start) j/n + (end - after_coinbase) (j-1)/n``, so that ``n = 1``
        is the chain's own update. The rate is that of the step's middle.

        Args:
            moving_price: EMA before the step, shape (subnets,) [TAO/alpha].
            prices: the spot price over the step.
            first_emission_block: block of the first emission of subnets in the emit set, shape
                (subnets,).
            block: the last block before the step.
            blocks: the length of the step [blocks].
        """
        first, middle, last = (jnp.minimum(price, self.cap) for price in prices)
        age = block + 0.5 * (blocks + 1) - (first_emission_block - 1)
        rate = self.effective_rate(age.astype(moving_price.dtype))
        level, moment = ema_weights(rate, blocks)
        return (
            (1.0 - level) * moving_price
            + level * first
            + moment / blocks * (middle - first)
            + (moment - level) / blocks * (last - middle)
        )


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
        """Return the EMA after the ``blocks`` blocks that follow ``block`` [TAO/alpha].

        The arguments are those of :class:`PriceEma`. Each block has the rate of its age.
        """
        by_coinbase = (prices.after_coinbase - prices.start) / blocks
        by_users = (prices.end - prices.after_coinbase) / blocks
        age = (block - (first_emission_block - 1)).astype(moving_price.dtype)

        def update(passed: ScalarInt, ulps: PerSubnet) -> PerSubnet:
            price = prices.start + (passed + 1) * by_coinbase + passed * by_users
            spot = _ULPS * jnp.minimum(price, self.cap)
            # In the form m + a (p - m): the floor is decided by the small change alone, which
            # float64 holds to the last digit; a p + (1 - a) m would blur it by m's rounding.
            gained = self.effective_rate(age + (passed + 1)) * (spot - ulps)
            return ulps + _floor(gained - _TRUNCATED)

        return lax.fori_loop(0, blocks, update, _floor(_ULPS * moving_price)) / _ULPS


class EmaWeights(NamedTuple):
    """How much a run of updates weighs the spot prices that it sees.

    Block ``j`` of ``n`` weighs ``a (1-a)**(n-j)`` at the rate ``a``.

    Attributes:
        level: Sum of the weights, which is what becomes of a spot of 1, shape (subnets,) [-].
        moment: Sum of ``j`` times the weight, shape (subnets,) [blocks].
    """

    level: PerSubnet
    moment: PerSubnet


def ema_weights(rate: PerSubnet, blocks: int) -> EmaWeights:
    """Return the weights of ``blocks >= 1`` updates at ``rate`` [per block], by doubling.

    Two runs join into one by adding positive terms, so that no digit is lost however small the
    rate; the geometric series summed in closed form would cancel nearly all of them.
    """
    one = EmaWeights(rate, rate)
    if blocks == 1:
        return one
    half = ema_weights(rate, blocks // 2)
    whole = _joined(half, half, blocks // 2)
    return _joined(one, whole, 1) if blocks % 2 else whole


def _joined(early: EmaWeights, late: EmaWeights, early_blocks: int) -> EmaWeights:
    """Return the weights of two runs one after the other."""
    left = 1.0 - late.level
    return EmaWeights(
        level=early.level * left + late.level,
        moment=early.moment * left + late.moment + early_blocks * late.level,
    )


def _floor(value: PerSubnet) -> PerSubnet:
    """Return the largest whole number that is not above; its derivative is 1."""
    return value - lax.stop_gradient(value - jnp.floor(value))
