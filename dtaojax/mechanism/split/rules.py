"""How minted alpha is divided among those who take part (§3.8)."""

from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.split.owner_cut import owner_cut
from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool, Scalar, ScalarBool


class Payout(NamedTuple):
    """A block's alpha by class of receiver [alpha per block].

    Attributes:
        owner: the owner's cut.
        server: miners, before any of it is withheld.
        validator: validators and their nominators.
        root: kept for root stake.
        recycled: taken out of existence.
    """

    owner: PerSubnet
    server: PerSubnet
    validator: PerSubnet
    root: PerSubnet
    recycled: PerSubnet


class OwnerServerValidatorRoot(eqx.Module):
    """Owner cut, then half to miners, half to validators of which root takes its proportion.

    Attributes:
        owner_cut: c_o, about 0.18 [-].
    """

    owner_cut: Scalar

    def __call__(
        self,
        alpha_emission: PerSubnet,
        root_proportion: PerSubnet,
        root_earns: ScalarBool,
        owner_cut_enabled: PerSubnetBool,
    ) -> Payout:
        """Divides a block's alpha.

        Args:
            alpha_emission: alpha minted for participants [alpha per block].
            root_proportion: rho after the block's mint [-].
            root_earns: root_sell_flag, moving prices of the emit set adding up to more than 1;
                without it root's part is recycled.
            owner_cut_enabled: where the owner takes the cut; elsewhere the others share it.

        Source: §3.8 steps 2 to 6, as since v3.3.0.
        """
        owner = owner_cut(alpha_emission, self.owner_cut, owner_cut_enabled)
        half = 0.5 * (alpha_emission - owner)
        root = root_proportion * half
        return Payout(
            owner=owner,
            server=half,
            validator=half - root,
            root=jnp.where(root_earns, root, 0.0),
            recycled=jnp.where(root_earns, 0.0, root),
        )
