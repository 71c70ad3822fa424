"""What a new subnet's pool starts with (§3.11)."""

from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.rao import whole_rao
from dtaojax.numerics.shapes import Scalar


class Seed(NamedTuple):
    """What becomes of a lock.

    Attributes:
        tao_in: TAO reserve of the new pool [TAO].
        alpha_in: alpha reserve of the new pool [alpha].
        recycled: TAO taken out of issuance [TAO].
    """

    tao_in: Scalar
    alpha_in: Scalar
    recycled: Scalar


def min_lock_seed(lock_cost: Scalar, min_lock: Scalar) -> Seed:
    """The minimum lock at a price of 1; the rest is recycled (until 2026-04-22) [REG-03].

    Args:
        lock_cost: what the owner paid [TAO].
        min_lock: NetworkMinLockCost [TAO].
    """
    return Seed(tao_in=min_lock, alpha_in=min_lock, recycled=lock_cost - min_lock)


def whole_lock_seed(lock_cost: Scalar, median_price: Scalar) -> Seed:
    """The whole lock at the median price, ``floor(y / median)`` alpha (since 2026-05-08) [REG-02].

    Args:
        lock_cost: what the owner paid [TAO].
        median_price: of the pools that exist, positive [TAO/alpha].
    """
    alpha_in = whole_rao(lock_cost / median_price)
    return Seed(tao_in=lock_cost, alpha_in=alpha_in, recycled=jnp.zeros_like(lock_cost))


class WholeLock(eqx.Module):
    """The whole lock at the median price of the other pools."""

    def __call__(self, lock_cost: Scalar, min_lock: Scalar, median_price: Scalar) -> Seed:
        """Reserves of the new pool."""
        return whole_lock_seed(lock_cost, median_price)


class MinLock(eqx.Module):
    """The minimum lock at a price of 1."""

    def __call__(self, lock_cost: Scalar, min_lock: Scalar, median_price: Scalar) -> Seed:
        """Reserves of the new pool."""
        return min_lock_seed(lock_cost, min_lock)


class NoPool(eqx.Module):
    """No pool, as before dTAO; the lock leaves the issuance."""

    def __call__(self, lock_cost: Scalar, min_lock: Scalar, median_price: Scalar) -> Seed:
        """Reserves of nothing."""
        nothing = jnp.zeros_like(lock_cost)
        return Seed(tao_in=nothing, alpha_in=nothing, recycled=lock_cost)
