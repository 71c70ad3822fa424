"""What becomes of root's part of a subnet's alpha (§3.8 steps 4 and 5, §3.10).

A policy settles root's alpha within the coinbase (it keeps it, sells it, or leaves it to nobody),
and may sell out of root's baskets once the price average was taken.
"""

from abc import abstractmethod
from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.injection import launch
from dtaojax.mechanism.injection.rule import BlockContext
from dtaojax.mechanism.liquidity.chain_swap import chain_sale, launch_sale
from dtaojax.mechanism.split.rules import Payout
from dtaojax.numerics.ordered import ordered_sum
from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool, Scalar, ScalarBool
from dtaojax.state.network import NetworkState, Pools, Subnets


class RootOutcome(NamedTuple):
    """Books after root's part of a step was dealt with.

    Attributes:
        pools: Pools after any sale.
        kept: Alpha that joins the baskets, shape (subnets,) [alpha].
        sold: Alpha that went back into the pool, shape (subnets,) [alpha].
        tao: TAO that it brought root stakers, shape (subnets,) [TAO].
        staked: Part of it that joins the counter of root stake, SubnetTAO(0), shape (subnets,)
            [TAO].
    """

    pools: Pools
    kept: PerSubnet
    sold: PerSubnet
    tao: PerSubnet
    staked: PerSubnet


class Claims(NamedTuple):
    """What root stake sold out of its baskets after the coinbase of a step.

    Attributes:
        pools: Pools after the sales.
        sold: Alpha sold, shape (subnets,) [alpha].
        tao: TAO received, which joins root stake, shape (subnets,) [TAO].
        refused: Sales that the pool did not take, or not whole; the alpha stays in the basket;
            shape (subnets,).
    """

    pools: Pools
    sold: PerSubnet
    tao: PerSubnet
    refused: PerSubnetBool


class RootPolicy(eqx.Module):
    """Rule for the alpha that root stake earns, at once and later."""

    @abstractmethod
    def earns(self, state: NetworkState, subnets: Subnets) -> ScalarBool:
        """Return whether root gets its part; without that it is recycled."""

    @abstractmethod
    def __call__(self, pools: Pools, alpha: PerSubnet, at: BlockContext) -> RootOutcome:
        """Settle the alpha that root earned in a step.

        Args:
            pools: the pools after the step's injection.
            alpha: root's part, shape (subnets,) [alpha].
            at: the step's first block.
        """

    def paid(self, reward: Payout) -> PerSubnet:
        """Return what root stake is paid directly, of the participants' TAO [TAO]."""
        return reward.root

    @abstractmethod
    def claim(self, pools: Pools, basket: PerSubnet, earned: PerSubnet, blocks: int) -> Claims:
        """Sell out of the baskets, after the price average was taken (§4.4 step 8).

        Args:
            pools: the pools after the coinbase.
            basket: alpha in the baskets, with what the step added, shape (subnets,) [alpha].
            earned: part of it that the step added, shape (subnets,) [alpha].
            blocks: the length of the step [blocks].
        """


def root_sell_flag(state: NetworkState, subnets: Subnets) -> ScalarBool:
    """Return whether moving prices of the emit set add up to more than 1 (§3.8 step 5)."""
    return ordered_sum(jnp.where(subnets.in_emit_set, state.moving_price, 0.0)) > 1.0


class UnclaimedPolicy(RootPolicy):
    """Policy that settles all at once: nothing is sold out of the baskets later."""

    def claim(self, pools: Pools, basket: PerSubnet, earned: PerSubnet, blocks: int) -> Claims:
        """Return no claims."""
        nothing = jnp.zeros_like(pools.tao_in)
        return Claims(pools, nothing, nothing, nothing > 0.0)


class RootBasket(UnclaimedPolicy):
    """Root keeps its alpha; while moving prices add up to 1 or less it is recycled (R8)."""

    def earns(self, state: NetworkState, subnets: Subnets) -> ScalarBool:
        """Return :func:`root_sell_flag`."""
        return root_sell_flag(state, subnets)

    def __call__(self, pools: Pools, alpha: PerSubnet, at: BlockContext) -> RootOutcome:
        """Keep ``alpha``."""
        nothing = jnp.zeros_like(alpha)
        return RootOutcome(pools, alpha, nothing, nothing, nothing)


class RootDrained(RootPolicy):
    """Root keeps its alpha and sells a part of its baskets each block, without a fee (§3.10).

    With claims (R4 to R7) the part is the reciprocal of the lag with which a claim follows what it
    claims; in R8 it is what stakers choose to sell. In the long run as much is sold as is earned.

    Attributes:
        rate: Part of a basket that is sold [per block].
    """

    rate: Scalar

    def earns(self, state: NetworkState, subnets: Subnets) -> ScalarBool:
        """Return :func:`root_sell_flag`."""
        return root_sell_flag(state, subnets)

    def __call__(self, pools: Pools, alpha: PerSubnet, at: BlockContext) -> RootOutcome:
        """Keep ``alpha`` for later."""
        nothing = jnp.zeros_like(alpha)
        return RootOutcome(pools, alpha, nothing, nothing, nothing)

    def claim(self, pools: Pools, basket: PerSubnet, earned: PerSubnet, blocks: int) -> Claims:
        """Sell :func:`drained`, in one swap for the step."""
        wanted = drained(basket, earned, self.rate, blocks)
        swap = chain_sale(pools, wanted)
        return Claims(swap.pools, wanted - swap.rest, swap.received, swap.cut)


