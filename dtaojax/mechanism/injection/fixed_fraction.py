"""Injection of the 2024 article: a fixed part of every new token goes to the pool (§8.1)."""

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.injection.context import Situation
from dtaojax.mechanism.injection.root_proportion_cap import InjectionTerms
from dtaojax.numerics.shapes import PerSubnet, Scalar


class FixedFraction(eqx.Module):
    """Fixed parts of new alpha and of TAO emission enter the pool; participants get the rest.

    Attributes:
        alpha_fraction: of new alpha, one half in the article [-].
        tao_fraction: of the TAO emission; the article pays TAO to participants, so 0 [-].
    """

    alpha_fraction: Scalar
    tao_fraction: Scalar

    def __call__(self, at: Situation) -> InjectionTerms:
        """Terms of a block."""
        return InjectionTerms(
            tao_in=self.tao_fraction * at.tao_emission,
            alpha_in=self.alpha_fraction * at.alpha_emission,
            excess_tao=jnp.zeros_like(at.tao_emission),
        )

    def participants(self, at: Situation) -> tuple[PerSubnet, PerSubnet]:
        """What owner, miners and validators get: TAO and alpha [per block]."""
        tao = (1.0 - self.tao_fraction) * at.tao_emission
        return tao, (1.0 - self.alpha_fraction) * at.alpha_emission
