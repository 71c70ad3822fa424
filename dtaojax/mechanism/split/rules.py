"""How minted alpha is divided among those who take part (§3.8)."""

from abc import abstractmethod
from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp

from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool, Scalar, ScalarBool


class Payout(NamedTuple):
    """A block's alpha, or TAO, by class of receiver.

    Attributes:
        owner: The owner's cut, shape (subnets,) [alpha per block].
        server: Pay of miners before any of it is withheld, shape (subnets,) [alpha per block].
        validator: Pay of validators and their nominators, shape (subnets,) [alpha per block].
        root: Alpha kept for root stake, shape (subnets,) [alpha per block].
        recycled: Alpha taken out of existence, shape (subnets,) [alpha per block].
    """

    owner: PerSubnet
    server: PerSubnet
    validator: PerSubnet
    root: PerSubnet
    recycled: PerSubnet


class Split(eqx.Module):
    """Division of what participants of a subnet are paid together."""

    @abstractmethod
    def __call__(
        self,
        alpha_emission: PerSubnet,
        root_proportion: PerSubnet,
        root_earns: ScalarBool,
        owner_cut_enabled: PerSubnetBool,
    ) -> Payout:
        """Divide a block's alpha.

        Args:
            alpha_emission: alpha minted for participants, shape (subnets,) [alpha per block].
            root_proportion: rho after the block's mint, shape (subnets,) [-].
            root_earns: root_sell_flag, moving prices of the emit set adding up to more than 1;
                without it root's part is recycled.
            owner_cut_enabled: where the owner takes the cut; elsewhere the others share it; shape
                (subnets,).
        """


class OwnerServerValidatorRoot(Split):
    """Owner cut, then half to miners, half to validators of which root takes its proportion.

    Source: §3.8 steps 2 to 6, as since v3.3.0.

    Attributes:
        owner_cut: Owner's part c_o, SubnetOwnerCut/65535, about 0.18 [-].
    """

    owner_cut: Scalar

    def __call__(
        self,
        alpha_emission: PerSubnet,
        root_proportion: PerSubnet,
        root_earns: ScalarBool,
        owner_cut_enabled: PerSubnetBool,
    ) -> Payout:
        """Divide a block's alpha."""
        # The owner's cut comes off first: halves and root's part are of what it leaves.
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


def owner_cut(alpha: PerSubnet, fraction: Scalar, enabled: PerSubnetBool) -> PerSubnet:
    """Return ``c_o alpha``; 0 where the owner has switched it off, possible since R5 (§3.8 step 2).

    Args:
        alpha: alpha minted for participants, shape (subnets,) [alpha per block].
        fraction: c_o, SubnetOwnerCut/65535 [-].
        enabled: the owner's switch, shape (subnets,).
    """
    return jnp.where(enabled, fraction * alpha, 0.0)


class FreeSplit(Split):
    """Fixed parts that participants choose themselves; root has none (§8.1, article A6).

    Attributes:
        owner: Part of the owner [-].
        server: Part of the miners [-].
        validator: Part of the validators [-].
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
        """Divide a block's alpha."""
        nothing = jnp.zeros_like(alpha_emission)
        return Payout(
            owner=self.owner * alpha_emission,
            server=self.server * alpha_emission,
            validator=self.validator * alpha_emission,
            root=nothing,
            recycled=nothing,
        )
