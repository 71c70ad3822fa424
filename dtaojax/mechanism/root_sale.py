"""Root's alpha, sold as soon as it is minted (R1 to R3, §3.8 step 4).

The split is that of :class:`~dtaojax.mechanism.split.OwnerServerValidatorRoot` with root earning:
PendingAlphaSwapped is its ``root``, PendingEmission its ``server`` and ``validator`` together.
"""

import jax.numpy as jnp

from dtaojax.mechanism.chain_swap import chain_sale
from dtaojax.mechanism.pools_launch import launch_sale
from dtaojax.mechanism.rao import whole_rao
from dtaojax.state.pools import Pools
from dtaojax.state.shapes import PerSubnet, PerSubnetBool, Scalar


def sell_at_launch(
    pools: Pools, root_alpha: PerSubnet, min_liquidity: Scalar
) -> tuple[Pools, PerSubnet]:
    """Sells whole rao of root's alpha into the launch pool, without a fee (R1).

    Returns:
        The pools after, and the proceeds, PendingRootDivs; 0 where the pool refuses [TAO].
    """
    after, tao, _ = launch_sale(pools, whole_rao(root_alpha), min_liquidity)
    return after, tao


def sell_unless_subsidised(
    pools: Pools, root_alpha: PerSubnet, subsidised: PerSubnetBool
) -> tuple[Pools, PerSubnet]:
    """Sells root's alpha fee-free; a subsidised subnet's is not sold and nobody gets it (R2, R3).

    Args:
        pools: after the block's injection.
        root_alpha: root's part [alpha].
        subsidised: price below the share; nowhere in R2.

    Returns:
        The pools after, and the proceeds [TAO].
    """
    swap = chain_sale(pools, jnp.where(subsidised, 0.0, root_alpha))
    return swap.pools, swap.received


def one_to_one(root_alpha: PerSubnet) -> PerSubnet:
    """Proceeds on a stable subnet, which has no pool and a price of 1 (§3.2, §7.3) [TAO]."""
    return root_alpha
