"""Demand that follows a subnet's fundamentals: its staking yield and its revenue."""

import jax.numpy as jnp

from dtaojax import chain
from dtaojax.demand.clock import Clock
from dtaojax.demand.process import DemandProcess, pushing
from dtaojax.demand.signals import Response, response
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.numerics import elementary
from dtaojax.numerics.shapes import PerSubnet, Scalar, ScalarInt
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets

_DAYS_A_YEAR = 365.25


def staking_yield(state: NetworkState, paid: Coinbase, blocks: int) -> PerSubnet:
    """Return what validators are paid in a year for an alpha staked, before their take [1/year].

    All alpha of participants is taken to be staked, as in the holder's portfolio; 0 where there is
    none.

    Args:
        state: State after the coinbase.
        paid: Result of the coinbase.
        blocks: Number of blocks over which it paid.
    """
    staked = state.participants_alpha
    some = staked > 0.0
    a_year = _DAYS_A_YEAR * chain.BLOCKS_PER_DAY / blocks
    return jnp.where(some, paid.payout.validator * a_year / jnp.where(some, staked, 1.0), 0.0)


class YieldDemand(DemandProcess):
    """Demand that responds to the staking yield against what is earned elsewhere.

    The signal is ``yield / reference - 1``, in alpha and not in TAO: a yield that falls with the
    emission drives stakers out, whose sales lower the price and with it the emission (article,
    A13). It draws no random numbers.

    Attributes:
        response: Response to the signal.
        reference: Yield at which nobody moves [1/year].
    """

    response: Response
    reference: Scalar

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> None:
        """Return no memory."""

    def intents(
        self, memory: None, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, None]:
        """The step's pushes; a subnet that has not started attracts nobody."""
        signal = staking_yield(state, paid, clock.blocks) / self.reference - 1.0
        push = self.response(signal) * clock.days
        return pushing(jnp.where(subnets.in_emit_set, push, 0.0)), None


def yield_demand(*, strength: float, most: float, reference_yield: float) -> YieldDemand:
    """Build the process.

    Args:
        strength: Push a day for a yield of twice the reference.
        most: Bound of the push a day.
        reference_yield: Yield at which nobody moves [1/year].
    """
    return YieldDemand(response(strength, most), jnp.asarray(reference_yield))


class RevenueDemand(DemandProcess):
    """Revenue that buys alpha: more of it the higher a subnet's latent quality (article, A13).

    Subnet i takes in ``tao_per_day * exp(spread * quality_i)`` TAO a day, whatever its price, and
    all of it buys alpha. The response saturates by itself: a sum of TAO moves a pool by
    ``log(1 + sum / tao_in)``, less and less as the pool grows. With a standard normal quality,
    revenues are lognormal with the log-sd ``spread``. It draws no random numbers: quality comes
    with the subnets.

    Attributes:
        tao_per_day: Revenue of a subnet of quality 0 [TAO/day].
        spread: Log of the factor that a quality of 1 makes [-].
    """

    tao_per_day: Scalar
    spread: Scalar

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> None:
        """Return no memory."""

    def revenue(self, subnets: Subnets) -> PerSubnet:
        """Return the revenue of each subnet that has started, shape (subnets,) [TAO/day]."""
        earned = self.tao_per_day * elementary.exp(self.spread * subnets.quality)
        return jnp.where(subnets.in_emit_set, earned, 0.0)

    def intents(
        self, memory: None, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, None]:
        """Return the step's pushes."""
        tao_in = state.pools.tao_in
        depth = jnp.where(tao_in > 0.0, tao_in, 1.0)
        return pushing(elementary.log1p(self.revenue(subnets) * clock.days / depth)), None


def revenue_demand(*, tao_per_day: float, spread: float) -> RevenueDemand:
    """Build the process; arguments as the attributes of :class:`RevenueDemand`."""
    return RevenueDemand(jnp.asarray(tao_per_day), jnp.asarray(spread))
