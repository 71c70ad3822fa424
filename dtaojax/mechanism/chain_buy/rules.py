"""What becomes of the alpha that the chain buys, and of the TAO it pays (§3.7, chain buy)."""

from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.injection.root_proportion_cap import InjectionTerms
from dtaojax.numerics.shapes import PerSubnet


class BoughtAlpha(NamedTuple):
    """Changes of the books by a chain buy.

    Attributes:
        alpha_out: alpha that stays outside the pool [alpha].
        protocol_alpha: of which the protocol's [alpha].
    """

    alpha_out: PerSubnet
    protocol_alpha: PerSubnet


class BuyKept(eqx.Module):
    """Bought alpha stays in ``alpha_out`` as the protocol's; its issuance is unchanged (R5+)."""

    def book(self, bought: PerSubnet) -> BoughtAlpha:
        """Keeps what was bought [alpha]."""
        return BoughtAlpha(bought, bought)

    def issued(self, terms: InjectionTerms) -> PerSubnet:
        """TAO added to TotalIssuance: injected and paid [TAO per block]."""
        return terms.tao_in + terms.excess_tao


class BuyDestroyed(eqx.Module):
    """Bought alpha leaves existence, which lowers its issuance (R4)."""

    def book(self, bought: PerSubnet) -> BoughtAlpha:
        """Keeps nothing."""
        return BoughtAlpha(jnp.zeros_like(bought), jnp.zeros_like(bought))

    def issued(self, terms: InjectionTerms) -> PerSubnet:
        """TAO added to TotalIssuance: injected and paid [TAO per block]."""
        return terms.tao_in + terms.excess_tao


class NoBuy(eqx.Module):
    """Nothing is bought (R1 and before): the injection leaves no excess."""

    def book(self, bought: PerSubnet) -> BoughtAlpha:
        """Nothing is booked."""
        return BoughtAlpha(jnp.zeros_like(bought), jnp.zeros_like(bought))

    def issued(self, terms: InjectionTerms) -> PerSubnet:
        """TAO added to TotalIssuance: the injected [TAO per block]."""
        return terms.tao_in


class BuyDestroyedUnissued(eqx.Module):
    """As :class:`BuyDestroyed`, but the TAO paid is missing in TotalIssuance (R3's bug)."""

    def book(self, bought: PerSubnet) -> BoughtAlpha:
        """Keeps nothing."""
        return BoughtAlpha(jnp.zeros_like(bought), jnp.zeros_like(bought))

    def issued(self, terms: InjectionTerms) -> PerSubnet:
        """TAO added to TotalIssuance: the injected alone [TAO per block]."""
        return terms.tao_in
