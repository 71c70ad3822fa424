"""Root's alpha, sold as soon as it is minted (R1 to R3, §3.8 step 4).

The split is that of :class:`~dtaojax.mechanism.split.rules.OwnerServerValidatorRoot` with root
earning: PendingAlphaSwapped is its ``root``, PendingEmission its ``server`` and ``validator``
together.
"""

import jax.numpy as jnp

from dtaojax.mechanism.liquidity.chain_swap import chain_sale
from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool
from dtaojax.state.pools import Pools


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
