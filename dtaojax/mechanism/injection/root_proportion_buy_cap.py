"""Chain buys capped at what miners are paid, with the rest spilt to others (proposed, §3.7 [P])."""

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.injection.context import Situation
from dtaojax.mechanism.injection.root_proportion_cap import InjectionTerms, capped_terms
from dtaojax.mechanism.injection.sharing_out import shared_out
from dtaojax.numerics.ordered import ordered_sum


class RootProportionBuyCap(eqx.Module):
    """Injection as in R6 to R8; a chain buy of at most the value of a block's pay to miners.

    ``cap_i = alpha_E (1 - cut) / 2 (1 - burn) p``. What caps reject is pooled and given to subnets
    that emit TAO, liquidity first (PR #3017): by their emission, into what is left of their
    injection cap, and then into what is left of their buy caps. What nobody can take is recycled.
    That it goes by emission, and that what one cannot take goes to the others, is our reading.
    """

    def __call__(self, at: Situation) -> InjectionTerms:
        """Terms of a block."""
        inject_cap = at.root_proportion * at.alpha_emission
        own = capped_terms(at.tao_emission, at.price, inject_cap)
        buy_cap = at.miner_pay * at.price
        bought = jnp.minimum(own.excess_tao, buy_cap)
        spilt = ordered_sum(own.excess_tao - bought)
        room = jnp.maximum(inject_cap * at.price - own.tao_in, 0.0)
        liquid = shared_out(spilt, at.tao_emission, room)
        rest = jnp.maximum(spilt - ordered_sum(liquid), 0.0)
        more = shared_out(rest, at.tao_emission, buy_cap - bought)
        priced = at.price > 0.0
        paired = jnp.where(priced, liquid / jnp.where(priced, at.price, 1.0), 0.0)
        return InjectionTerms(own.tao_in + liquid, own.alpha_in + paired, bought + more)
