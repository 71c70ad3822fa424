"""Weight rules that follow prices or reserves of the pools (§3.6 E-price, E-burn, E-R6; §8).

The chain followed the moving price from the launch to November 2025 (R1 to R3) and again since June
2026 (R6 to R8), charged for what owners withhold from miners. Spot prices and reserves are the
designs before the launch; a power of the price and conviction are what-ifs.
"""

from typing import Any

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.integers import is_due
from dtaojax.mechanism.liquidity.pools import spot_price
from dtaojax.mechanism.root.stake import root_proportion
from dtaojax.mechanism.weight_rule.rule import Memoryless, StepSummary, WeightRule
from dtaojax.numerics.elementary import exp, log
from dtaojax.numerics.ordered import normalise, ordered_sum
from dtaojax.numerics.shapes import PathNumber, PerSubnet, Scalar, ScalarInt
from dtaojax.state.network import NetworkState, Subnets


class EmaPrice(Memoryless):
    """``s ~ m`` over the emit set (R1 to R3, §3.6 E-price, SE::get_shares_price_ema)."""

    def __call__(self, state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Return the shares [-]; all 0 if no subnet has a moving price."""
        return normalise(jnp.where(subnets.in_emit_set, state.moving_price, 0.0))


class EmaPriceBurn(Memoryless):
    """``s ~ m (1 - min(burn, 1))`` over the emit set (R6b to R8, §3.6 E-burn, SE::get_shares).

    Falls back to ``s ~ m`` if every weight is 0.
    """

    @property
    def charges_burn(self) -> bool:
        """Return True: weights are in proportion to what miners are paid."""
        return True

    def __call__(self, state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Return the shares [-]; all 0 if no subnet has a moving price."""
        moving = jnp.where(subnets.in_emit_set, state.moving_price, 0.0)
        burned = moving * (1.0 - jnp.minimum(subnets.miner_burned, 1.0))
        return jnp.where(ordered_sum(burned) > 0.0, normalise(burned), normalise(moving))


class PoweredPriceBurn(Memoryless):
    """``s ~ (m (1 - min(burn, 1)))**q`` over the emit set; q = 1 is the rule of R8 (§3.6 E-burn).

    No chain has run it. Below 1 it pays small subnets more, and whoever splits a subnet in two.

    Attributes:
        exponent: Power q of the weight [-].
    """

    @property
    def charges_burn(self) -> bool:
        """Return True: weights are in proportion to what miners are paid."""
        return True

    exponent: Scalar

    def __call__(self, state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Return the shares [-]; all 0 if no subnet has a weight."""
        burned = state.moving_price * (1.0 - jnp.minimum(subnets.miner_burned, 1.0))
        member = subnets.in_emit_set & (burned > 0.0)
        safe = jnp.where(member, burned, 1.0)
        return normalise(jnp.where(member, exp(self.exponent * log(safe)), 0.0))


class EmaPriceConviction(Memoryless):
    """``s ~ m (1 - min(burn, 1)) (1 + boost C)`` over the emit set, with C of :func:`conviction`.

    The formula is ours. PR #3011 (§8.5) multiplies a share by ``1 + boost C`` only where the
    gate compares it with its bar, and takes C of alpha locked on chain. Falls back to ``s ~ m`` if
    every weight is 0.

    Attributes:
        boost: Multiple of a weight that full conviction adds to it [-].
    """

    @property
    def charges_burn(self) -> bool:
        """Return True: weights are in proportion to what miners are paid."""
        return True

    boost: Scalar

    def __call__(self, state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Return the shares [-]; all 0 if no subnet has a moving price."""
        moving = jnp.where(subnets.in_emit_set, state.moving_price, 0.0)
        paid = 1.0 - jnp.minimum(subnets.miner_burned, 1.0)
        weights = moving * paid * (1.0 + self.boost * conviction(state))
        return jnp.where(ordered_sum(weights) > 0.0, normalise(weights), normalise(moving))


def conviction(state: NetworkState) -> PerSubnet:
    """Return the part of a subnet's alpha that people hold outside the pool; 0 without alpha [-].

    Neither the protocol's alpha nor root's baskets nor burned alpha count. A stand-in for alpha
    that is locked, which the model does not know.
    """
    held = state.participants_alpha
    issued = state.alpha_issuance
    some = issued > 0.0
    return jnp.where(some, jnp.maximum(held, 0.0) / jnp.where(some, issued, 1.0), 0.0)


class EmaPriceRootpropBurn(WeightRule):
    """:func:`rootprop_burn_shares` over the emit set; the memory is RootProp (R6, §3.6 E-R6).

    RootProp is taken before root's claims raise its stake (§4.4 steps 6 and 8), so it cannot be
    told from the state that a block leaves.

    Attributes:
        tao_weight: Weight of root stake against alpha, one number or one a subnet [-].
    """

    @property
    def charges_burn(self) -> bool:
        """Return True: weights are in proportion to what miners are paid."""
        return True

    tao_weight: Scalar | PerSubnet

    def begin(self, path: PathNumber, subnets: Subnets, state: NetworkState) -> PerSubnet:
        """Return root proportions of the state, since none were taken before it."""
        return root_proportion(state.root_tao, self.tao_weight, state.alpha_issuance)

    def prepare(
        self, memory: PerSubnet, state: NetworkState, subnets: Subnets, blocks: int
    ) -> PerSubnet:
        """Return RootProp of the block before."""
        return memory

    def shares(self, memory: PerSubnet, state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Return the shares [-]; all 0 if no subnet has a moving price."""
        moving = jnp.where(subnets.in_emit_set, state.moving_price, 0.0)
        return rootprop_burn_shares(moving, memory, subnets.miner_burned)

    def record(self, memory: PerSubnet, step: StepSummary) -> PerSubnet:
        """Return RootProp of the step."""
        return step.root_proportion

    def record_waiting(self, memory: PerSubnet, step: StepSummary) -> PerSubnet:
        """Return RootProp of the step, which the chain keeps whatever the rule (R5+, §2.1)."""
        return self.record(memory, step)


def rootprop_burn_shares(
    moving_price: PerSubnet, root_proportion: PerSubnet, miner_burned: PerSubnet
) -> PerSubnet:
    """Return ``s ~ m rho (1 - min(burn, 1))``, or ``s ~ m`` if every weight is 0 (§3.6 E-R6) [-].

    Args:
        moving_price: m of the emit set, 0 outside, shape (subnets,) [TAO/alpha].
        root_proportion: rho at the end of the previous block, RootProp, shape (subnets,) [-].
        miner_burned: MinerBurned, shape (subnets,) [-].
    """
    weights = moving_price * root_proportion * (1.0 - jnp.minimum(miner_burned, 1.0))
    return jnp.where(ordered_sum(weights) > 0.0, normalise(weights), normalise(moving_price))


class SpotPrice(WeightRule):
    """``s ~ p`` over the emit set, held between refreshes (§8.1). The memory is what is held.

    Attributes:
        interval_blocks: Blocks between two refreshes, a day in the article of 2024 [blocks].
    """

    interval_blocks: int = eqx.field(static=True)

    def __call__(self, state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Return the shares by the prices of ``state`` [-]; all 0 if no pool has a price."""
        return normalise(jnp.where(subnets.in_emit_set, spot_price(state.pools), 0.0))

    def refresh(
        self, held: PerSubnet, shares: PerSubnet, block: ScalarInt, blocks: int
    ) -> PerSubnet:
        """Return the shares in force during the ``blocks`` blocks that follow ``block`` [-].

        They are renewed if one of them is a multiple of the interval, or if none are held (all 0).
        A subnet that arrives in between waits for the next refresh.

        Args:
            held: shares in force so far, shape (subnets,) [-].
            shares: shares by the prices of the present, shape (subnets,) [-].
            block: the last block before the step.
            blocks: the length of the step [blocks].
        """
        due = is_due(block, blocks, self.interval_blocks)
        return jnp.where(due | (ordered_sum(held) == 0.0), shares, held)

    def begin(self, path: PathNumber, subnets: Subnets, state: NetworkState) -> PerSubnet:
        """Return no shares yet, so that the first block takes some."""
        return jnp.zeros_like(state.alpha_out)

    def prepare(
        self, memory: PerSubnet, state: NetworkState, subnets: Subnets, blocks: int
    ) -> PerSubnet:
        """Return the shares in force during the next ``blocks`` blocks [-]."""
        return self.refresh(memory, self(state, subnets), state.block, blocks)

    def shares(self, memory: PerSubnet, state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Return the shares that are held [-]."""
        return memory

    def record(self, memory: PerSubnet, step: StepSummary) -> PerSubnet:
        """Return the memory as it is: what happens in a step plays no part."""
        return memory

    def resume(
        self, memory: PerSubnet, former: Any, state: NetworkState, subnets: Subnets
    ) -> PerSubnet:
        """Return no shares yet, so that the first block takes some."""
        return jnp.zeros_like(memory)


class TaoReserve(Memoryless):
    """``s ~ y`` over the emit set (the testnet of December 2024, §8.2)."""

    def __call__(self, state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Return the shares [-]; all 0 if every pool is empty of TAO."""
        return normalise(jnp.where(subnets.in_emit_set, state.pools.tao_in, 0.0))
