"""Weight rules whose shares stay in force for a while."""

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.weight_rules.spot_price import SpotPrice
from dtaojax.state.network import NetworkState, Subnets
from dtaojax.state.shapes import PerSubnet


class Held(eqx.Module):
    """Keeps the shares of a rule between its refreshes; they are the memory.

    Attributes:
        rule: shares from a state, and when to take new ones.
    """

    rule: SpotPrice

    def begin(self, state: NetworkState) -> PerSubnet:
        """No shares yet, so that the first block takes some."""
        return jnp.zeros_like(state.alpha_out)

    def prepare(
        self, memory: PerSubnet, state: NetworkState, subnets: Subnets, blocks: int
    ) -> PerSubnet:
        """The shares in force during the next ``blocks`` blocks [-]."""
        return self.rule.refresh(memory, self.rule(state, subnets), state.block, blocks)

    def shares(self, memory: PerSubnet, state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Pre-gate shares [-]."""
        return memory

    def record(
        self, memory: PerSubnet, user_flow: PerSubnet, protocol_flow: PerSubnet
    ) -> PerSubnet:
        """Flows play no part."""
        return memory
