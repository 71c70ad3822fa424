"""From a case's integers to the model's arrays, and back."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import equinox as eqx
import jax.numpy as jnp
from jax import Array

from dtaojax import chain
from dtaojax.state.network import Pools, Subnets

Case = Mapping[str, Any]
Adapter = Callable[[Case], dict[str, Any]]
Number = int | float
T = TypeVar("T")


@eqx.filter_jit
def call(rule: Callable[..., T], *arguments: Any) -> T:
    """A rule of the model, compiled once for each shape of its arguments."""
    return rule(*arguments)


def number(value: Number) -> Array:
    """A scalar of the model."""
    return jnp.asarray(float(value))


def numbers(values: Sequence[Number]) -> Array:
    """A vector of the model."""
    return jnp.asarray([float(value) for value in values])


def flags(values: Sequence[bool]) -> Array:
    """A mask of the model."""
    return jnp.asarray(list(values), dtype=bool)


def tokens(rao: Number) -> Array:
    """A scalar amount."""
    return number(rao / chain.RAO_PER_TAO)


def token_vector(rao: Sequence[Number]) -> Array:
    """A vector of amounts."""
    return numbers([amount / chain.RAO_PER_TAO for amount in rao])


def one(rao: Number) -> Array:
    """An amount in one subnet."""
    return token_vector([rao])


def pool_of(case: Case) -> Pools:
    """A case's pool as the only one; of equal weights where the case has none."""
    nothing = jnp.zeros(1)
    return Pools(
        tao_in=one(case["tao_in"]),
        alpha_in=one(case["alpha_in"]),
        w_tao=numbers([case.get("w_tao", 0.5)]),
        tao_reservoir=nothing,
        alpha_reservoir=nothing,
    )


def subnets_of(
    miner_burned: Sequence[Number], emission_enabled: Sequence[bool], in_emit_set: Sequence[bool]
) -> Subnets:
    """Subnets of which nothing else matters; those of the emit set have started."""
    return Subnets(
        registered_at=jnp.zeros(len(in_emit_set), dtype=jnp.int64),
        first_emission_block=jnp.where(flags(in_emit_set), 1, -1),
        emission_enabled=flags(emission_enabled),
        miner_burned=numbers(miner_burned),
        owner_cut_enabled=jnp.ones(len(in_emit_set), dtype=bool),
        quality=jnp.zeros(len(in_emit_set)),
        sector=jnp.arange(len(in_emit_set)),
    )


def as_rao(amounts: Array) -> list[float]:
    """A vector of amounts in rao."""
    return [amount * chain.RAO_PER_TAO for amount in amounts.tolist()]


def scalar_rao(amount: Array) -> float:
    """A scalar amount in rao."""
    return amount.item() * chain.RAO_PER_TAO


def only(values: Array) -> float:
    """The value of the only subnet."""
    (value,) = values.tolist()
    return value


def only_rao(amounts: Array) -> float:
    """The amount of the only subnet in rao."""
    return only(amounts) * chain.RAO_PER_TAO
