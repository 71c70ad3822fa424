"""No injection: before dTAO all TAO rewarded participants (§8.1, article A5)."""

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.injection.context import Situation
from dtaojax.mechanism.injection.root_proportion_cap import InjectionTerms


class NoInjection(eqx.Module):
    """Nothing enters a pool and nothing is bought."""

    def __call__(self, at: Situation) -> InjectionTerms:
        """Terms of a block."""
        nothing = jnp.zeros_like(at.tao_emission)
        return InjectionTerms(nothing, nothing, nothing)
