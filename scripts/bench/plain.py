"""The model as most would write it: ``jax.numpy`` in place of this project's fast functions."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import Any
from unittest import mock

import jax
import jax.numpy as jnp
from jax import lax

from dtaojax import chain
from dtaojax.mechanism import emission
from dtaojax.numerics import elementary, order_statistic


def _quotient(
    numerator: jax.Array, denominator: jax.Array, otherwise: Any = 0.0, where: Any = True
) -> jax.Array:
    divisible = (denominator > 0.0) & where
    return jnp.where(divisible, numerator / jnp.where(divisible, denominator, 1.0), otherwise)


def _nth_largest(values: jax.Array, rank: int) -> jax.Array:
    return jnp.sort(values)[-rank]


def _block_emission(issuance: jax.Array) -> jax.Array:
    unissued = jnp.maximum(chain.MAX_SUPPLY - issuance, 0.0)
    halvings = jnp.floor(jnp.log2(chain.MAX_SUPPLY / jnp.where(unissued > 0.0, unissued, 1.0)))
    return jnp.where(unissued > 0.0, chain.BASE_BLOCK_EMISSION * lax.exp2(-halvings), 0.0)


PLAIN = {
    elementary.log: jnp.log,
    elementary.log1p: jnp.log1p,
    elementary.exp: jnp.exp,
    elementary.expm1: jnp.expm1,
    elementary.quotient: _quotient,
    emission.block_emission: _block_emission,
    order_statistic.nth_largest: _nth_largest,
}


@contextlib.contextmanager
def plain_functions() -> Iterator[None]:
    """Replaces them wherever the model uses them, while it is traced."""
    with contextlib.ExitStack() as stack:
        for name, module in list(sys.modules.items()):
            if not name.startswith("dtaojax."):
                continue
            for attribute, value in list(vars(module).items()):
                if callable(value) and (plain := _plain(value)) is not None:
                    stack.enter_context(mock.patch.object(module, attribute, plain))
        yield


def _plain(function: Any) -> Any:
    return next((plain for fast, plain in PLAIN.items() if fast is function), None)
