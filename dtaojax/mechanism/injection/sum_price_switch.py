"""Injection on the testnet of December 2024: alpha or TAO, by the sum of prices (§8.2)."""

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.injection.context import Situation
from dtaojax.mechanism.injection.root_proportion_cap import InjectionTerms

_ROUNDING = 1e-12
"""Prices that add up to 1 do so in float64 too."""


class SumPriceSwitch(eqx.Module):
    """Prices above 1 in sum: ``alpha_E`` to each pool and no TAO; else ``e`` and no alpha.

    Source: §8.2 [PRE-01, PRE-02].
    """

    def __call__(self, at: Situation) -> InjectionTerms:
        """Terms of a block."""
        dear = at.price_sum > 1.0 + _ROUNDING
        return InjectionTerms(
            tao_in=jnp.where(dear, 0.0, at.tao_emission),
            alpha_in=jnp.where(dear, at.alpha_emission, 0.0),
            excess_tao=jnp.zeros_like(at.tao_emission),
        )
