"""What becomes of root's part of a subnet's alpha (§3.8 steps 4 and 5, §3.10)."""

from abc import abstractmethod
from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.injection.context import Situation
from dtaojax.mechanism.injection.subsidy import subsidised
from dtaojax.mechanism.liquidity.chain_swap import chain_sale
from dtaojax.mechanism.liquidity.pools_launch import launch_sale
from dtaojax.mechanism.root.sale import sell_unless_subsidised
from dtaojax.mechanism.split.rules import Payout
from dtaojax.numerics.ordered import ordered_sum
from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool, Scalar, ScalarBool
from dtaojax.state.network import NetworkState, Subnets
from dtaojax.state.pools import Pools


class RootOutcome(NamedTuple):
    """Books after root's part of a step was dealt with.

    Attributes:
        pools: after any sale.
        kept: alpha that joins the baskets [alpha].
        sold: alpha that went back into the pool [alpha].
        tao: that it brought root stake [TAO].
        staked: of that, what joins the counter of root stake, SubnetTAO(0) [TAO].
    """

    pools: Pools
    kept: PerSubnet
    sold: PerSubnet
    tao: PerSubnet
    staked: PerSubnet


class Claims(NamedTuple):
    """What root stake sold out of its baskets after the coinbase of a step.

    Attributes:
        pools: after it.
        sold: [alpha].
        tao: that joins root stake [TAO].
        refused: sales that the pool did not take, or not whole; the alpha stays in the basket.
    """

    pools: Pools
    sold: PerSubnet
    tao: PerSubnet
    refused: PerSubnetBool


class RootPolicy(eqx.Module):
    """What becomes of the alpha that root stake earns, at once and later."""

    @abstractmethod
    def earns(self, state: NetworkState, subnets: Subnets) -> ScalarBool:
        """Whether root gets its part; without that it is recycled."""

    @abstractmethod
    def __call__(self, pools: Pools, alpha: PerSubnet, at: Situation) -> RootOutcome:
        """Deals with the alpha that root earned in a step.

        Args:
            pools: after the step's injection.
            alpha: root's part [alpha].
            at: the step's first block.
        """

    @abstractmethod
    def paid(self, reward: Payout) -> PerSubnet:
        """What root stake is paid directly, of the participants' TAO [TAO]."""

    @abstractmethod
    def claim(self, pools: Pools, basket: PerSubnet, earned: PerSubnet, blocks: int) -> Claims:
        """Sells out of the baskets, after the price average was taken (§4.4 step 8).

        Args:
            pools: after the coinbase.
            basket: alpha in the baskets, with what the step added [alpha].
            earned: that [alpha].
            blocks: length of the step.
        """


def root_sell_flag(state: NetworkState, subnets: Subnets) -> ScalarBool:
    """Whether moving prices of the emit set add up to more than 1 (§3.8 step 5)."""
    return ordered_sum(jnp.where(subnets.in_emit_set, state.moving_price, 0.0)) > 1.0


class UnclaimedPolicy(RootPolicy):
    """A policy that settles all at once: nothing is sold out of the baskets later."""

    def claim(self, pools: Pools, basket: PerSubnet, earned: PerSubnet, blocks: int) -> Claims:
        """No claims."""
        nothing = jnp.zeros_like(pools.tao_in)
        return Claims(pools, nothing, nothing, nothing > 0.0)


class RootBasket(UnclaimedPolicy):
    """Root keeps its alpha; while moving prices add up to 1 or less it is recycled (R8)."""

    def earns(self, state: NetworkState, subnets: Subnets) -> ScalarBool:
        """:func:`root_sell_flag`."""
        return root_sell_flag(state, subnets)

    def __call__(self, pools: Pools, alpha: PerSubnet, at: Situation) -> RootOutcome:
        """Keeps ``alpha``."""
        nothing = jnp.zeros_like(alpha)
        return RootOutcome(pools, alpha, nothing, nothing, nothing)

    def paid(self, reward: Payout) -> PerSubnet:
        """Root's own part [TAO]."""
        return reward.root


class RootDrained(RootPolicy):
    """Root keeps its alpha and sells a part of its baskets each block, without a fee (§3.10).

    With claims (R4 to R7) the part is the reciprocal of the lag with which a claim follows what it
    claims; in R8 it is what stakers choose to sell. In the long run as much is sold as is earned.

    Attributes:
        rate: part of a basket that is sold [per block].
    """

    rate: Scalar

    def earns(self, state: NetworkState, subnets: Subnets) -> ScalarBool:
        """:func:`root_sell_flag`."""
        return root_sell_flag(state, subnets)

    def __call__(self, pools: Pools, alpha: PerSubnet, at: Situation) -> RootOutcome:
        """Keeps ``alpha`` for later."""
        nothing = jnp.zeros_like(alpha)
        return RootOutcome(pools, alpha, nothing, nothing, nothing)

    def paid(self, reward: Payout) -> PerSubnet:
        """Root's own part [TAO]."""
        return reward.root

    def claim(self, pools: Pools, basket: PerSubnet, earned: PerSubnet, blocks: int) -> Claims:
        """Sells :func:`drained`; one swap for the step."""
        wanted = drained(basket, earned, self.rate, blocks)
        swap = chain_sale(pools, wanted)
        return Claims(swap.pools, wanted - swap.rest, swap.received, swap.cut)


