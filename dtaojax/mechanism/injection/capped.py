"""Injection at the price with a cap on its alpha, and the rest for chain buys (R4a on, §3.7)."""

import jax.numpy as jnp

from dtaojax.mechanism.injection.rule import BlockContext, Injection, InjectionTerms
from dtaojax.numerics.elementary import quotient
from dtaojax.numerics.ordered import ordered_cumsum, ordered_sum
from dtaojax.numerics.shapes import PerSubnet, Scalar


def capped_terms(tao_emission: PerSubnet, price: PerSubnet, cap: PerSubnet) -> InjectionTerms:
    """Return an injection in proportion to the price, its alpha capped and TAO scaled with it.

    ``alpha_in = min(e / p, cap)``; what the cap keeps out of the pool is excess. At price 0 no
    alpha is injected and the whole emission stays TAO.

    Args:
        tao_emission: e, shape (subnets,) [TAO per block].
        price: spot price before the injection, shape (subnets,) [TAO/alpha].
        cap: most alpha to inject, shape (subnets,) [alpha per block].

    Source: §3.7 rows R4a to R6+, RC::get_subnet_terms; §7.3.
    """
    wanted = quotient(tao_emission, price)
    capped = wanted > cap
    alpha_in = jnp.where(capped, cap, wanted)
    # Below the cap e itself, not (e / p) p: the two roundings would leave an excess of their own.
    tao_in = jnp.where(capped, cap * price, tao_emission)
    return InjectionTerms(tao_in=tao_in, alpha_in=alpha_in, excess_tao=tao_emission - tao_in)


class AlphaEmissionCap(Injection):
    """Alpha injection capped at ``alpha_E`` (R4a, v3.2.12)."""

    def __call__(self, at: BlockContext) -> InjectionTerms:
        """Return the terms of a block."""
        return capped_terms(at.tao_emission, at.price, at.alpha_emission)


class LesserEmissionCap(Injection):
    """Alpha injection capped at ``min(alpha_E, E)`` (R4c and R5, RC::get_subnet_terms v3.3.1)."""

    def __call__(self, at: BlockContext) -> InjectionTerms:
        """Return the terms of a block."""
        cap = jnp.minimum(at.alpha_emission, at.block_emission)
        return capped_terms(at.tao_emission, at.price, cap)


class RootProportionCap(Injection):
    """Alpha injection capped at ``root_proportion * alpha_emission`` (R6 to R8)."""

    def __call__(self, at: BlockContext) -> InjectionTerms:
        """Return the terms of a block."""
        return capped_terms(at.tao_emission, at.price, at.root_proportion * at.alpha_emission)


class RootProportionBuyCap(Injection):
    """Injection as in R6 to R8; a chain buy of at most the value of a block's pay to miners.

    ``cap_i = alpha_E (1 - cut) / 2 (1 - burn) p``. What caps reject is pooled and given to subnets
    that emit TAO, liquidity first (proposed, PR #3017): by their emission, into what is left of
    their injection cap, and then into what is left of their buy caps. What nobody can take is
    recycled. That it goes by emission, and that what one cannot take goes to the others, is our
    reading (§8.5).
    """

    def __call__(self, at: BlockContext) -> InjectionTerms:
        """Return the terms of a block."""
        inject_cap = at.root_proportion * at.alpha_emission
        own = capped_terms(at.tao_emission, at.price, inject_cap)
        buy_cap = at.miner_pay * at.price
        bought = jnp.minimum(own.excess_tao, buy_cap)
        spilt = ordered_sum(own.excess_tao - bought)
        # Liquidity first: only what no pool has room for goes on to the buys.
        room = jnp.maximum(inject_cap * at.price - own.tao_in, 0.0)
        liquid = shared_out(spilt, at.tao_emission, room)
        rest = jnp.maximum(spilt - ordered_sum(liquid), 0.0)
        more = shared_out(rest, at.tao_emission, buy_cap - bought)
        priced = at.price > 0.0
        paired = jnp.where(priced, liquid / jnp.where(priced, at.price, 1.0), 0.0)
        return InjectionTerms(own.tao_in + liquid, own.alpha_in + paired, bought + more)


def shared_out(amount: Scalar, weights: PerSubnet, room: PerSubnet) -> PerSubnet:
    """Return ``min(room, level weight)`` of each, at the level at which the amount is used up.

    What one cannot take goes to the others by weight, until all is given or all are full. The level
    is found at once: members are full in the order of room over weight.

    Args:
        amount: what is shared out, not negative.
        weights: weights, not negative; a weight of 0 gets nothing; shape (subnets,).
        room: the most that each can take, not negative, shape (subnets,).
    """
    room = jnp.where(weights > 0.0, room, 0.0)
    full_at = quotient(room, weights)
    order = jnp.argsort(full_at)
    nothing = jnp.zeros(1)
    # Room of the first k, and weight of the others: added up from the end, since what is left of a
    # sum when nearly all of it is taken away has lost its digits.
    full_room = jnp.concatenate([nothing, ordered_cumsum(room[order])])
    open_weight = jnp.concatenate([ordered_cumsum(weights[order][::-1])[::-1], nothing])
    # Given out when the k-th is just full; what the later ones get by then follows their weight.
    given = full_room[1:] + full_at[order] * open_weight[1:]
    full = jnp.sum(given <= amount)
    weight = open_weight[full]
    level = (amount - full_room[full]) / jnp.where(weight > 0.0, weight, 1.0)
    return jnp.where(full == room.shape[0], room, jnp.minimum(room, level * weights))
