"""Weights by spot price, taken once a day (the article of 2024)."""

from typing import Any

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.cadence import is_due
from dtaojax.mechanism.liquidity.pools import spot_price
from dtaojax.mechanism.shares import normalise
from dtaojax.mechanism.weight_rule.rule import Seen, WeightRule
from dtaojax.numerics.ordered import ordered_sum
from dtaojax.numerics.shapes import PathNumber, PerSubnet, ScalarInt
from dtaojax.state.network import NetworkState, Subnets


class SpotPrice(WeightRule):
    """``s ~ p`` over the emit set, held between refreshes (§8.1). The memory is what is held.

    Attributes:
        interval_blocks: blocks between refreshes, a day in the article.
    """

    interval_blocks: int = eqx.field(static=True)

    def __call__(self, state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Shares by the prices of ``state`` [-]; all 0 if no pool has a price."""
        return normalise(jnp.where(subnets.in_emit_set, spot_price(state.pools), 0.0))

    def refresh(
        self, held: PerSubnet, shares: PerSubnet, block: ScalarInt, blocks: int
    ) -> PerSubnet:
        """The shares in force during the ``blocks`` blocks that follow ``block``.

        Renewed if one of them is a multiple of the interval, or if none are held (all 0). A subnet
        that arrives in between waits for the next refresh.

        Args:
            held: in force so far [-].
            shares: by the prices of the present [-].
            block: last block before the step.
            blocks: length of the step.
        """
        due = is_due(block, blocks, self.interval_blocks)
        return jnp.where(due | (ordered_sum(held) == 0.0), shares, held)

    def begin(self, path: PathNumber, subnets: Subnets, state: NetworkState) -> PerSubnet:
        """No shares yet, so that the first block takes some."""
        return jnp.zeros_like(state.alpha_out)

    def prepare(
        self, memory: PerSubnet, state: NetworkState, subnets: Subnets, blocks: int
    ) -> PerSubnet:
        """The shares in force during the next ``blocks`` blocks [-]."""
        return self.refresh(memory, self(state, subnets), state.block, blocks)

    def shares(self, memory: PerSubnet, state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Pre-gate shares [-]."""
        return memory

    def record(self, memory: PerSubnet, seen: Seen) -> PerSubnet:
        """What happens in a step plays no part."""
        return memory

    def resume(
        self, memory: PerSubnet, former: Any, state: NetworkState, subnets: Subnets
    ) -> PerSubnet:
        """No shares yet, so that the first block takes some."""
        return jnp.zeros_like(memory)
