"""Tiers of ranks, each with a part of the emission (proposed, §8.5 [P])."""

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.shares import normalise
from dtaojax.numerics.order_statistic import nth_largest
from dtaojax.numerics.ordered import ordered_sum
from dtaojax.numerics.shapes import PerSubnet, PerSubnetInt, Scalar, ScalarInt


def ranks_of(shares: PerSubnet) -> PerSubnetInt:
    """Ranks from 0, the largest share first; of equal shares the lower slot."""
    order = jnp.argsort(-shares, stable=True)
    return jnp.zeros_like(order).at[order].set(jnp.arange(order.shape[0]))


class RankTiers(eqx.Module):
    """Ranks up to 32 share 75 %, ranks 33 to 64 the rest, each tier in proportion (PR #3010).

    Ranks beyond the last tier get nothing. The part of a tier that nobody with a share is in goes
    to the others: with 32 subnets or fewer they get everything.

    Attributes:
        last_ranks: of each tier, rising.
        parts: of each tier, adding up to 1 [-].
    """

    last_ranks: tuple[int, ...] = eqx.field(static=True)
    parts: tuple[Scalar, ...]

    def refresh(self, bar: Scalar, shares: PerSubnet, block: ScalarInt, blocks: int) -> Scalar:
        """The share of the last rank that gets anything; 0 if fewer subnets have a share."""
        if self.last_ranks[-1] > shares.shape[-1]:
            return jnp.zeros_like(bar)
        return nth_largest(shares, self.last_ranks[-1])

    def __call__(self, shares: PerSubnet, bar: Scalar) -> PerSubnet:
        """Shares after the tiers [-]."""
        rank = ranks_of(shares)
        given = jnp.zeros_like(shares)
        first = 0
        for last, part in zip(self.last_ranks, self.parts, strict=True):
            inside = jnp.where((rank >= first) & (rank < last), shares, 0.0)
            given = given + part * normalise(inside)
            first = last
        return jnp.where(ordered_sum(given) > 0.0, normalise(given), shares)
