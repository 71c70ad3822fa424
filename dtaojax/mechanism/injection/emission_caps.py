"""Injection at the price with a cap on alpha by emission (R4a to R5, §3.7)."""

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.injection.context import Situation
from dtaojax.mechanism.injection.root_proportion_cap import InjectionTerms, capped_terms


class AlphaEmissionCap(eqx.Module):
    """Alpha injection capped at ``alpha_E`` (R4a, v3.2.12)."""

    def __call__(self, at: Situation) -> InjectionTerms:
        """Terms of a block."""
        return capped_terms(at.tao_emission, at.price, at.alpha_emission)


class LesserEmissionCap(eqx.Module):
    """Alpha injection capped at ``min(alpha_E, E)`` (R4c and R5, RC::get_subnet_terms v3.3.1)."""

    def __call__(self, at: Situation) -> InjectionTerms:
        """Terms of a block."""
        cap = jnp.minimum(at.alpha_emission, at.block_emission)
        return capped_terms(at.tao_emission, at.price, cap)
