"""What the chain adds to a dissolution: whole rao, and the owner's refund (§3.12, §12.6)."""

from collections.abc import Sequence

import jax.numpy as jnp

from dtaojax import chain
from dtaojax.mechanism.integers import whole_rao
from dtaojax.numerics.shapes import Scalar, ScalarInt


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


def refund_paid(refund: Scalar, registered_at: ScalarInt, left: Scalar) -> Scalar:
    """Return what is paid of a refund: only to old subnets, and at most what is left [TAO].

    A dissolution has paid its pot out by then, so that this is next to nothing; the life of a
    network leaves it out.

    Args:
        refund: :func:`owner_refund` [TAO].
        registered_at: block of the subnet's registration.
        left: TAO in the subnet's account once its holders are paid [TAO].

    Source: §12.6.
    """
    is_old = registered_at < chain.NETWORK_REGISTRATION_START_BLOCK
    return jnp.where(is_old, jnp.minimum(refund, left), 0.0)
