"""What participants are paid before it is divided among them."""

from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.injection.context import Situation
from dtaojax.mechanism.injection.fixed_fraction import FixedFraction
from dtaojax.numerics.shapes import PerSubnet


class Pay(NamedTuple):
    """A block's pay of all participants of each subnet.

    Attributes:
        tao: [TAO per block].
        alpha: [alpha per block].
    """

    tao: PerSubnet
    alpha: PerSubnet


class PaidInAlpha(eqx.Module):
    """The subnet's alpha emission, and no TAO (every regime that shipped, §3.8)."""

    def __call__(self, at: Situation) -> Pay:
        """Pay of a block."""
        return Pay(jnp.zeros_like(at.tao_emission), at.alpha_emission)


class PaidInTao(eqx.Module):
    """The whole TAO emission, and no alpha (before dTAO, §8.1)."""

    def __call__(self, at: Situation) -> Pay:
        """Pay of a block."""
        return Pay(at.tao_emission, jnp.zeros_like(at.alpha_emission))


class PaidWhatPoolsLeave(eqx.Module):
    """What the article's fixed fractions leave of TAO and alpha (§8.1).

    Attributes:
        injection: the fractions.
    """

    injection: FixedFraction

    def __call__(self, at: Situation) -> Pay:
        """Pay of a block."""
        return Pay(*self.injection.participants(at))
