"""Weight rules that look at the present state alone."""

from collections.abc import Callable

import equinox as eqx

from dtaojax.state.network import NetworkState, Subnets
from dtaojax.state.shapes import PerSubnet


class Memoryless(eqx.Module):
    """Gives a rule of the present state the interface of one with a memory.

    Attributes:
        rule: shares from a state.
    """

    rule: Callable[[NetworkState, Subnets], PerSubnet]

    def begin(self, state: NetworkState) -> None:
        """Nothing is remembered."""

    def prepare(self, memory: None, state: NetworkState, subnets: Subnets, blocks: int) -> None:
        """Nothing is remembered."""

    def shares(self, memory: None, state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Pre-gate shares [-]."""
        return self.rule(state, subnets)

    def record(self, memory: None, user_flow: PerSubnet, protocol_flow: PerSubnet) -> None:
        """Nothing is remembered."""
