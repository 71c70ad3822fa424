"""What the network's designer asks of a path: does emission move on, and how much is sold."""

from typing import Final, NamedTuple

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from dtaojax.numerics.elementary import quotient
from dtaojax.numerics.ordered import ordered_sum
from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool, Scalar

PRESSURE_SCALARS: Final = {"emission_turnover": "ratio", "emission_on_sale": "ratio"}
"""Figures about the network since the start and their units."""


class Pressed(NamedTuple):
    """What a path carries.

    Attributes:
        shares: of the TAO emission at the start [-].
        sold: alpha of income put on sale so far, at spot [TAO].
        claimed: what root's alpha was sold for so far [TAO].
        emitted: TAO emission so far [TAO].
    """

    shares: PerSubnet
    sold: PerSubnet
    claimed: PerSubnet
    emitted: Scalar


class Pressure(eqx.Module):
    """Follows how emission moves between subnets, and how much of it comes back on sale.

    Sales are what the receivers of emission want to sell, at the price before users trade. Unlike
    the TAO that net trades take out, that sum does not depend on the length of a step.
    """

    def begin(self, shares: PerSubnet) -> Pressed:
        """The start of a path on which emission is shared like this."""
        nothing = jnp.zeros_like(shares)
        return Pressed(shares, nothing, nothing, nothing[0])

    def add(
        self, pressed: Pressed, sold: PerSubnet, claimed: PerSubnet, emitted: Scalar
    ) -> Pressed:
        """After a step.

        Args:
            pressed: before.
            sold: put on sale in the step [TAO].
            claimed: what root's alpha was sold for in the step [TAO].
            emitted: in the step [TAO].
        """
        # Each sum alone, so that a compiler finds no product to fuse with what the step computes.
        return pressed._replace(
            sold=pressed.sold + sold,
            claimed=pressed.claimed + claimed,
            emitted=pressed.emitted + emitted,
        )

    def figures(
        self, pressed: Pressed, shares: PerSubnet, unchanged: PerSubnetBool
    ) -> Float[Array, " figures"]:
        """Figures of a report day, in the order of ``PRESSURE_SCALARS``.

        Half the sum of what subnets gain and lose is what has moved; of a slot whose subnet is
        another one now, all that the former had and all that the new one has.

        Args:
            pressed: so far.
            shares: of the TAO emission now [-].
            unchanged: slots whose subnet is that of the start.
        """
        moved = jnp.where(unchanged, jnp.abs(shares - pressed.shares), shares + pressed.shares)
        sold = ordered_sum(pressed.sold) + ordered_sum(pressed.claimed)
        return jnp.stack([0.5 * ordered_sum(moved), quotient(sold, pressed.emitted)])
