"""Injection of the designs before the launch, and of the time without pools (§8.1, §8.2)."""

import jax.numpy as jnp

from dtaojax.mechanism.injection.rule import BlockContext, Injection, InjectionTerms, Pay
from dtaojax.numerics.shapes import Scalar

_ROUNDING = 1e-12
"""Prices that add up to 1 do so in float64 too."""


class SumPriceSwitch(Injection):
    """Prices above 1 in sum: ``alpha_E`` to each pool and no TAO; else ``e`` and no alpha.

    Source: the testnet of December 2024, §8.2 [PRE-01, PRE-02].
    """

    def __call__(self, at: BlockContext) -> InjectionTerms:
        """Return the terms of a block."""
        above_one = at.price_sum > 1.0 + _ROUNDING
        return InjectionTerms(
            tao_in=jnp.where(above_one, 0.0, at.tao_emission),
            alpha_in=jnp.where(above_one, at.alpha_emission, 0.0),
            excess_tao=jnp.zeros_like(at.tao_emission),
        )


class FixedFraction(Injection):
    """Fixed parts of new alpha and of TAO emission enter the pool; participants get the rest.

    Source: the article of 2024, §8.1.

    Attributes:
        alpha_fraction: Part of new alpha that enters the pool, one half in the article [-].
        tao_fraction: Part of the TAO emission that enters the pool; the article pays TAO to
            participants, so 0 [-].
    """

    alpha_fraction: Scalar
    tao_fraction: Scalar

    def __call__(self, at: BlockContext) -> InjectionTerms:
        """Return the terms of a block."""
        return InjectionTerms(
            tao_in=self.tao_fraction * at.tao_emission,
            alpha_in=self.alpha_fraction * at.alpha_emission,
            excess_tao=jnp.zeros_like(at.tao_emission),
        )

    def pay(self, at: BlockContext) -> Pay:
        """Return what the pool's parts leave of TAO and alpha."""
        tao = (1.0 - self.tao_fraction) * at.tao_emission
        return Pay(tao, (1.0 - self.alpha_fraction) * at.alpha_emission)


class NoInjection(Injection):
    """Nothing enters a pool and nothing is bought: all TAO rewards participants (§8.1, A5)."""

    def __call__(self, at: BlockContext) -> InjectionTerms:
        """Return the terms of a block: nothing."""
        nothing = jnp.zeros_like(at.tao_emission)
        return InjectionTerms(nothing, nothing, nothing)

    def pay(self, at: BlockContext) -> Pay:
        """Return the whole TAO emission, and no alpha."""
        return Pay(at.tao_emission, jnp.zeros_like(at.alpha_emission))
