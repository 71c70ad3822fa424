"""Customers whose payments are spent on a subnet's alpha."""

import jax.numpy as jnp

from dtaojax.demand.process import Clock, DemandProcess, pushing
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.numerics import elementary
from dtaojax.numerics.shapes import PerSubnet, Scalar, ScalarInt
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets


class RevenueDemand(DemandProcess):
    """Revenue that buys alpha: more of it the higher a subnet's latent quality (article, A13).

    Subnet i takes in ``tao_per_day * exp(spread * quality_i)`` TAO a day, whatever its price, and
    all of it buys alpha. The answer saturates by itself: a sum of TAO moves a pool by
    ``log(1 + sum / tao_in)``, less and less as the pool grows. With a standard normal quality,
    revenues are lognormal with the log-sd ``spread``. It draws no random numbers: quality comes
    with the subnets.

    Attributes:
        tao_per_day: of a subnet of quality 0 [TAO/day].
        spread: log of the factor that a quality of 1 makes [-].
    """

    tao_per_day: Scalar
    spread: Scalar

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> None:
        """Nothing is remembered."""

    def revenue(self, subnets: Subnets) -> PerSubnet:
        """Of each subnet that has started [TAO/day]."""
        earned = self.tao_per_day * elementary.exp(self.spread * subnets.quality)
        return jnp.where(subnets.in_emit_set, earned, 0.0)

    def intents(
        self, memory: None, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, None]:
        """The step's pushes."""
        tao_in = state.pools.tao_in
        depth = jnp.where(tao_in > 0.0, tao_in, 1.0)
        return pushing(elementary.log1p(self.revenue(subnets) * clock.days / depth)), None
