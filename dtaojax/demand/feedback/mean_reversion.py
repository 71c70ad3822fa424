"""Buying what is cheap against an anchor, and selling what is dear."""

from typing import Any

import equinox as eqx
import jax.numpy as jnp

from dtaojax.demand.age import just_registered
from dtaojax.demand.log_price import log_or_zero, log_spot_price, push_for
from dtaojax.demand.process import Clock, DemandProcess, pushing
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.numerics.shapes import PerSubnet, Scalar, ScalarInt
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets


class MovingPriceAnchor(eqx.Module):
    """The chain's moving price, which everybody can read; the spot price where it is 0."""

    def begin(self, state: NetworkState) -> None:
        """Nothing is remembered."""

    def __call__(
        self, memory: None, clock: Clock, subnets: Subnets, state: NetworkState
    ) -> tuple[PerSubnet, None]:
        """Log of the anchor."""
        known = state.moving_price > 0.0
        return jnp.where(known, log_or_zero(state.moving_price), log_spot_price(state.pools)), None


class StartPriceAnchor(eqx.Module):
    """The price at the start of the run, or of a later subnet at its registration."""

    def begin(self, state: NetworkState) -> PerSubnet:
        """Log of the price."""
        return log_spot_price(state.pools)

    def __call__(
        self, memory: PerSubnet, clock: Clock, subnets: Subnets, state: NetworkState
    ) -> tuple[PerSubnet, PerSubnet]:
        """Log of the anchor, and the same to remember."""
        fresh = just_registered(subnets, state, clock)
        anchor = jnp.where(fresh, log_spot_price(state.pools), memory)
        return anchor, anchor


class MeanReversion(DemandProcess):
    """Demand that closes the gap between the log price and an anchor at a fixed rate.

    If nothing else happens and the anchor stays, the gap halves every ``half_life_days`` exactly,
    whatever the length of a step. It draws no random numbers.

    Attributes:
        anchor: what prices are pulled to.
        half_life_days: of the gap [days].
    """

    anchor: MovingPriceAnchor | StartPriceAnchor
    half_life_days: Scalar

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> Any:
        """What the anchor remembers."""
        return self.anchor.begin(state)

    def intents(
        self, memory: Any, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, Any]:
        """The step's pushes."""
        anchor, memory = self.anchor(memory, clock, subnets, state)
        closed = -jnp.expm1(-jnp.log(2.0) * clock.days / self.half_life_days)
        gap = anchor - log_spot_price(state.pools)
        return pushing(push_for(closed * gap, state.pools)), memory
