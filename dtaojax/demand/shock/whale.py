"""Somebody large who leaves or comes (article, A15)."""

import equinox as eqx
import jax.numpy as jnp

from dtaojax.demand.process import Clock, DemandProcess, pushing, selling
from dtaojax.demand.shock.window import Window
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.mechanism.liquidity.pools import weight_ratio
from dtaojax.numerics import elementary
from dtaojax.numerics.shapes import PerSubnet, ScalarInt
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets


class WhaleHolding(eqx.Module):
    """How much alpha a whale moves: a fraction of all that participants hold as it begins.

    Attributes:
        window: over which it is moved, evenly.
        fraction: of the alpha outside the pool that participants hold [-].
    """

    window: Window
    fraction: PerSubnet

    def begin(self) -> PerSubnet:
        """Nothing before the window."""
        return jnp.zeros_like(self.fraction)

    def moved(
        self, total: PerSubnet, clock: Clock, state: NetworkState
    ) -> tuple[PerSubnet, PerSubnet]:
        """Alpha of the step, and of the whole window once that has begun [alpha]."""
        held = state.participants_alpha
        total = jnp.where(self.window.begins(clock), self.fraction * held, total)
        return total * self.window.share(clock), total


class WhaleExit(DemandProcess):
    """A whale sells through the pool.

    Attributes:
        holding: what is sold, and when.
    """

    holding: WhaleHolding

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> PerSubnet:
        """Alpha of the whole exit, once it has begun."""
        return self.holding.begin()

    def intents(
        self, memory: PerSubnet, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, PerSubnet]:
        """The step's sales."""
        sale, total = self.holding.moved(memory, clock, state)
        return selling(sale), total


class WhaleEntry(DemandProcess):
    """A whale buys through the pool: the mirror of an exit.

    The price rises by the factor by which the exit of as much alpha would lower it. In a
    constant-product pool the whale spends that alpha's value at the price before, and gets less of
    it, since buying moves the price.

    Attributes:
        holding: what is bought, and when.
    """

    holding: WhaleHolding

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> PerSubnet:
        """Alpha of the whole entry, once it has begun."""
        return self.holding.begin()

    def intents(
        self, memory: PerSubnet, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, PerSubnet]:
        """The step's pushes."""
        alpha, total = self.holding.moved(memory, clock, state)
        pools = state.pools
        alpha_in = jnp.where(pools.alpha_in > 0.0, pools.alpha_in, 1.0)
        return pushing(elementary.log1p(alpha / alpha_in) / weight_ratio(pools.w_tao)), total
