"""The chain's whole numbers, where truncation is part of a rule: whole rao, whole intervals."""

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from dtaojax import chain
from dtaojax.numerics.shapes import ScalarBool, ScalarInt

HALF_RAO = 0.5 / chain.RAO_PER_TAO
"""Reserves are whole rao, so this much decides what float64 blurs [TAO or alpha]."""

_ROUNDING = 16 * 2.0**-53
"""What a few operations on tokens round, relative to the amount."""


def whole_rao(tokens: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """Return the amount truncated to whole rao, as the chain stores it (§7.1) [TAO or alpha].

    The derivative is that of the amount itself: a fee keeps its slope.

    Args:
        tokens: a finite and non-negative amount [TAO or alpha].
    """
    rao = tokens * chain.RAO_PER_TAO
    nearest = jnp.round(rao)
    # An amount that only float64's rounding keeps below a whole rao counts as that one: the chain
    # divides integers exactly where these tokens are quotients of floats.
    blurred = jnp.abs(rao - nearest) <= _ROUNDING * rao
    whole = jnp.where(blurred, nearest, jnp.floor(rao)) / chain.RAO_PER_TAO
    return tokens + lax.stop_gradient(whole - tokens)


def is_due(block: ScalarInt, blocks: int, interval: int) -> ScalarBool:
    """Return whether a multiple of ``interval`` is among the ``blocks`` blocks after ``block``."""
    return (block + blocks) // interval > block // interval
