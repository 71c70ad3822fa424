"""The exponential moving average of the spot price."""

from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp

from dtaojax.numerics.shapes import PerSubnet, PerSubnetInt, Scalar, ScalarInt


class PricePath(NamedTuple):
    """The spot price over a step, as three points.

    The coinbase moves the price before, the users' trades move it after each block's average is
    taken; over a step of several blocks both moves are taken as linear in time.

    Attributes:
        start: before the step's first block [TAO/alpha].
        after_coinbase: with the coinbase of the whole step applied [TAO/alpha].
        end: with the users' trades applied too [TAO/alpha].
    """

    start: PerSubnet
    after_coinbase: PerSubnet
    end: PerSubnet


class EmaWeights(NamedTuple):
    """How much a run of updates weighs the spot prices that it sees.

    Block ``j`` of ``n`` weighs ``a (1-a)**(n-j)`` at the rate ``a``.

    Attributes:
        level: sum of the weights: what becomes of a spot of 1 [-].
        moment: sum of ``j`` times the weight [blocks].
    """

    level: PerSubnet
    moment: PerSubnet


def ema_weights(rate: PerSubnet, blocks: int) -> EmaWeights:
    """Weights of ``blocks >= 1`` updates at ``rate`` [per block], by doubling.

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
    left = 1.0 - late.level
    return EmaWeights(
        level=early.level * left + late.level,
        moment=early.moment * left + late.moment + early_blocks * late.level,
    )


class PriceEma(eqx.Module):
    """Price EMA with an age factor (§3.3, SU::update_moving_price).

    ``m <- a min(p, cap) + (1 - a) m`` once a block, with ``a = rate b / (b + halving_blocks)`` and
    ``b`` the blocks since the start call.

    Attributes:
        rate: of an old subnet [per block].
        halving_blocks: age at which the rate is half of that [blocks].
        cap: the spot price is averaged up to this [TAO/alpha].
    """

    rate: Scalar
    halving_blocks: Scalar
    cap: Scalar

    def effective_rate(self, age_blocks: PerSubnet) -> PerSubnet:
        """The rate at age ``b`` [per block]; without ``halving_blocks`` the same at any age."""
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
        """The EMA after the ``blocks`` blocks that follow ``block``.

        Exact for a spot that moves linearly: block ``j`` of ``n`` sees
        ``start + (after_coinbase - start) j/n + (end - after_coinbase) (j-1)/n``, so that ``n = 1``
        is the chain's own update. The rate is that of the step's middle.

        Args:
            moving_price: before the step [TAO/alpha].
            prices: the spot price over the step [TAO/alpha].
            first_emission_block: of subnets in the emit set.
            block: last block before the step.
            blocks: length of the step.
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
