"""Root stake: what it weighs in the subnets, how it moves, what it is paid off the top (§3.4)."""

from abc import abstractmethod

import equinox as eqx
import jax.numpy as jnp

from dtaojax.numerics.elementary import quotient
from dtaojax.numerics.shapes import PerSubnet, Scalar, ScalarBool


def root_proportion(
    root_tao: Scalar, tao_weight: Scalar | PerSubnet, alpha_issuance: PerSubnet
) -> PerSubnet:
    """Return ``w S / (w S + A)``, 0 where the denominator is 0 (§3.4, BS::root_proportion) [-].

    Args:
        root_tao: S, TAO staked to root [TAO].
        tao_weight: w, one number or one a subnet (§12.2) [-].
        alpha_issuance: A, shape (subnets,) [alpha].
    """
    root = tao_weight * root_tao
    return quotient(root, root + alpha_issuance)


def move_root_stake(root_tao: Scalar, wanted: Scalar | float) -> tuple[Scalar, ScalarBool]:
    """Return root stake after users staked to it or unstaked.

    TAO moves one for one, without a pool. Nobody unstakes TAO that is not staked: a larger amount
    is cut and reported.

    Args:
        root_tao: TAO staked to root before [TAO].
        wanted: TAO that users want to add; negative to take out [TAO].

    Returns:
        The stake after, and whether the amount was cut.

    Source: §3.2, the stable mechanism of netuid 0, whose price is 1.
    """
    stake = root_tao + wanted
    return jnp.maximum(stake, 0.0), stake < 0.0


class OffTheTop(eqx.Module):
    """Rule for what root stake is paid of a block's TAO before it is divided among subnets."""

    @abstractmethod
    def __call__(self, emission: Scalar) -> Scalar:
        """Return root's part of a block's emission [TAO per block].

        Args:
            emission: E, TAO that the block mints [TAO per block].
        """


class NothingOffTheTop(OffTheTop):
    """All of the block's TAO is divided among subnets (every rule up to R8)."""

    def __call__(self, emission: Scalar) -> Scalar:
        """Return nothing [TAO per block]."""
        return jnp.zeros_like(emission)


class ShareOffTheTop(OffTheTop):
    """Root stake is paid a share of each block before all others.

    That there is such a share is known from the title of a release alone; its formula is not
    (§12.2). Here it is a number. It is staked to root like all that root is paid.

    Attributes:
        share: Root's part of the emission [-].
    """

    share: Scalar

    def __call__(self, emission: Scalar) -> Scalar:
        """Return the share of the emission [TAO per block]."""
        return self.share * emission
