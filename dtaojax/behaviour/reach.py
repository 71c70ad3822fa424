"""Which subnets have something to gain from the gate: those that could stand near its bar."""

import dataclasses

import jax.numpy as jnp

from dtaojax.mechanism.composition import Mechanism
from dtaojax.numerics.elementary import quotient
from dtaojax.numerics.shapes import PerSubnetBool, Scalar
from dtaojax.state.network import NetworkState, Subnets


def in_reach(
    mechanism: Mechanism, subnets: Subnets, state: NetworkState, part: Scalar
) -> PerSubnetBool:
    """Say which subnets would have ``part`` of the gate's bar if they alone burned nothing.

    Weights that are charged for burn are ``w f(burn)`` with ``f(0) = 1``. With the shares ``u`` of
    a network in which nobody burns and the shares ``s`` as they are, the share of a subnet that
    alone stops burning is ``u max(s / u)``, up to its own small part of the sum, wherever somebody
    burns nothing (§3.6 E-burn). Rules that do not charge have ``s = u``. Under rules without a gate
    the bar is 0 and every subnet of the emit set is in reach.
    """
    free = dataclasses.replace(subnets, miner_burned=jnp.zeros_like(subnets.miner_burned))
    shares, unburned = (
        mechanism.weight_rule.shares(
            mechanism.weight_rule.prepare(state.memory, state, who, 1), state, who
        )
        for who in (subnets, free)
    )
    gain = jnp.max(quotient(shares, unburned, where=unburned > 0.0))
    potential = unburned * gain
    return subnets.in_emit_set & (potential >= part * state.gate_bar)
