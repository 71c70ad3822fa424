"""What the owner of a new subnet pays, and the pool that it buys (§3.11)."""

from abc import abstractmethod
from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp

from dtaojax import chain
from dtaojax.mechanism.integers import whole_rao
from dtaojax.numerics.order_statistic import nth_largest
from dtaojax.numerics.shapes import PerSubnet, Scalar, ScalarBool, ScalarInt

_MULTIPLE = 2.0
"""The cost doubles with each registration."""
_ROUNDING = 1e-12
"""An interval that only float64's rounding keeps below a whole one counts as that one."""


def effective_interval(reduction_interval: Scalar, block_emission: Scalar) -> Scalar:
    """Return the blocks in which the last lock decays once: interval times emission, whole.

    A halving of the emission shortens it. Source: §3.11, RT::get_lock_reduction_interval.

    Args:
        reduction_interval: NetworkLockReductionInterval [blocks].
        block_emission: E [TAO per block].
    """
    scaled = reduction_interval * (block_emission / chain.BASE_BLOCK_EMISSION)
    return jnp.floor(scaled * (1.0 + _ROUNDING))


def lock_cost(
    last_lock: Scalar,
    blocks_since_last: ScalarInt,
    min_lock: Scalar,
    reduction_interval: Scalar,
    block_emission: Scalar,
    first_registration: ScalarBool,
) -> Scalar:
    """Return ``max(min, 2 last - floor(last / interval) blocks)`` [TAO].

    The first registration does not double. Where nothing is emitted any more the interval is 0 and
    the cost does not decay.

    Args:
        last_lock: cost of the last registration, NetworkLastLockCost [TAO].
        blocks_since_last: blocks since then [blocks].
        min_lock: NetworkMinLockCost [TAO].
        reduction_interval: NetworkLockReductionInterval [blocks].
        block_emission: E, scales the interval [TAO per block].
        first_registration: whether no subnet was registered before.

    Source: §3.11, RT::get_network_lock_cost [LOCK-01 to LOCK-03].
    """
    interval = effective_interval(reduction_interval, block_emission)
    decays = interval > 0.0
    # Truncated before it is multiplied by the blocks, as on chain: the other way round the cost
    # would differ by up to a rao a block.
    slope = whole_rao(jnp.where(decays, last_lock / jnp.where(decays, interval, 1.0), 0.0))
    start = jnp.where(first_registration, 1.0, _MULTIPLE) * last_lock
    return jnp.maximum(min_lock, start - slope * blocks_since_last)


class Seed(NamedTuple):
    """Division of a lock between a new pool and the issuance.

    Attributes:
        tao_in: TAO reserve of the new pool [TAO].
        alpha_in: Alpha reserve of the new pool [alpha].
        recycled: TAO taken out of issuance [TAO].
    """

    tao_in: Scalar
    alpha_in: Scalar
    recycled: Scalar


class PoolSeed(eqx.Module):
    """Rule for what a new pool starts with."""

    @abstractmethod
    def __call__(self, lock_cost: Scalar, min_lock: Scalar, median_price: Scalar) -> Seed:
        """Return the reserves of the new pool.

        Args:
            lock_cost: what the owner paid [TAO].
            min_lock: NetworkMinLockCost [TAO].
            median_price: median price of the pools that exist, positive [TAO/alpha].
        """


class WholeLock(PoolSeed):
    """The whole lock at the median price of the other pools."""

    def __call__(self, lock_cost: Scalar, min_lock: Scalar, median_price: Scalar) -> Seed:
        """Return the reserves of the new pool."""
        return whole_lock_seed(lock_cost, median_price)


class MinLock(PoolSeed):
    """The minimum lock at a price of 1."""

    def __call__(self, lock_cost: Scalar, min_lock: Scalar, median_price: Scalar) -> Seed:
        """Return the reserves of the new pool."""
        return min_lock_seed(lock_cost, min_lock)


class NoPool(PoolSeed):
    """No pool, as before dTAO; the lock leaves the issuance."""

    def __call__(self, lock_cost: Scalar, min_lock: Scalar, median_price: Scalar) -> Seed:
        """Return no reserves."""
        nothing = jnp.zeros_like(lock_cost)
        return Seed(tao_in=nothing, alpha_in=nothing, recycled=lock_cost)


def min_lock_seed(lock_cost: Scalar, min_lock: Scalar) -> Seed:
    """Seed with the minimum lock at a price of 1 and recycle the rest (to 2026-04-22) [REG-03].

    Args:
        lock_cost: what the owner paid [TAO].
        min_lock: NetworkMinLockCost [TAO].
    """
    return Seed(tao_in=min_lock, alpha_in=min_lock, recycled=lock_cost - min_lock)


def whole_lock_seed(lock_cost: Scalar, median_price: Scalar) -> Seed:
    """Seed with the whole lock and ``floor(y / median)`` alpha (since 2026-05-08) [REG-02].

    Args:
        lock_cost: what the owner paid [TAO].
        median_price: median price of the pools that exist, positive [TAO/alpha].
    """
    alpha_in = whole_rao(lock_cost / median_price)
    return Seed(tao_in=lock_cost, alpha_in=alpha_in, recycled=jnp.zeros_like(lock_cost))


def median_price(prices: PerSubnet) -> Scalar:
    """Return the median of the positive prices: the mean of the middle two if even, 1 if none.

    Args:
        prices: spot prices of all slots but root, 0 where there is no pool, shape (subnets,)
            [TAO/alpha].

    Source: §3.11 [REG-01].
    """
    count = jnp.sum(prices > 0.0)
    upper = nth_largest(prices, (count + 1) // 2)
    below = jnp.max(jnp.where(prices < upper, prices, 0.0))
    reaches = jnp.sum(prices >= upper) > count // 2
    lower = jnp.where(reaches, upper, below)
    return jnp.where(count > 0, 0.5 * (lower + upper), 1.0)
