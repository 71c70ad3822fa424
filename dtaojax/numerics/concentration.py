"""Measures of how concentrated shares are: one measure, one function.

``shares`` are non-negative and add up to 1; where they are all 0, nothing is shared out and every
measure but Gini's is 0. Subnets with a share of 0 count as members.
"""

import jax.numpy as jnp

from dtaojax.numerics.ordered import ordered_cumsum, ordered_sum
from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool, Scalar


def herfindahl(shares: PerSubnet) -> Scalar:
    """Return the Herfindahl-Hirschman index, the sum of squared shares [-].

    It is 1/n if all are equal, 1 if one has all.
    """
    # Behind the choice no compiler can round a product and the sum it enters once instead of twice.
    return ordered_sum(jnp.where(shares > 0.0, shares * shares, 0.0))


def effective_number(shares: PerSubnet) -> Scalar:
    """Return how many equal members would be as concentrated: 1 over Herfindahl [subnets].

    Hill's number of order 2 (Hill 1973, "Diversity and evenness").
    """
    index = herfindahl(shares)
    return jnp.where(index > 0.0, 1.0 / jnp.where(index > 0.0, index, 1.0), 0.0)


def gini(shares: PerSubnet, member: PerSubnetBool) -> Scalar:
    """Return the Gini coefficient over the members; 0 if equal, ``1 - 1/n`` if one has all [-].

    With shares in rising order, ``sum_i (2 i - n - 1) s_i / (n sum s)``.
    """
    count = jnp.sum(member)
    ordered = jnp.sort(jnp.where(member, shares, -1.0))
    rank = jnp.arange(1, shares.shape[-1] + 1) - (shares.shape[-1] - count)
    inside = ordered >= 0.0
    weighted = ordered_sum(jnp.where(inside, (2.0 * rank - count - 1.0) * ordered, 0.0))
    total = count * ordered_sum(jnp.where(inside, ordered, 0.0))
    return jnp.where(total > 0.0, weighted / jnp.where(total > 0.0, total, 1.0), 0.0)


def nakamoto(shares: PerSubnet) -> Scalar:
    """Return the Nakamoto coefficient: the fewest members that hold more than half [subnets]."""
    held = ordered_cumsum(jnp.sort(shares, descending=True))
    needed = 1.0 + jnp.sum(held <= 0.5)
    return jnp.where(ordered_sum(shares) > 0.0, needed, 0.0)


def top_share(shares: PerSubnet, count: int) -> Scalar:
    """Return what the ``count`` largest members hold together [-]."""
    return ordered_sum(jnp.sort(shares, descending=True)[:count])
