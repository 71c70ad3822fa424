"""What root's alpha brought at launch, and on subnets without a pool (R1, §3.8 step 4)."""

from dtaojax.mechanism.integers import whole_rao
from dtaojax.mechanism.liquidity.chain_swap import launch_sale
from dtaojax.numerics.shapes import PerSubnet, Scalar
from dtaojax.state.network import Pools


def sell_at_launch(
    pools: Pools, root_alpha: PerSubnet, min_liquidity: Scalar
) -> tuple[Pools, PerSubnet]:
    """Sells whole rao of root's alpha into the launch pool, without a fee (R1).

    Returns:
        The pools after, and the proceeds, PendingRootDivs; 0 where the pool refuses [TAO].
    """
    after, tao, _ = launch_sale(pools, whole_rao(root_alpha), min_liquidity)
    return after, tao


def one_to_one(root_alpha: PerSubnet) -> PerSubnet:
    """Proceeds on a stable subnet, which has no pool and a price of 1 (§3.2, §7.3) [TAO]."""
    return root_alpha
