"""Where a subnet stands among the others: figures for its owner, recorded besides a world's own."""

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array

from dtaojax.mechanism.coinbase import EmissionShares
from dtaojax.numerics.elementary import exp, log, quotient
from dtaojax.numerics.shapes import PerSubnet
from dtaojax.state.network import NetworkState, Subnets
from dtaojax.world.follower import Figure, Follower, ReportDay
from dtaojax.world.observation import above_bar


class Rank(Follower):
    """Rank by pre-gate share, 1 is the largest; of equal shares both have the better one.

    A subnet that is gone stands behind the last one.
    """

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The rank."""
        return (Figure("rank", "rank", "subnet"),)

    def observe(self, memory: Any, day: ReportDay) -> Mapping[str, Array]:
        """Return one more than there are subnets with a larger share."""
        behind = (1 + jnp.sum(day.subnets.registered)).astype(day.subnets.miner_burned.dtype)
        return {"rank": jnp.where(day.here, rank(day.shares), behind)}


def rank(shares: EmissionShares) -> PerSubnet:
    """Return the rank of each subnet by its share before the gate."""
    rising = jnp.sort(shares.pre_gate)
    no_larger = jnp.searchsorted(rising, shares.pre_gate, side="right", method="sort")
    return (1 + rising.shape[-1] - no_larger).astype(rising.dtype)


class BuyingToBar(Follower):
    """Net buying that lifts a subnet from below the bar to it [TAO]."""

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The buying, counted in bins relative to the TAO in a subnet's pool."""
        return (Figure("buying_to_bar", "TAO", "subnet", scale="pool"),)

    def observe(self, memory: Any, day: ReportDay) -> Mapping[str, Array]:
        """Return the buying; 0 for a subnet that is gone."""
        nothing = jnp.zeros_like(day.subnets.miner_burned[0])
        bought = buying_to_bar(day.shares, day.subnets, day.state)
        return {"buying_to_bar": jnp.where(day.here, bought, nothing)}


def buying_to_bar(shares: EmissionShares, subnets: Subnets, state: NetworkState) -> PerSubnet:
    """Return the net buying that lifts each subnet from below the bar to it [TAO].

    It is 0 for a subnet that is not below, and for one whose share is 0, which no buying lifts.

    For rules whose weights are in proportion to the moving price, once that has followed and if all
    others stay: the price must change by f with ``f s / (1 + (f - 1) s) = bar``, and along the
    pool's invariant (§3.5) TAO in the pool changes by ``f**(1 - w_tao)``. Fees are left out.
    """
    share, bar = shares.pre_gate, shares.bar
    lifted = subnets.in_emit_set & ~above_bar(shares, subnets)
    factor = quotient(bar * (1.0 - share), share * (1.0 - bar), 1.0, where=lifted)
    growth = exp((1.0 - state.pools.w_tao) * log(factor))
    return state.pools.tao_in * (growth - 1.0)
