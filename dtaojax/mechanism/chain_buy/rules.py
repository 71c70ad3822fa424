"""What becomes of the alpha that the chain buys, and of the TAO it pays (§3.7, chain buy)."""

from abc import abstractmethod
from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.injection.rule import InjectionTerms
from dtaojax.numerics.shapes import PerSubnet


class BoughtAlpha(NamedTuple):
    """Changes of the books by a chain buy.

    Attributes:
        alpha_out: Alpha that stays outside the pool, shape (subnets,) [alpha].
        protocol_alpha: Part of it that is the protocol's, shape (subnets,) [alpha].
    """

    alpha_out: PerSubnet
    protocol_alpha: PerSubnet


class ChainBuy(eqx.Module):
    """Rule for the books of a chain buy; the swap itself is the liquidity rule's."""

    @abstractmethod
    def book(self, bought: PerSubnet) -> BoughtAlpha:
        """Return what is kept of the alpha that was bought.

        Args:
            bought: alpha that the pools gave out, shape (subnets,) [alpha].
        """

    @abstractmethod
    def issued(self, terms: InjectionTerms) -> PerSubnet:
        """Return the TAO that is added to TotalIssuance, shape (subnets,) [TAO per block]."""


class BuyKept(ChainBuy):
    """Bought alpha stays in ``alpha_out`` as the protocol's; its issuance is unchanged (R5+)."""

    def book(self, bought: PerSubnet) -> BoughtAlpha:
        """Keep all that was bought."""
        return BoughtAlpha(bought, bought)

    def issued(self, terms: InjectionTerms) -> PerSubnet:
        """Return the TAO that was injected and paid [TAO per block]."""
        return terms.tao_in + terms.excess_tao


class BuyDestroyed(ChainBuy):
    """Bought alpha leaves existence, which lowers its issuance (R4)."""

    def book(self, bought: PerSubnet) -> BoughtAlpha:
        """Keep nothing."""
        return BoughtAlpha(jnp.zeros_like(bought), jnp.zeros_like(bought))

    def issued(self, terms: InjectionTerms) -> PerSubnet:
        """Return the TAO that was injected and paid [TAO per block]."""
        return terms.tao_in + terms.excess_tao


class BuyDestroyedUnissued(ChainBuy):
    """Bought alpha leaves existence, and the TAO paid is missing in TotalIssuance (R3's bug)."""

    def book(self, bought: PerSubnet) -> BoughtAlpha:
        """Keep nothing."""
        return BoughtAlpha(jnp.zeros_like(bought), jnp.zeros_like(bought))

    def issued(self, terms: InjectionTerms) -> PerSubnet:
        """Return the TAO that was injected alone [TAO per block]."""
        return terms.tao_in


class NoBuy(ChainBuy):
    """Nothing is bought (R1 and before): the injection leaves no excess."""

    def book(self, bought: PerSubnet) -> BoughtAlpha:
        """Book nothing."""
        return BoughtAlpha(jnp.zeros_like(bought), jnp.zeros_like(bought))

    def issued(self, terms: InjectionTerms) -> PerSubnet:
        """Return the TAO that was injected [TAO per block]."""
        return terms.tao_in
