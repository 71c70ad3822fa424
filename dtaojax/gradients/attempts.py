"""What the owner of one subnet could try: to split it, or to pump it."""

import dataclasses

import jax
import jax.numpy as jnp
from jaxtyping import Array

from dtaojax.mechanism.coinbase import emission_shares
from dtaojax.mechanism.composition import Mechanism
from dtaojax.numerics.shapes import PerSubnet, Scalar, ScalarInt
from dtaojax.state.network import NetworkState, Subnets


def _valued(state: NetworkState, change) -> NetworkState:
    """Changes what is counted in TAO: prices and reserves, and what weight rules remember."""
    pools = dataclasses.replace(state.pools, tao_in=change(state.pools.tao_in))
    return dataclasses.replace(
        state,
        pools=pools,
        moving_price=change(state.moving_price),
        memory=jax.tree.map(change, state.memory),
    )


def split_in_two(
    mechanism: Mechanism, subnets: Subnets, state: NetworkState, place: ScalarInt
) -> Scalar:
    """Share of the TAO emission of both halves of a subnet in the next block [-].

    Each half has half of the TAO, of the price and of the flow; its alpha is its own, as is its
    slot, so that neither has fewer tokens. Both keep the owner's settings.

    Args:
        mechanism: the rules.
        subnets: who takes part.
        state: before the split.
        place: index of the subnet.
    """
    count = state.alpha_out.shape[-1]

    def twin(leaf: Array) -> Array:
        per_subnet = leaf.ndim > 0 and leaf.shape[-1] == count
        return jnp.append(leaf, leaf[..., place, None], axis=-1) if per_subnet else leaf

    both = (jnp.arange(count + 1) == place) | (jnp.arange(count + 1) == count)

    def halve(leaf: Array) -> Array:
        return jnp.where(both, 0.5 * leaf, leaf)

    subnets, state = jax.tree.map(twin, (subnets, state))
    shares, _ = emission_shares(mechanism, subnets, _valued(state, halve), 1)
    return shares.final[place] + shares.final[-1]


def pumped(
    mechanism: Mechanism,
    subnets: Subnets,
    state: NetworkState,
    place: ScalarInt,
    factor: float,
) -> Scalar:
    """Share of a subnet whose price and depth in TAO, or flow, is ``factor`` of what it is [-]."""
    own: PerSubnet = jnp.arange(state.alpha_out.shape[-1]) == place

    def scale(leaf: Array) -> Array:
        return jnp.where(own, factor * leaf, leaf)

    shares, _ = emission_shares(mechanism, subnets, _valued(state, scale), 1)
    return shares.final[place]
