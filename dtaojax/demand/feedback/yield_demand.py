"""Stakers who come for the yield and go for the lack of it."""

import jax.numpy as jnp

from dtaojax import chain
from dtaojax.demand.feedback.response import Response
from dtaojax.demand.process import Clock, DemandProcess, pushing
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.numerics.shapes import PerSubnet, Scalar, ScalarInt
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets

_DAYS_A_YEAR = 365.25


def staking_yield(state: NetworkState, paid: Coinbase, blocks: int) -> PerSubnet:
    """What validators are paid in a year for an alpha staked, before their take [1/year].

    All alpha of participants is taken to be staked, as in the holder's portfolio; 0 where there is
    none.

    Args:
        state: after the coinbase.
        paid: what the coinbase did.
        blocks: over which it did so.
    """
    staked = state.participants_alpha
    some = staked > 0.0
    a_year = _DAYS_A_YEAR * chain.BLOCKS_PER_DAY / blocks
    return jnp.where(some, paid.payout.validator * a_year / jnp.where(some, staked, 1.0), 0.0)


class YieldDemand(DemandProcess):
    """Demand that answers to the staking yield against what is earned elsewhere.

    The signal is ``yield / reference - 1``, in alpha and not in TAO: a yield that falls with the
    emission drives stakers out, whose sales lower the price and with it the emission (article,
    A13). It draws no random numbers.

    Attributes:
        response: to the signal.
        reference: yield at which nobody moves [1/year].
    """

    response: Response
    reference: Scalar

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> None:
        """Nothing is remembered."""

    def intents(
        self, memory: None, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, None]:
        """The step's pushes; a subnet that has not started attracts nobody."""
        signal = staking_yield(state, paid, clock.blocks) / self.reference - 1.0
        push = self.response(signal) * clock.days
        return pushing(jnp.where(subnets.in_emit_set, push, 0.0)), None
