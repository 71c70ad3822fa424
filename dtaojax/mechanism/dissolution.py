"""What holders are paid when a subnet is dissolved (§3.12, RS::destroy_alpha_in_out_stakes)."""

from collections.abc import Sequence
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from dtaojax.mechanism.rao import whole_rao
from dtaojax.ordered import ordered_sum
from dtaojax.state.shapes import Scalar, ScalarBool


class Payout(NamedTuple):
    """How the pot is divided.

    Attributes:
        holders: to each of them [TAO].
        recycled: the protocol's part, taken out of issuance [TAO].
    """

    holders: Float[Array, " holders"]
    recycled: Scalar


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
        pot: TAO of the pool and its reservoir [TAO].
        held: staked alpha of each holder [alpha].
        protocol_alpha: bought by the chain and kept (R5+) [alpha].
        alpha_in: alpha reserve of the pool [alpha].
        counts_alpha_in: the reserve counts as the protocol's (subnets registered after
            TaoInRefundDeploymentBlock).

    Source: §3.12 [DISS-01, DISS-03, DISS-04].
    """
    own = protocol_alpha + jnp.where(counts_alpha_in, alpha_in, 0.0)
    total = ordered_sum(held) + own
    some = total > 0.0
    per_alpha = jnp.where(some, pot / jnp.where(some, total, 1.0), 0.0)
    return Payout(held * per_alpha, own * per_alpha)


def largest_remainder(pot_rao: int, held_rao: Sequence[int]) -> list[int]:
    """The chain's division in whole rao: floors, then one rao each to the largest remainders.

    Of equal remainders the earlier goes first. On the host, in exact integers; every rao of the
    pot is paid unless nobody holds anything.

    Args:
        pot_rao: what is divided [rao].
        held_rao: weights, whole and not negative.

    Source: §3.12 [DISS-02].
    """
    total = sum(held_rao)
    if total == 0:
        return [0] * len(held_rao)
    shares = [divmod(pot_rao * weight, total) for weight in held_rao]
    left = pot_rao - sum(whole for whole, _ in shares)
    ranking = sorted(range(len(shares)), key=lambda holder: -shares[holder][1])
    favoured = set(ranking[:left])
    return [whole + (holder in favoured) for holder, (whole, _) in enumerate(shares)]


def owner_refund(lock: Scalar, alpha_issuance: Scalar, owner_cut: Scalar, price: Scalar) -> Scalar:
    """Rest of a legacy owner's lock: ``max(0, lock - floor(floor(A c_o) p))`` [TAO].

    Args:
        lock: what the owner locked at registration [TAO].
        alpha_issuance: A [alpha].
        owner_cut: c_o [-].
        price: p [TAO/alpha].

    Source: §3.12, owner refund.
    """
    earned = whole_rao(whole_rao(alpha_issuance * owner_cut) * price)
    return jnp.maximum(0.0, lock - earned)
