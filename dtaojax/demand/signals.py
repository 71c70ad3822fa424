"""Signals of a subnet's market that demand can see, its age and price, and responses to them."""

import equinox as eqx
import jax.numpy as jnp

from dtaojax import chain
from dtaojax.demand.clock import Clock
from dtaojax.mechanism.liquidity.pools import spot_price, weight_ratio
from dtaojax.numerics import elementary
from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool, Scalar
from dtaojax.state.network import NetworkState, Pools, Subnets


def age_days(subnets: Subnets, state: NetworkState) -> PerSubnet:
    """Return the time since trading began, shape (subnets,) [days]; 0 where it has not."""
    blocks = state.block - subnets.first_emission_block
    started = jnp.where(subnets.in_emit_set, blocks, 0)
    return started.astype(state.moving_price.dtype) / chain.BLOCKS_PER_DAY


def just_registered(subnets: Subnets, state: NetworkState, clock: Clock) -> PerSubnetBool:
    """Return the subnets that took their slot since the step before, shape (subnets,).

    What a process remembers of their slot is about another subnet.
    """
    return subnets.registered_at > state.block - clock.blocks


def log_or_zero(price: PerSubnet) -> PerSubnet:
    """Return the log of a price [-]; 0 where there is none, as nobody can act on it."""
    priced = price > 0.0
    # The inner where keeps the unused branch finite: its gradient would be NaN otherwise.
    return jnp.where(priced, elementary.log(jnp.where(priced, price, 1.0)), 0.0)


def log_spot_price(pools: Pools) -> PerSubnet:
    """Return the log of the spot price [-]; 0 where there is none."""
    return log_or_zero(spot_price(pools))


def push_for(log_price_change: PerSubnet, pools: Pools) -> PerSubnet:
    """Return the push that changes log prices by so much [-].

    Along the invariant ``log(alpha_in)`` changes by ``-r`` times the change of ``log(tao_in)``, so
    the log price changes by ``1 + r`` times the push, with r = w_tao / (1 - w_tao).
    """
    return log_price_change / (1.0 + weight_ratio(pools.w_tao))


class Response(eqx.Module):
    """Demand in proportion to a signal while it is small, and never more than a bound.

    ``most * tanh(strength * signal / most)``: without a bound, demand that feeds on its own effect
    would grow without limit.

    Attributes:
        strength: Slope at a signal of 0 [change of log(tao_in) per day and unit of the signal].
        most: Bound of the demand [change of log(tao_in) per day].
    """

    strength: Scalar
    most: Scalar

    def __call__(self, signal: PerSubnet) -> PerSubnet:
        """Return the demand at a signal [change of log(tao_in) per day]."""
        return self.most * jnp.tanh(self.strength * signal / self.most)


def response(strength: float, most: float) -> Response:
    """Build the response; arguments as the attributes of :class:`Response`."""
    return Response(jnp.asarray(strength), jnp.asarray(most))
