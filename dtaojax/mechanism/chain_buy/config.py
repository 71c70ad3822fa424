"""Configs of what becomes of the alpha that the chain buys (§3.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import Field

from dtaojax.schema.strict import StrictModel

if TYPE_CHECKING:
    from dtaojax.mechanism.chain_buy.rules import ChainBuy


class ProtocolAlphaConfig(StrictModel):
    """The excess TAO buys alpha, which the chain keeps as protocol alpha (§3.7, R5+)."""

    kind: Literal["protocol_alpha"] = "protocol_alpha"

    def build(self) -> ChainBuy:
        """Return the rule by which bought alpha is kept."""
        from dtaojax.mechanism.chain_buy.rules import BuyKept

        return BuyKept()


class DestroyedConfig(StrictModel):
    """The excess TAO buys alpha, which is destroyed (§3.7, R4)."""

    kind: Literal["destroyed"] = "destroyed"

    def build(self) -> ChainBuy:
        """Return the rule by which bought alpha is destroyed."""
        from dtaojax.mechanism.chain_buy.rules import BuyDestroyed

        return BuyDestroyed()


class DestroyedUnissuedConfig(StrictModel):
    """As destroyed, and the TAO paid is missing in the issuance (§3.7, the bug of R3; R1)."""

    kind: Literal["destroyed_unissued"] = "destroyed_unissued"

    def build(self) -> ChainBuy:
        """Return the rule by which bought alpha is destroyed and the TAO not issued."""
        from dtaojax.mechanism.chain_buy.rules import BuyDestroyedUnissued

        return BuyDestroyedUnissued()


class NoChainBuyConfig(StrictModel):
    """The chain buys nothing: the injection leaves no excess (§3.7, R1 and before)."""

    kind: Literal["none"] = "none"

    def build(self) -> ChainBuy:
        """Return the rule of regimes without buys."""
        from dtaojax.mechanism.chain_buy.rules import NoBuy

        return NoBuy()


ChainBuyConfig: TypeAlias = Annotated[
    ProtocolAlphaConfig | DestroyedConfig | DestroyedUnissuedConfig | NoChainBuyConfig,
    Field(discriminator="kind"),
]
