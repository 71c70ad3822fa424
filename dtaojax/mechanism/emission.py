"""Block emission as a function of issuance."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from dtaojax import chain


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
    two not below the unissued fraction ``1 - I/M``, which needs no logarithm and is exact at the
    thresholds. Serves TAO (by total issuance) and each alpha (by its own issuance).

    Args:
        unissued: M - I [tokens].

    Returns:
        Emission [tokens per block].

    Source: §3.1, BE::get_block_emission_for_issuance.
    """
    fraction = unissued / chain.MAX_SUPPLY
    mantissa, exponent = jnp.frexp(fraction)
    exponent = jnp.where(mantissa == 0.5, exponent - 1, exponent)
    emission = chain.BASE_BLOCK_EMISSION * jnp.ldexp(jnp.ones_like(fraction), exponent)
    return jnp.where(fraction > 0.0, emission, 0.0)
