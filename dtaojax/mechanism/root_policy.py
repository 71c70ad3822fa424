"""What becomes of root's part of a subnet's alpha (§3.8 steps 4 and 5, §3.10)."""

from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.injection_subsidy import subsidised
from dtaojax.mechanism.root_sale import sell_at_launch, sell_unless_subsidised
from dtaojax.mechanism.situation import Situation
from dtaojax.ordered import ordered_sum
from dtaojax.state.network import NetworkState, Subnets
from dtaojax.state.pools import Pools
from dtaojax.state.shapes import PerSubnet, Scalar, ScalarBool


class RootOutcome(NamedTuple):
    """Books after root's part was dealt with.

    Attributes:
        pools: after any sale.
        kept: alpha that joins the baskets [alpha].
        sold: alpha that went back into the pool [alpha].
        tao: that it brought root stake [TAO].
    """

    pools: Pools
    kept: PerSubnet
    sold: PerSubnet
    tao: PerSubnet


class RootBasket(eqx.Module):
    """Root keeps its alpha; while moving prices add up to 1 or less it is recycled (R4b to R8)."""

    def earns(self, state: NetworkState, subnets: Subnets) -> ScalarBool:
        """root_sell_flag: moving prices of the emit set add up to more than 1."""
        return ordered_sum(jnp.where(subnets.in_emit_set, state.moving_price, 0.0)) > 1.0

    def __call__(self, pools: Pools, alpha: PerSubnet, at: Situation) -> RootOutcome:
        """Keeps ``alpha``."""
        nothing = jnp.zeros_like(alpha)
        return RootOutcome(pools, alpha, nothing, nothing)


class RootSoldAtLaunch(eqx.Module):
    """Root's alpha is sold in the pool at once, without a fee (R1).

    Attributes:
        min_liquidity: that the pool must keep [TAO].
    """

    min_liquidity: Scalar

    def earns(self, state: NetworkState, subnets: Subnets) -> ScalarBool:
        """Always."""
        return jnp.asarray(True)

    def __call__(self, pools: Pools, alpha: PerSubnet, at: Situation) -> RootOutcome:
        """Sells ``alpha``."""
        after, tao = sell_at_launch(pools, alpha, self.min_liquidity)
        return RootOutcome(after, jnp.zeros_like(alpha), after.alpha_in - pools.alpha_in, tao)


class RootSoldUnlessSubsidised(eqx.Module):
    """Root's alpha is sold at once, but not in a subsidised subnet, where nobody gets it (R3)."""

    def earns(self, state: NetworkState, subnets: Subnets) -> ScalarBool:
        """Always."""
        return jnp.asarray(True)

    def __call__(self, pools: Pools, alpha: PerSubnet, at: Situation) -> RootOutcome:
        """Sells ``alpha`` where the price is not below the share."""
        after, tao = sell_unless_subsidised(pools, alpha, subsidised(at))
        return RootOutcome(after, jnp.zeros_like(alpha), after.alpha_in - pools.alpha_in, tao)
