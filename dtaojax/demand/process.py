"""The interface of demand processes, and the intents that most of them express."""

from abc import abstractmethod
from typing import Any

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from dtaojax.demand.clock import Clock
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.numerics.shapes import PerSubnet, Scalar, ScalarInt
from dtaojax.numerics.streams import Source, Stream
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets


class DemandProcess(eqx.Module):
    """A source of intents; processes add up, and each draws from streams of its own.

    A process never names a price: it says what users want, and the pools price it.
    """

    @property
    def source(self) -> Source:
        """Source of randomness to which the decomposition of variance counts its numbers."""
        return "demand"

    @abstractmethod
    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> Any:
        """Return the process's memory at the start of a path."""

    @abstractmethod
    def intents(
        self, memory: Any, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, Any]:
        """Return what users want in a step, and the memory after it.

        Args:
            memory: Memory of this process on this path.
            clock: Clock of the step.
            subnets: Subnets that take part.
            state: State after the coinbase of the step.
            paid: Result of the coinbase, payouts to participants among it.
        """


def pushing(push: PerSubnet) -> Intents:
    """Return intents of investors alone, with this push, a change of ``log(tao_in)`` [-]."""
    return Intents(push, jnp.zeros_like(push))


def selling(alpha: PerSubnet) -> Intents:
    """Return intents of sellers alone, who sell this much alpha [alpha]."""
    return Intents(jnp.zeros_like(alpha), alpha)


def flow_within_day(
    stream: Stream, clock: Clock, volatility: PerSubnet, common_share: Scalar, drift: Scalar
) -> PerSubnet:
    """Draw a step's change ``g`` of ``log(tao_in)``, normal with variance ``v**2`` a day [-].

    The mean of ``g`` is set so that the expected change of ``tao_in`` is ``drift`` a day.

    Args:
        stream: Stream of the path's flows within a day.
        clock: Clock of the step.
        volatility: Volatility v of the day, shape (subnets,) [1/sqrt(day)].
        common_share: Part of the variance that all subnets have in common [-].
        drift: Expected flow [fraction of tao_in per day].
    """
    lanes = volatility.shape[-1]
    # The number of lanes decides which word of a pair a subnet gets: with one lane fewer every
    # subnet would draw another number.
    normals = stream.normals(clock.step, lanes + 2).astype(volatility.dtype)
    own, common = normals[:lanes], normals[lanes]
    mixed = jnp.sqrt(1.0 - common_share) * own + jnp.sqrt(common_share) * common
    spread = volatility * np.sqrt(clock.days)
    # exp(g) has the mean exp(E[g] + spread**2 / 2), which half the variance takes back.
    return spread * mixed - 0.5 * spread * spread + drift * clock.days
