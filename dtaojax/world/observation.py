"""What is written down about a path on a report day."""

from typing import Final, NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from dtaojax.mechanism.coinbase import EmissionShares, coinbase
from dtaojax.mechanism.composition import Mechanism
from dtaojax.mechanism.liquidity.pools import spot_price
from dtaojax.mechanism.registration.lifecycle import next_pruned
from dtaojax.numerics import concentration
from dtaojax.numerics.ordered import normalise, ordered_sum
from dtaojax.numerics.shapes import PerSubnetBool
from dtaojax.state.network import NetworkState, Subnets
from dtaojax.world.follower import Figure

CONCENTRATION: Final = {
    "hhi": "ratio",
    "effective_number": "subnets",
    "gini": "ratio",
    "nakamoto": "subnets",
    "top10_share": "ratio",
}
"""Measures of concentration and their units."""

NETWORK_FIGURES: Final = (
    *(Figure(f"emission_{name}", unit) for name, unit in CONCENTRATION.items()),
    *(Figure(f"tao_in_{name}", unit) for name, unit in CONCENTRATION.items()),
    Figure("total_tao_in", "TAO"),
    Figure("sum_price", "TAO/alpha"),
    Figure("chain_buy_share", "ratio"),
    Figure("starved_subnets", "subnets"),
)
"""Figures about the whole network that every world has, in the order in which they are recorded."""

NETWORK_SCALARS: Final = {figure.name: figure.unit for figure in NETWORK_FIGURES}
"""Names and units of these figures."""

SUBNET_FIGURES: Final = (
    Figure("price", "TAO/alpha", "subnet"),
    Figure("moving_price", "TAO/alpha", "subnet"),
    Figure("tao_in", "TAO", "subnet"),
    Figure("emission_share", "ratio", "subnet", scale="one"),
)
"""Figures about each subnet that every world has, in the order in which they are recorded."""

GAUGES: Final = {figure.name: figure.unit for figure in SUBNET_FIGURES}
"""Names and units of these figures."""

EVENTS: Final = ("above_bar", "below_bar", "always_above_bar", "ever_below_bar", "next_pruned")
"""What can be true of a subnet on a report day.

A subnet of the start is above the bar, below it, or ``DEREGISTERED``: one of them on each path.
"""

EVENTS_WITHOUT_BAR: Final = ("paid", "unpaid", "always_paid", "ever_unpaid", "next_pruned")
"""The same under rules without a gate: whether it receives TAO emission takes the bar's place."""

DEREGISTERED: Final = "deregistered"
"""A further event where subnets come and go: the subnet of the start is gone."""


class NetworkFigures(NamedTuple):
    """One path on one day.

    Attributes:
        scalars: Figures of the network, in the order of ``NETWORK_FIGURES``.
        gauges: Figures of the subnets, in the order of ``SUBNET_FIGURES``.
        stands: Subnets that stand above the bar, or are paid without one (:func:`stands`).
        next_pruned: Subnet that a registration would replace.
        shares: Shares of the TAO emission.
    """

    scalars: Float[Array, " scalars"]
    gauges: Float[Array, "gauges subnets"]
    stands: PerSubnetBool
    next_pruned: Bool[Array, " subnets"]
    shares: EmissionShares


def concentration_of(
    shares: Float[Array, " subnets"], member: PerSubnetBool
) -> list[Float[Array, ""]]:
    """Return the measures of :data:`CONCENTRATION` of shares that add up to 1."""
    return [
        concentration.herfindahl(shares),
        concentration.effective_number(shares),
        concentration.gini(shares, member),
        concentration.nakamoto(shares),
        concentration.top_share(shares, 10),
    ]


def above_bar(shares: EmissionShares, subnets: Subnets) -> PerSubnetBool:
    """Return which started subnets have a pre-gate share that is at the bar or above it.

    At exactly the bar a subnet is above: the gate leaves it half of its weight, and under a rank
    gate the N-th subnet stands there, so that N of them are above (§3.6 G). A share of 0 is below
    any bar, also one of 0, and so is a subnet that has not started. Emission that is switched off
    takes no part in it: the bar is set by shares before the mask (§3.6 M).
    """
    return subnets.in_emit_set & (shares.pre_gate > 0.0) & (shares.pre_gate >= shares.bar)


def stands(mechanism: Mechanism, shares: EmissionShares, subnets: Subnets) -> PerSubnetBool:
    """Return which subnets are above the bar, or receive TAO emission where there is no gate."""
    return above_bar(shares, subnets) if mechanism.has_bar else shares.final > 0.0


def observe_network(
    mechanism: Mechanism, subnets: Subnets, state: NetworkState, immunity_blocks: int
) -> NetworkFigures:
    """Return the network's figures as its next block would make them.

    Every registered subnet counts as a member in the concentration of emission and of TAO in pools,
    also one that gets nothing.
    """
    _, paid = coinbase(mechanism, subnets, state, 1)
    final = paid.shares.final
    price = spot_price(state.pools)
    tao_in = state.pools.tao_in
    emission = paid.block_emission
    emits = emission > 0.0
    bought_with = jnp.where(emits, ordered_sum(paid.terms.excess_tao), 0.0)
    member = subnets.registered
    standing = stands(mechanism, paid.shares, subnets)
    starved = subnets.in_emit_set & subnets.emission_enabled & ~standing
    scalars = [
        *concentration_of(final, member),
        *concentration_of(normalise(tao_in), member),
        ordered_sum(tao_in),
        ordered_sum(price),
        bought_with / jnp.where(emits, emission, 1.0),
        jnp.sum(starved).astype(price.dtype),
    ]
    return NetworkFigures(
        scalars=jnp.stack(scalars),
        gauges=jnp.stack([price, state.moving_price, tao_in, final]),
        stands=standing,
        next_pruned=next_pruned(subnets, state, immunity_blocks),
        shares=paid.shares,
    )
