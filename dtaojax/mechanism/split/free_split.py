"""A division that the participants choose themselves (§8.1)."""

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.split.rules import Payout
from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool, Scalar, ScalarBool


class FreeSplit(eqx.Module):
    """Fixed parts for owner, miners and validators; root has none (article A6).

    Attributes:
        owner: part of the owner [-].
        server: part of the miners [-].
        validator: part of the validators [-].
    """

    owner: Scalar
    server: Scalar
    validator: Scalar

    def __call__(
        self,
        alpha_emission: PerSubnet,
        root_proportion: PerSubnet,
        root_earns: ScalarBool,
        owner_cut_enabled: PerSubnetBool,
    ) -> Payout:
        """Divides a block's alpha [alpha per block]."""
        nothing = jnp.zeros_like(alpha_emission)
        return Payout(
            owner=self.owner * alpha_emission,
            server=self.server * alpha_emission,
            validator=self.validator * alpha_emission,
            root=nothing,
            recycled=nothing,
        )