def drained(basket: PerSubnet, earned: PerSubnet, rate: Scalar, blocks: int) -> PerSubnet:
    """What ``blocks`` blocks sell of a basket, each its part after it was paid [alpha].

    ``B <- (B + e) (1 - r)`` once a block leaves ``B (1 - r)**n + e (1 - r) (1 - (1 - r)**n) / r``
    of what was there before, ``B``, and of ``e`` a block.

    Args:
        basket: at the end of the step if nothing were sold, ``B + n e`` [alpha].
        earned: of which in this step, ``n e`` [alpha].
        rate: r, above 0 [per block].
        blocks: n.
    """
    part = -jnp.expm1(blocks * jnp.log1p(-rate))
    kept_of_earned = (1.0 - rate) / rate * part / blocks
    return part * (basket - earned) + (1.0 - kept_of_earned) * earned


class RootSoldAtLaunch(UnclaimedPolicy):
    """Root's alpha is sold in the pool at once, without a fee (R1).

    The proceeds raise what root stakers hold, but not the counter of root stake (§3.10, the bug of
    the launch).

    Attributes:
        min_liquidity: that the pool must keep [TAO].
    """

    min_liquidity: Scalar

    def earns(self, state: NetworkState, subnets: Subnets) -> ScalarBool:
        """Always."""
        return jnp.asarray(True)

    def __call__(self, pools: Pools, alpha: PerSubnet, at: Situation) -> RootOutcome:
        """Sells ``alpha``."""
        after, tao, _ = launch_sale(pools, alpha, self.min_liquidity)
        nothing = jnp.zeros_like(alpha)
        return RootOutcome(after, nothing, after.alpha_in - pools.alpha_in, tao, nothing)

    def paid(self, reward: Payout) -> PerSubnet:
        """Root's own part [TAO]."""
        return reward.root


class RootSoldUnlessSubsidised(UnclaimedPolicy):
    """Root's alpha is sold at once, but not in a subsidised subnet, where nobody gets it (R3).

    The proceeds join root stake, as since v3.1.6 (§3.10); here at once, not at the epoch.
    """

    def earns(self, state: NetworkState, subnets: Subnets) -> ScalarBool:
        """Always."""
        return jnp.asarray(True)

    def __call__(self, pools: Pools, alpha: PerSubnet, at: Situation) -> RootOutcome:
        """Sells ``alpha`` where the price is not below the share."""
        after, tao = sell_unless_subsidised(pools, alpha, subsidised(at))
        return RootOutcome(after, jnp.zeros_like(alpha), after.alpha_in - pools.alpha_in, tao, tao)

    def paid(self, reward: Payout) -> PerSubnet:
        """Root's own part [TAO]."""
        return reward.root


class NoRoot(UnclaimedPolicy):
    """Root earns nothing of the subnets (before the launch, §8.2, §8.4)."""

    def earns(self, state: NetworkState, subnets: Subnets) -> ScalarBool:
        """True, so that nothing is recycled on its account; its part is 0."""
        return jnp.asarray(True)

    def __call__(self, pools: Pools, alpha: PerSubnet, at: Situation) -> RootOutcome:
        """There is nothing to deal with."""
        nothing = jnp.zeros_like(alpha)
        return RootOutcome(pools, alpha, nothing, nothing, nothing)

    def paid(self, reward: Payout) -> PerSubnet:
        """Root's own part, which is none [TAO]."""
        return reward.root


class RootOfValidators(UnclaimedPolicy):
    """Root stake is what validators hold: their TAO is its income and is staked (A4, A5)."""

    def earns(self, state: NetworkState, subnets: Subnets) -> ScalarBool:
        """Always."""
        return jnp.asarray(True)

    def __call__(self, pools: Pools, alpha: PerSubnet, at: Situation) -> RootOutcome:
        """There is no alpha to deal with."""
        nothing = jnp.zeros_like(alpha)
        return RootOutcome(pools, alpha, nothing, nothing, nothing)

    def paid(self, reward: Payout) -> PerSubnet:
        """What validators are paid [TAO]."""
        return reward.validator + reward.root
