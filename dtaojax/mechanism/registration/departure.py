"""A subnet leaves: which one, who is paid out of its pot, and what is left in its slot (§3.12).

A subnet that makes room for a new one is pruned; its pool is dissolved as §12.3 has it since R8.
"""

import dataclasses
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from dtaojax.mechanism.liquidity.chain_swap import ChainSwap
from dtaojax.mechanism.liquidity.pools import sell
from dtaojax.numerics.ordered import ordered_sum
from dtaojax.numerics.shapes import (
    PerSubnet,
    PerSubnetBool,
    PerSubnetInt,
    Scalar,
    ScalarBool,
    ScalarInt,
)
from dtaojax.numerics.streams import Stream
from dtaojax.state.network import NetworkState, Pools, Subnets


class PayoutRule(eqx.Module):
    """Rule for who has a part in the pot of a dissolved subnet.

    Attributes:
        counts_alpha_in_after: Block of registration after which the pool's alpha counts as the
            protocol's, TaoInRefundDeploymentBlock.
        pays_baskets: Switch by which root's baskets are sold through the pool before the pot is
            divided (R8); alpha that is only claimable gets nothing.
    """

    counts_alpha_in_after: ScalarInt
    pays_baskets: bool = eqx.field(static=True)


def payout_rule(counts_alpha_in_after: int | None, pays_baskets: bool) -> PayoutRule:
    """Return the rule; without a block, no subnet is registered late enough for its pool to count.

    Args:
        counts_alpha_in_after: block as in :class:`PayoutRule`, or None.
        pays_baskets: switch as in :class:`PayoutRule`.
    """
    never = int(jnp.iinfo(jnp.asarray(0).dtype).max)
    since = never if counts_alpha_in_after is None else counts_alpha_in_after
    return PayoutRule(jnp.asarray(since), pays_baskets=pays_baskets)


class Departures(NamedTuple):
    """Subnets that left, and what became of their pots; 0 where none left.

    ``pot = root + stakers + recycled + unclaimed``.

    Attributes:
        gone: Slots whose subnet left, shape (subnets,).
        pot: TAO of pool and reservoir, shape (subnets,) [TAO].
        stakers: TAO paid to the stakers of the subnet together, each by its alpha, shape
            (subnets,) [TAO].
        staked: Alpha of those stakers, shape (subnets,) [alpha].
        root: TAO that root's baskets got, which joins root stake, shape (subnets,) [TAO].
        recycled: The protocol's part, taken out of issuance, shape (subnets,) [TAO].
        unclaimed: Pot in which nobody has a part; nobody is paid and issuance keeps it; shape
            (subnets,) [TAO].
    """

    gone: PerSubnetBool
    pot: PerSubnet
    stakers: PerSubnet
    staked: PerSubnet
    root: PerSubnet
    recycled: PerSubnet
    unclaimed: PerSubnet


class DissolutionPayout(NamedTuple):
    """Division of a pot.

    Attributes:
        holders: TAO paid to each holder, shape (holders,) [TAO].
        recycled: The protocol's part, taken out of issuance [TAO].
    """

    holders: Float[Array, " holders"]
    recycled: Scalar


def no_departures(slots: PerSubnet) -> Departures:
    """Return that nobody leaves; ``slots`` tells the shape."""
    nothing = jnp.zeros_like(slots)
    return Departures(nothing > 0.0, *[nothing] * 6)


def both_departures(first: Departures, second: Departures) -> Departures:
    """Join departures of two times; of a slot that was emptied twice, the first counts."""
    return jax.tree.map(lambda a, b: jnp.where(first.gone, a, b), first, second)


