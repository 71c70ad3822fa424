"""Gates: what is made of small shares before the emission is divided (§3.6 G).

The bar of a gate is part of the state, since it stays in force between refreshes. The gates that
the chain has had are in :mod:`dtaojax.mechanism.gate.hill`; here are what all gates have in common,
the tiers that were proposed, and regimes without a gate.
"""

from abc import abstractmethod

import equinox as eqx
import jax.numpy as jnp

from dtaojax.numerics.order_statistic import nth_largest
from dtaojax.numerics.ordered import normalise, ordered_sum
from dtaojax.numerics.shapes import PerSubnet, PerSubnetInt, Scalar, ScalarInt


class Gate(eqx.Module):
    """Rule that makes small shares smaller, by a bar that it renews now and then."""

    @abstractmethod
    def refresh(self, bar: Scalar, shares: PerSubnet, block: ScalarInt, blocks: int) -> Scalar:
        """Return the bar in force during the ``blocks`` blocks that follow ``block`` [-].

        Args:
            bar: the bar in force so far; 0 if it is unset [-].
            shares: shares before the gate, shape (subnets,) [-].
            block: the last block before the step.
            blocks: the length of the step [blocks].
        """

    @abstractmethod
    def __call__(self, shares: PerSubnet, bar: Scalar) -> PerSubnet:
        """Return the shares after the gate; they add up to 1, or are all 0 [-].

        Args:
            shares: shares before the gate, adding up to 1 or all 0, shape (subnets,) [-].
            bar: the bar that :meth:`refresh` returned [-].
        """


class NoGate(Gate):
    """Leaves shares as the weight rule made them (before R7)."""

    def refresh(self, bar: Scalar, shares: PerSubnet, block: ScalarInt, blocks: int) -> Scalar:
        """Return the bar as it was: there is none to renew."""
        return bar

    def __call__(self, shares: PerSubnet, bar: Scalar) -> PerSubnet:
        """Return the shares themselves."""
        return shares


class RankTiers(Gate):
    """Gives ranks up to 32 three quarters, ranks 33 to 64 the rest (proposed, §8.5, PR #3010).

    A tier's part is divided in proportion to the shares of its members. Ranks beyond the last tier
    get nothing. The part of a tier that nobody with a share is in goes to the others: with 32
    subnets or fewer they get everything.

    Attributes:
        last_ranks: The last rank of each tier, rising, shape (tiers,).
        parts: The part of the emission that each tier gets, adding up to 1, shape (tiers,) [-].
    """

    last_ranks: tuple[int, ...] = eqx.field(static=True)
    parts: tuple[Scalar, ...]

    def refresh(self, bar: Scalar, shares: PerSubnet, block: ScalarInt, blocks: int) -> Scalar:
        """Return the share of the last rank that gets anything; 0 if fewer subnets have one [-]."""
        if self.last_ranks[-1] > shares.shape[-1]:
            return jnp.zeros_like(bar)
        return nth_largest(shares, self.last_ranks[-1])

    def __call__(self, shares: PerSubnet, bar: Scalar) -> PerSubnet:
        """Return the shares after the tiers [-]."""
        rank = ranks_of(shares)
        given = jnp.zeros_like(shares)
        first = 0
        for last, part in zip(self.last_ranks, self.parts, strict=True):
            inside = jnp.where((rank >= first) & (rank < last), shares, 0.0)
            given = given + part * normalise(inside)
            first = last
        # An empty tier leaves its part undivided: dividing once more by the sum hands it on.
        return jnp.where(ordered_sum(given) > 0.0, normalise(given), shares)


def ranks_of(shares: PerSubnet) -> PerSubnetInt:
    """Return ranks from 0, the largest share first; of equal shares the lower slot comes first."""
    # Stable, so that ties fall to the lower slot on every machine and at every number of paths.
    order = jnp.argsort(-shares, stable=True)
    return jnp.zeros_like(order).at[order].set(jnp.arange(order.shape[0]))
