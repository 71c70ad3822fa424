"""Whole rao, where the chain's truncation is part of a rule."""

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from dtaojax import chain

_ROUNDING = 16 * 2.0**-53
"""What a few operations on tokens round, relative to the amount."""


def whole_rao(tokens: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """The amount truncated to whole rao, as the chain stores it (§7.1).

    An amount that only float64's rounding keeps below a whole rao counts as that one. The
    derivative is that of the amount itself: a fee keeps its slope.

    Args:
        tokens: finite and non-negative [TAO or alpha].
    """
    rao = tokens * chain.RAO_PER_TAO
    nearest = jnp.round(rao)
    blurred = jnp.abs(rao - nearest) <= _ROUNDING * rao
    whole = jnp.where(blurred, nearest, jnp.floor(rao)) / chain.RAO_PER_TAO
    return tokens + lax.stop_gradient(whole - tokens)
