"""Block emission as a function of issuance."""

import math

import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

from dtaojax import chain
from dtaojax.numerics.elementary import power_of_two

_LAST_UNISSUED = chain.MAX_SUPPLY * 2.0 ** -math.ceil(math.log2(chain.RAO_PER_TAO))
"""With no more than this left to mint an emission is less than a rao, and so nothing [tokens]."""


def block_emission(issuance: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """Return the tokens minted a block at a given issuance; see :func:`emission_of_unissued`.

    Args:
        issuance: tokens in existence [tokens].

    Returns:
        The emission [tokens per block].

    Source: §3.1, BE::get_block_emission_for_issuance.
    """
    return emission_of_unissued(chain.MAX_SUPPLY - issuance)


def emission_of_unissued(unissued: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """Return the tokens minted a block while so many are left to mint.

    The chain halves the emission at each threshold ``M (1 - 2**-n)`` of the issuance:
    ``E = 2**-floor(log2(1 / (1 - I/M)))``, and 0 from ``I = M`` on. That is the smallest power of
    two not below the unissued fraction ``1 - I/M``. It is read from the bits of ``M - I`` and
    ``M``, without a logarithm or a rounded quotient: a single rao short of a threshold nothing
    halves. The chain emits whole rao, so the 30th halving leaves nothing. Serves TAO (by total
    issuance) and each alpha (by its own issuance).

    Args:
        unissued: M - I [tokens].

    Returns:
        The emission [tokens per block].

    Source: §3.1, BE::get_block_emission_for_issuance.
    """
    emits = unissued > _LAST_UNISSUED
    safe = jnp.where(emits, unissued, 1.0)
    # A division, since the compiler repeats anything cheaper wherever the emission is used.
    return jnp.where(emits, chain.BASE_BLOCK_EMISSION, 0.0) / supply_over(safe)


def supply_over(unissued: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """Return the largest power of two not above ``M / unissued``, for positive ``unissued``.

    Adding ``1 - mantissa(M)`` to the bits carries into the exponent where the mantissa is larger.
    """
    kind = jnp.finfo(unissued.dtype)
    integer = jnp.int64 if kind.bits == 64 else jnp.int32
    supply = np.asarray(chain.MAX_SUPPLY, kind.dtype).view(integer)
    one = 1 << kind.nmant
    bits = lax.bitcast_convert_type(unissued, integer)
    exponent = (bits + (one - 1 - int(supply) % one)) >> kind.nmant
    return power_of_two(int(supply) // one - exponent, unissued)
