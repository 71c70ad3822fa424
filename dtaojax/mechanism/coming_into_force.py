"""Adaptations of a network in which other rules were in force until now.

Each is a step of its own; those that a regime needs are applied in turn to the network that a file
holds, and to that of a path whose rules change. Nothing else changes: reserves, averages, what root
has not claimed and the books of registrations stay as they are.
"""

import dataclasses
from collections.abc import Callable

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.coinbase import emission_shares
from dtaojax.mechanism.composition import Mechanism
from dtaojax.mechanism.weight_rule.rule import RuleInForce
from dtaojax.state.network import NetworkState, Subnets

Adaptation = Callable[[Subnets, NetworkState], tuple[Subnets, NetworkState]]
"""From who takes part and the state, as new rules find them, to both under these rules."""


def start_everyone(subnets: Subnets, state: NetworkState) -> tuple[Subnets, NetworkState]:
    """Count every subnet as started when it was registered: the rules know no start call (R1)."""
    first = jnp.where(subnets.in_emit_set, subnets.first_emission_block, subnets.registered_at)
    return dataclasses.replace(subnets, first_emission_block=first), state


def enable_everyone(subnets: Subnets, state: NetworkState) -> tuple[Subnets, NetworkState]:
    """Switch on every subnet's TAO emission: the rules have no switch (before R5)."""
    return dataclasses.replace(subnets, emission_enabled=subnets.registered), state


def let_everyone_cut(subnets: Subnets, state: NetworkState) -> tuple[Subnets, NetworkState]:
    """Give every owner the cut: the rules have no switch for it (before R5)."""
    cuts = jnp.ones_like(subnets.owner_cut_enabled)
    return dataclasses.replace(subnets, owner_cut_enabled=cuts), state


def weigh_evenly(subnets: Subnets, state: NetworkState) -> tuple[Subnets, NetworkState]:
    """Give both sides of each pool the same weight: the rules have no weights (before R6a)."""
    pools = dataclasses.replace(state.pools, w_tao=jnp.full_like(state.pools.w_tao, 0.5))
    return subnets, dataclasses.replace(state, pools=pools)


def without_bar(subnets: Subnets, state: NetworkState) -> tuple[Subnets, NetworkState]:
    """Unset the gate's bar."""
    return subnets, dataclasses.replace(state, gate_bar=jnp.zeros_like(state.gate_bar))


class FollowRule(eqx.Module):
    """Hands the weights over to a rule of another kind.

    Attributes:
        rule: The rule that comes into force.
        former: Place of the former rule's kind.
    """

    rule: RuleInForce
    former: int = eqx.field(static=True)

    def __call__(self, subnets: Subnets, state: NetworkState) -> tuple[Subnets, NetworkState]:
        """Set the memory with which the rule begins."""
        memory = self.rule.follow(self.former, state.memory, state, subnets)
        return subnets, dataclasses.replace(state, memory=memory)


class SetBar(eqx.Module):
    """Sets another gate's bar by the shares of the next block, without waiting for its interval.

    Attributes:
        mechanism: The mechanism that comes into force.
    """

    mechanism: Mechanism

    def __call__(self, subnets: Subnets, state: NetworkState) -> tuple[Subnets, NetworkState]:
        """Set the new bar; the last adaptation, since shares depend on the others."""
        # Unset first: a gate keeps a bar that is set until its interval is over.
        _, unset = without_bar(subnets, state)
        shares, _ = emission_shares(self.mechanism, subnets, unset, 1)
        return subnets, dataclasses.replace(state, gate_bar=shares.bar)
