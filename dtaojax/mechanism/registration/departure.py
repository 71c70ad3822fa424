"""A subnet leaves: its pot is paid out and its slot emptied (§3.12, §12.3)."""

import dataclasses
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp

from dtaojax.mechanism.registration.dissolution import dissolution_payout, sell_baskets
from dtaojax.numerics.ordered import ordered_sum
from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool, Scalar, ScalarInt
from dtaojax.numerics.streams import Stream
from dtaojax.state.network import NetworkState, Subnets
from dtaojax.state.pools import Pools


class PayoutRule(eqx.Module):
    """Who has a part in the pot of a dissolved subnet.

    Attributes:
        counts_alpha_in_after: the pool's alpha counts as the protocol's in subnets registered after
            this block, TaoInRefundDeploymentBlock.
        pays_baskets: whether root's baskets are sold through the pool before the pot is divided
            (R8); alpha that is only claimable gets nothing.
    """

    counts_alpha_in_after: ScalarInt
    pays_baskets: bool = eqx.field(static=True)


class Departures(NamedTuple):
    """Subnets that left, and what became of their pots; 0 where none left.

    ``pot = root + stakers + recycled + unclaimed``.

    Attributes:
        gone: slots whose subnet left.
        pot: TAO of pool and reservoir [TAO].
        stakers: paid to the stakers of the subnet together, each by its alpha [TAO].
        staked: their alpha [alpha].
        root: what root's baskets got, which joins root stake [TAO].
        recycled: the protocol's part, taken out of issuance [TAO].
        unclaimed: a pot in which nobody has a part; nobody is paid and issuance keeps it [TAO].
    """

    gone: PerSubnetBool
    pot: PerSubnet
    stakers: PerSubnet
    staked: PerSubnet
    root: PerSubnet
    recycled: PerSubnet
    unclaimed: PerSubnet


def no_departures(slots: PerSubnet) -> Departures:
    """Nobody leaves; ``slots`` tells the shape."""
    nothing = jnp.zeros_like(slots)
    return Departures(nothing > 0.0, *[nothing] * 6)


def both_departures(first: Departures, second: Departures) -> Departures:
    """Departures of two moments; of a slot that was emptied twice, the first counts."""
    return jax.tree.map(lambda a, b: jnp.where(first.gone, a, b), first, second)


def dissolve(
    rule: PayoutRule,
    subnets: Subnets,
    state: NetworkState,
    gone: PerSubnetBool,
) -> tuple[NetworkState, Departures]:
    """Pays the pots of the subnets in ``gone`` and empties their slots.

    The pot is the TAO of pool and reservoir. Root's baskets are sold first, where the rule has it,
    and what they bring joins root stake. The rest goes pro rata to the alpha of stakers and of the
    protocol, whose part is recycled; burned alpha is at no hotkey and has no part, nor has alpha
    that root only may claim. A basket that the pool refuses to buy is paid like a staker. Alpha
    ceases to exist, and so do the price average and what the weight rule remembers.

    Source: §3.12, RS::destroy_alpha_in_out_stakes [DISS-01 to DISS-04]; §12.3 for the baskets.

    Args:
        rule: who has a part.
        subnets: who takes part.
        state: before.
        gone: slots to empty.

    Returns:
        The state with empty slots, and the payouts.
    """
    basket = state.root_basket if rule.pays_baskets else jnp.zeros_like(state.root_basket)
    sale = sell_baskets(state.pools, jnp.where(gone, basket, 0.0))
    pot = jnp.where(gone, state.pools.tao_in + state.pools.tao_reservoir, 0.0)
    divided = jnp.where(gone, sale.pools.tao_in, 0.0)
    # Where nobody holds any, the difference may be below 0 by its rounding.
    staked = jnp.maximum(state.participants_alpha, 0.0)
    paid = jax.vmap(dissolution_payout)(
        divided,
        jnp.stack([staked, sale.rest], axis=-1),
        state.protocol_alpha,
        sale.pools.alpha_in,
        subnets.registered_at > rule.counts_alpha_in_after,
    )
    stakers, root = paid.holders[:, 0], sale.received + paid.holders[:, 1]
    recycled = jnp.where(gone, paid.recycled, 0.0)
    somebody = jnp.sum(paid.holders, axis=-1) + recycled > 0.0
    departures = Departures(
        gone=gone,
        pot=pot,
        stakers=stakers,
        staked=jnp.where(gone, staked, 0.0),
        root=root,
        recycled=recycled,
        unclaimed=jnp.where(somebody, 0.0, divided),
    )
    return emptied(state, gone, ordered_sum(recycled), ordered_sum(root)), departures


def emptied(
    state: NetworkState, gone: PerSubnetBool, recycled: Scalar, root: Scalar
) -> NetworkState:
    """The state with nothing in some slots.

    Args:
        state: before.
        gone: those slots.
        recycled: leaves issuance [TAO].
        root: joins root stake [TAO].
    """

    def zeroed(values):
        return jnp.where(gone, jnp.zeros((), values.dtype), values)

    return dataclasses.replace(
        state,
        pools=Pools(
            tao_in=zeroed(state.pools.tao_in),
            alpha_in=zeroed(state.pools.alpha_in),
            w_tao=jnp.where(gone, 0.5, state.pools.w_tao),
            tao_reservoir=zeroed(state.pools.tao_reservoir),
            alpha_reservoir=zeroed(state.pools.alpha_reservoir),
        ),
        alpha_out=zeroed(state.alpha_out),
        protocol_alpha=zeroed(state.protocol_alpha),
        root_basket=zeroed(state.root_basket),
        burned_alpha=zeroed(state.burned_alpha),
        moving_price=zeroed(state.moving_price),
        total_issuance=state.total_issuance - recycled,
        root_tao=state.root_tao + root,
        memory=forgotten(state.memory, gone),
    )


def forgotten(memory: Any, gone: PerSubnetBool) -> Any:
    """A weight rule's memory without what it holds of some slots (§3.6: what is missing is 0).

    Every array of a memory has the slots as its last axis, but for random streams.
    """

    def is_stream(node: Any) -> bool:
        return isinstance(node, Stream)

    def cleared(part: Any) -> Any:
        if is_stream(part):
            return part
        return jnp.where(jnp.broadcast_to(gone, part.shape), jnp.zeros((), part.dtype), part)

    return jax.tree.map(cleared, memory, is_leaf=is_stream)