def drained(basket: PerSubnet, earned: PerSubnet, rate: Scalar, blocks: int) -> PerSubnet:
    """Return what ``blocks`` blocks sell of a basket, each its part after it was paid [alpha].

    ``B <- (B + e) (1 - r)`` once a block leaves ``B (1 - r)**n + e (1 - r) (1 - (1 - r)**n) / r``
    of what was there before, ``B``, and of ``e`` a block.

    Args:
        basket: basket at the end of the step if nothing were sold, ``B + n e``, shape (subnets,)
            [alpha].
        earned: part of it that the step added, ``n e``, shape (subnets,) [alpha].
        rate: r, above 0 [per block].
        blocks: n, the length of the step [blocks].
    """
    part = -jnp.expm1(blocks * jnp.log1p(-rate))
    kept_of_earned = (1.0 - rate) / rate * part / blocks
    return part * (basket - earned) + (1.0 - kept_of_earned) * earned


class RootSoldAtLaunch(UnclaimedPolicy):
    """Root's alpha is sold in the pool at once, without a fee (R1).

    The proceeds raise what root stakers hold, but not the counter of root stake (§3.10, the bug of
    the launch).

    Attributes:
        min_liquidity: TAO that the pool must keep [TAO].
    """

    min_liquidity: Scalar

    def earns(self, state: NetworkState, subnets: Subnets) -> ScalarBool:
        """Return True: root always gets its part."""
        return jnp.asarray(True)

    def __call__(self, pools: Pools, alpha: PerSubnet, at: BlockContext) -> RootOutcome:
        """Sell ``alpha``."""
        after, tao, _ = launch_sale(pools, alpha, self.min_liquidity)
        nothing = jnp.zeros_like(alpha)
        return RootOutcome(after, nothing, after.alpha_in - pools.alpha_in, tao, nothing)


class RootSoldUnlessSubsidised(UnclaimedPolicy):
    """Root's alpha is sold at once, but not in a subsidised subnet, where nobody gets it (R3).

    The proceeds join root stake, as since v3.1.6 (§3.10); here at once, not at the epoch.
    """

    def earns(self, state: NetworkState, subnets: Subnets) -> ScalarBool:
        """Return True: root always gets its part."""
        return jnp.asarray(True)

    def __call__(self, pools: Pools, alpha: PerSubnet, at: BlockContext) -> RootOutcome:
        """Sell ``alpha`` where the price is not below the share."""
        after, tao = sell_unless_subsidised(pools, alpha, launch.subsidised(at))
        return RootOutcome(after, jnp.zeros_like(alpha), after.alpha_in - pools.alpha_in, tao, tao)


def sell_unless_subsidised(
    pools: Pools, root_alpha: PerSubnet, subsidised: PerSubnetBool
) -> tuple[Pools, PerSubnet]:
    """Sell root's alpha fee-free; a subsidised subnet's is not sold and nobody gets it (R2, R3).

    The split is that of :class:`~dtaojax.mechanism.split.rules.OwnerServerValidatorRoot` with root
    earning: PendingAlphaSwapped is its ``root``, PendingEmission its ``server`` and ``validator``
    together.

    Args:
        pools: the pools after the block's injection.
        root_alpha: root's part, shape (subnets,) [alpha].
        subsidised: where the price is below the share; nowhere in R2; shape (subnets,).

    Returns:
        The pools after, and the proceeds, shape (subnets,) [TAO].
    """
    swap = chain_sale(pools, jnp.where(subsidised, 0.0, root_alpha))
    return swap.pools, swap.received


class NoRoot(UnclaimedPolicy):
    """Root earns nothing of the subnets (before the launch, §8.2, §8.4)."""

    def earns(self, state: NetworkState, subnets: Subnets) -> ScalarBool:
        """Return True, so that nothing is recycled on root's account; its part is 0."""
        return jnp.asarray(True)

    def __call__(self, pools: Pools, alpha: PerSubnet, at: BlockContext) -> RootOutcome:
        """Return the books as they are: there is nothing to settle."""
        nothing = jnp.zeros_like(alpha)
        return RootOutcome(pools, alpha, nothing, nothing, nothing)


class RootOfValidators(UnclaimedPolicy):
    """Root stake is what validators hold: their TAO is its income and is staked (A4, A5)."""

    def earns(self, state: NetworkState, subnets: Subnets) -> ScalarBool:
        """Return True: root always gets its part."""
        return jnp.asarray(True)

    def __call__(self, pools: Pools, alpha: PerSubnet, at: BlockContext) -> RootOutcome:
        """Return the books as they are: there is no alpha to settle."""
        nothing = jnp.zeros_like(alpha)
        return RootOutcome(pools, alpha, nothing, nothing, nothing)

    def paid(self, reward: Payout) -> PerSubnet:
        """Return what validators are paid [TAO]."""
        return reward.validator + reward.root
