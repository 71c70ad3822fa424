"""What root stake is paid of a block's TAO before it is divided among subnets (§12.2)."""

import equinox as eqx
import jax.numpy as jnp

from dtaojax.numerics.shapes import Scalar


class NothingOffTheTop(eqx.Module):
    """All of the block's TAO is divided among subnets (every rule up to R8)."""

    def __call__(self, emission: Scalar) -> Scalar:
        """Return nothing [TAO per block].

        Args:
            emission: E, of the block [TAO per block].
        """
        return jnp.zeros_like(emission)


class ShareOffTheTop(eqx.Module):
    """Root stake is paid a share of each block before all others.

    That there is such a share is known from the title of a release alone; its formula is not
    (§12.2). Here it is a number. It is staked to root like all that root is paid.

    Attributes:
        share: root's part of the emission [-].
    """

    share: Scalar

    def __call__(self, emission: Scalar) -> Scalar:
        """Return root's part [TAO per block].

        Args:
            emission: E, of the block [TAO per block].
        """
        return self.share * emission
