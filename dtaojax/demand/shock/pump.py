"""A pump of the moving price: buying up, holding, and selling all of it (article, A14)."""

import jax.numpy as jnp

from dtaojax.demand.process import Clock, DemandProcess
from dtaojax.demand.shock.window import Window
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.mechanism.liquidity.pools import weight_ratio
from dtaojax.numerics import elementary
from dtaojax.numerics.shapes import PerSubnet, ScalarInt
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets


class Pump(DemandProcess):
    """Somebody spends TAO over days, and later sells what it bought over days.

    What is bought in a step is counted as if nobody else traded in it. The windows do not overlap.

    Attributes:
        buying: when TAO is spent, evenly.
        selling: when the alpha is sold, evenly.
        tao: that is spent in the pool; the fee comes on top [TAO].
    """

    buying: Window
    selling: Window
    tao: PerSubnet

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> PerSubnet:
        """Alpha bought so far."""
        return jnp.zeros_like(self.tao)

    def intents(
        self, memory: PerSubnet, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, PerSubnet]:
        """The step's pushes or sales."""
        pools = state.pools
        tao_in = jnp.where(pools.tao_in > 0.0, pools.tao_in, 1.0)
        push = elementary.log1p(self.tao * self.buying.share(clock) / tao_in)
        bought = -pools.alpha_in * elementary.expm1(-weight_ratio(pools.w_tao) * push)
        total = memory + bought
        return Intents(push, total * self.selling.share(clock)), total
