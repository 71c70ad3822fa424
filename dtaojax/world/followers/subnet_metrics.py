"""Where a subnet stands among the others: figures for its owner, recorded besides a world's own."""

from typing import ClassVar

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.coinbase import EmissionShares
from dtaojax.numerics.elementary import exp, log, quotient
from dtaojax.numerics.shapes import PerSubnet, Scalar
from dtaojax.state.network import NetworkState, Subnets
from dtaojax.world.observation import above_bar


class Gauge(eqx.Module):
    """A figure about each subnet; its distribution over paths is estimated."""

    name: ClassVar[str]
    unit: ClassVar[str]

    def __call__(self, shares: EmissionShares, subnets: Subnets, state: NetworkState) -> PerSubnet:
        """The figure on a report day."""
        raise NotImplementedError

    def when_gone(self, subnets: Subnets) -> Scalar:
        """What counts for a subnet of the start that is gone."""
        return jnp.zeros_like(subnets.miner_burned[0])

    def scale(self, state: NetworkState, start: PerSubnet) -> PerSubnet:
        """What it is measured against where it is counted in bins; 0 where there is nothing."""
        return start


class Rank(Gauge):
    """Rank by pre-gate share, 1 is the largest; equals share the better one.

    A subnet that is gone stands behind the last one.
    """

    name = "rank"
    unit = "rank"

    def __call__(self, shares: EmissionShares, subnets: Subnets, state: NetworkState) -> PerSubnet:
        """Subnets with a larger share, and one."""
        rising = jnp.sort(shares.pre_gate)
        no_larger = jnp.searchsorted(rising, shares.pre_gate, side="right", method="sort")
        return (1 + rising.shape[-1] - no_larger).astype(rising.dtype)

    def when_gone(self, subnets: Subnets) -> Scalar:
        """One more than there are subnets."""
        return (1 + jnp.sum(subnets.registered)).astype(subnets.miner_burned.dtype)


class BuyingToBar(Gauge):
    """Net buying that lifts a subnet from below the bar to it [TAO].

    0 for a subnet that is not below, and for one whose share is 0, which no buying lifts.

    For rules whose weights are in proportion to the moving price, once that has followed and if all
    others stay: the price must change by f with ``f s / (1 + (f - 1) s) = bar``, and along the
    pool's invariant (§3.5) TAO in the pool changes by ``f**(1 - w_tao)``. Fees are left out.
    """

    name = "buying_to_bar"
    unit = "TAO"

    def __call__(self, shares: EmissionShares, subnets: Subnets, state: NetworkState) -> PerSubnet:
        """TAO of buying."""
        share, bar = shares.pre_gate, shares.bar
        lifted = subnets.in_emit_set & ~above_bar(shares, subnets)
        factor = quotient(bar * (1.0 - share), share * (1.0 - bar), 1.0, where=lifted)
        growth = exp((1.0 - state.pools.w_tao) * log(factor))
        return state.pools.tao_in * (growth - 1.0)

    def scale(self, state: NetworkState, start: PerSubnet) -> PerSubnet:
        """TAO in the pool."""
        return state.pools.tao_in