def dissolve(
    rule: PayoutRule,
    subnets: Subnets,
    state: NetworkState,
    gone: PerSubnetBool,
) -> tuple[NetworkState, Departures]:
    """Pay the pots of the subnets in ``gone`` and empty their slots.

    The pot is the TAO of pool and reservoir. Root's baskets are sold first, where the rule has it,
    and what they bring joins root stake. The rest goes pro rata to the alpha of stakers and of the
    protocol, whose part is recycled; burned alpha is at no hotkey and has no part, nor has alpha
    that root only may claim. A basket that the pool refuses to buy is paid like a staker. Alpha
    ceases to exist, and so do the price average and what the weight rule remembers.

    Source: §3.12, RS::destroy_alpha_in_out_stakes [DISS-01 to DISS-04]; §12.3 for the baskets.

    Args:
        rule: who has a part.
        subnets: who takes part.
        state: the network before.
        gone: slots to empty, shape (subnets,).

    Returns:
        The state with empty slots, and the payouts.
    """
    # 1. Root's baskets go first: what they bring comes off the pot that the others divide (§12.3).
    basket = state.root_basket if rule.pays_baskets else jnp.zeros_like(state.root_basket)
    sale = sell_baskets(state.pools, jnp.where(gone, basket, 0.0))
    pot = jnp.where(gone, state.pools.tao_in + state.pools.tao_reservoir, 0.0)
    divided = jnp.where(gone, sale.pools.tao_in, 0.0)
    # 2. The rest is divided by alpha. Where nobody holds any, the difference may be below 0 by its
    #    rounding.
    staked = jnp.maximum(state.participants_alpha, 0.0)
    paid = jax.vmap(dissolution_payout)(
        divided,
        jnp.stack([staked, sale.rest], axis=-1),
        state.protocol_alpha,
        sale.pools.alpha_in,
        subnets.registered_at > rule.counts_alpha_in_after,
    )
    stakers, root = paid.holders[:, 0], sale.received + paid.holders[:, 1]
    # 3. The protocol's part leaves issuance; a pot without a claimant stays in it.
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
    """Return the state with nothing in some slots.

    Args:
        state: the network before.
        gone: slots to empty, shape (subnets,).
        recycled: TAO that leaves issuance [TAO].
        root: TAO that joins root stake [TAO].
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
    """Return a weight rule's memory without what it holds of some slots (§3.6: missing is 0).

    Every array of a memory has the slots as its last axis, but for random streams.
    """

    def is_stream(node: Any) -> bool:
        return isinstance(node, Stream)

    def cleared(part: Any) -> Any:
        if is_stream(part):
            return part
        return jnp.where(jnp.broadcast_to(gone, part.shape), jnp.zeros((), part.dtype), part)

    return jax.tree.map(cleared, memory, is_leaf=is_stream)


def sell_baskets(pools: Pools, alpha: PerSubnet) -> ChainSwap:
    """Sell root's baskets in pools that are dissolved, their reservoirs folded in (R8).

    The swap has no fee and no limit of its price. Of equal weights ``E`` alpha get ``E / (x + E)``
    of a pool of ``x`` alpha. Of a pool whose guards refuse the swap nothing is sold.

    Args:
        pools: the pools before.
        alpha: alpha in the baskets, shape (subnets,) [alpha].

    Returns:
        The pools after, without reservoirs; what was not sold [alpha], and what was received [TAO].

    Source: §12.3.
    """
    nothing = jnp.zeros_like(alpha)
    folded = Pools(
        tao_in=pools.tao_in + pools.tao_reservoir,
        alpha_in=pools.alpha_in + pools.alpha_reservoir,
        w_tao=pools.w_tao,
        tao_reservoir=nothing,
        alpha_reservoir=nothing,
    )
    after, tao, refused = sell(folded, alpha)
    return ChainSwap(after, jnp.where(refused, alpha, 0.0), tao)


def dissolution_payout(
    pot: Scalar,
    held: Float[Array, " holders"],
    protocol_alpha: Scalar,
    alpha_in: Scalar,
    counts_alpha_in: ScalarBool,
) -> DissolutionPayout:
    """Divide the pool's TAO pro rata over holders and protocol.

    Nothing is paid where nobody holds alpha. Per alpha that is the pot over all alpha that counts,
    not the spot price.

    Args:
        pot: TAO of the pool, its reservoir among it, after root's baskets were sold [TAO].
        held: staked alpha of each holder, shape (holders,) [alpha].
        protocol_alpha: alpha bought by the chain and kept (R5+) [alpha].
        alpha_in: alpha reserve of the pool, with what was just sold into it [alpha].
        counts_alpha_in: whether the reserve counts as the protocol's (subnets registered after
            TaoInRefundDeploymentBlock).

    Source: §3.12 [DISS-01, DISS-03, DISS-04].
    """
    own = protocol_alpha + jnp.where(counts_alpha_in, alpha_in, 0.0)
    total = ordered_sum(held) + own
    some = total > 0.0
    per_alpha = jnp.where(some, pot / jnp.where(some, total, 1.0), 0.0)
    return DissolutionPayout(held * per_alpha, own * per_alpha)


def prunable(registered_at: PerSubnetInt, block: ScalarInt, immunity_blocks: int) -> PerSubnetBool:
    """Return the subnets whose immunity period is over at ``block``."""
    return block >= registered_at + immunity_blocks


def prune_target(
    moving_price: PerSubnet, registered_at: PerSubnetInt, eligible: PerSubnetBool
) -> PerSubnetBool:
    """Mark the subnet that a registration would replace; none if none is eligible.

    The lowest moving price goes; of several the earliest registered, then the first in order.
    Source: §3.12, RT::get_network_to_prune.
    """
    lowest = jnp.min(jnp.where(eligible, moving_price, jnp.inf))
    cheapest = eligible & (moving_price == lowest)
    never = jnp.iinfo(registered_at.dtype).max
    earliest = jnp.min(jnp.where(cheapest, registered_at, never))
    oldest = cheapest & (registered_at == earliest)
    first = jnp.argmax(oldest)
    return oldest & (jnp.arange(oldest.shape[-1]) == first)
