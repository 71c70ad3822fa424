"""What an exact output costs (§3.5 S3)."""

from dtaojax.mechanism.liquidity.pools import weight_ratio
from dtaojax.numerics.elementary import expm1, log1p
from dtaojax.numerics.shapes import PerSubnet
from dtaojax.state.network import Pools


def alpha_needed(pools: Pools, tao: PerSubnet) -> PerSubnet:
    """Net alpha for exactly ``tao < tao_in`` out (§3.5 S3, BA::get_base_needed_for_quote)."""
    growth = -log1p(-tao / pools.tao_in)
    return pools.alpha_in * expm1(weight_ratio(pools.w_tao) * growth)
