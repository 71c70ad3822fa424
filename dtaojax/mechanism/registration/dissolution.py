"""What holders are paid when a subnet is dissolved (§3.12, §12.3)."""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from dtaojax.mechanism.liquidity.chain_swap import ChainSwap
from dtaojax.mechanism.liquidity.pools import sell
from dtaojax.numerics.ordered import ordered_sum
from dtaojax.numerics.shapes import PerSubnet, Scalar, ScalarBool
from dtaojax.state.pools import Pools


class Payout(NamedTuple):
    """How the pot is divided.

    Attributes:
        holders: to each of them [TAO].
        recycled: the protocol's part, taken out of issuance [TAO].
    """

    holders: Float[Array, " holders"]
    recycled: Scalar


def sell_baskets(pools: Pools, alpha: PerSubnet) -> ChainSwap:
    """Sell root's baskets in pools that are dissolved, their reservoirs folded in (R8).

    The swap has no fee and no limit of its price. Of equal weights ``E`` alpha get ``E / (x + E)``
    of a pool of ``x`` alpha. Of a pool whose guards refuse the swap nothing is sold.

    Args:
        pools: before.
        alpha: in the baskets [alpha].

    Returns:
        The pools after, without reservoirs; what was not sold [alpha], and what was received [TAO].

    Source: §12.3.
    """
    nothing = jnp.zeros_like(alpha)
    folded = Pools(
        tao_in=pools.tao_in + pools.tao_reservoir,
        alpha_in=pools.alpha_in + pools.alpha_reservoir,
        w_tao=pools.w_tao,
        tao_reservoir=nothing,
        alpha_reservoir=nothing,
    )
    after, tao, refused = sell(folded, alpha)
    return ChainSwap(after, jnp.where(refused, alpha, 0.0), tao)


def dissolution_payout(
    pot: Scalar,
    held: Float[Array, " holders"],
    protocol_alpha: Scalar,
    alpha_in: Scalar,
    counts_alpha_in: ScalarBool,
) -> Payout:
    """Divides the pool's TAO pro rata over holders and protocol.

    Nothing is paid where nobody holds alpha. Per alpha that is the pot over all alpha that counts,
    not the spot price.

    Args:
        pot: TAO of the pool, its reservoir among it, after root's baskets were sold [TAO].
        held: staked alpha of each holder [alpha].
        protocol_alpha: bought by the chain and kept (R5+) [alpha].
        alpha_in: alpha reserve of the pool, with what was just sold into it [alpha].
        counts_alpha_in: the reserve counts as the protocol's (subnets registered after
            TaoInRefundDeploymentBlock).

    Source: §3.12 [DISS-01, DISS-03, DISS-04].
    """
    own = protocol_alpha + jnp.where(counts_alpha_in, alpha_in, 0.0)
    total = ordered_sum(held) + own
    some = total > 0.0
    per_alpha = jnp.where(some, pot / jnp.where(some, total, 1.0), 0.0)
    return Payout(held * per_alpha, own * per_alpha)
