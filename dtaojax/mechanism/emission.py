"""Block emission as a function of issuance."""

import math

import jax.numpy as jnp
from jaxtyping import Array, Float

from dtaojax import chain

_LAST_UNISSUED = chain.MAX_SUPPLY * 2.0 ** -math.ceil(math.log2(chain.RAO_PER_TAO))
"""With no more than this left to mint an emission is less than a rao, and so nothing [tokens]."""


def block_emission(issuance: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """Tokens minted a block at a given issuance; see :func:`emission_of_unissued`.

    Args:
        issuance: tokens in existence [tokens].

    Returns:
        Emission [tokens per block].

    Source: §3.1, BE::get_block_emission_for_issuance.
    """
    return emission_of_unissued(chain.MAX_SUPPLY - issuance)


def emission_of_unissued(unissued: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """Tokens minted a block while so many are left to mint.

    The chain halves the emission at each threshold ``M (1 - 2**-n)`` of the issuance:
    ``E = 2**-floor(log2(1 / (1 - I/M)))``, and 0 from ``I = M`` on. That is the smallest power of
    two not below the unissued fraction ``1 - I/M``. It is read from the binary exponents of
    ``M - I`` and ``M``, without a logarithm or a division: a single rao short of a threshold
    nothing halves. The chain emits whole rao, so the 30th halving leaves nothing. Serves TAO (by
    total issuance) and each alpha (by its own issuance).

    Args:
        unissued: M - I [tokens].

    Returns:
        Emission [tokens per block].

    Source: §3.1, BE::get_block_emission_for_issuance.
    """
    mantissa, exponent = jnp.frexp(unissued)
    supply_mantissa, supply_exponent = math.frexp(chain.MAX_SUPPLY)
    power = exponent - supply_exponent + (mantissa > supply_mantissa)
    emission = chain.BASE_BLOCK_EMISSION * jnp.ldexp(jnp.ones_like(unissued), power)
    return jnp.where(unissued > _LAST_UNISSUED, emission, 0.0)
