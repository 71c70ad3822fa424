"""Weights by moving price, root proportion and what miners are paid (R6)."""

import jax.numpy as jnp

from dtaojax.mechanism.root.proportion import root_proportion
from dtaojax.mechanism.shares import normalise
from dtaojax.mechanism.weight_rule.rule import Seen, WeightRule
from dtaojax.numerics.ordered import ordered_sum
from dtaojax.numerics.shapes import PathNumber, PerSubnet, Scalar
from dtaojax.state.network import NetworkState, Subnets


def rootprop_burn_shares(
    moving_price: PerSubnet, root_proportion: PerSubnet, miner_burned: PerSubnet
) -> PerSubnet:
    """``s ~ m rho (1 - min(burn, 1))``, or ``s ~ m`` if every weight is 0 (§3.6 E-R6) [-].

    Args:
        moving_price: m of the emit set, 0 outside [TAO/alpha].
        root_proportion: rho at the end of the previous block, RootProp [-].
        miner_burned: MinerBurned [-].
    """
    weights = moving_price * root_proportion * (1.0 - jnp.minimum(miner_burned, 1.0))
    return jnp.where(ordered_sum(weights) > 0.0, normalise(weights), normalise(moving_price))


class EmaPriceRootpropBurn(WeightRule):
    """:func:`rootprop_burn_shares` over the emit set; the memory is RootProp (§3.6 E-R6).

    RootProp is taken before root's claims raise its stake (§4.4 steps 6 and 8), so it cannot be
    told from the state that a block leaves.

    Attributes:
        tao_weight: of root stake against alpha, one number or one a subnet [-].
    """

    @property
    def charges_burn(self) -> bool:
        """Weights are in proportion to what miners are paid."""
        return True

    tao_weight: Scalar | PerSubnet

    def begin(self, path: PathNumber, subnets: Subnets, state: NetworkState) -> PerSubnet:
        """Root proportions of the state, since none were taken before it."""
        return root_proportion(state.root_tao, self.tao_weight, state.alpha_issuance)

    def prepare(
        self, memory: PerSubnet, state: NetworkState, subnets: Subnets, blocks: int
    ) -> PerSubnet:
        """RootProp of the block before."""
        return memory

    def shares(self, memory: PerSubnet, state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Shares [-]; all 0 if no subnet has a moving price."""
        moving = jnp.where(subnets.in_emit_set, state.moving_price, 0.0)
        return rootprop_burn_shares(moving, memory, subnets.miner_burned)

    def record(self, memory: PerSubnet, seen: Seen) -> PerSubnet:
        """RootProp of the step."""
        return seen.root_proportion

    def record_waiting(self, memory: PerSubnet, seen: Seen) -> PerSubnet:
        """RootProp of the step, which the chain keeps whatever the rule (R5+, §2.1)."""
        return self.record(memory, seen)
