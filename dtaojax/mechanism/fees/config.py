"""Configs of what trades pay, and who gets it (§3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import Field

from dtaojax import chain
from dtaojax.schema.strict import StrictModel

if TYPE_CHECKING:
    from dtaojax.mechanism.fees.rules import FeeRule
    from dtaojax.mechanism.trading.rules import Trading

_FeeRate = Annotated[int, Field(ge=0, lt=chain.U16_MAX)]


class _ProportionalFeeConfig(StrictModel):
    """Fees in proportion to a trade's input, which came with the limits of the swap pallet (R2)."""

    def build_trading(self) -> Trading:
        """Return the trades of the era of these fees, in a mechanism with pools."""
        from dtaojax.mechanism.trading.rules import SwapTrading

        return SwapTrading()


class FeeToAuthorConfig(_ProportionalFeeConfig):
    """A fraction of a trade's input goes to the block author (§3.5, since early 2026).

    Attributes:
        rate_u16: fee rate, out of 65535.
    """

    kind: Literal["to_author"] = "to_author"
    rate_u16: _FeeRate = chain.FEE_RATE_U16

    def build(self) -> FeeRule:
        """Return the fee."""
        from dtaojax.mechanism.fees.rules import FeeToAuthor
        from dtaojax.numerics.shapes import parameter

        return FeeToAuthor(parameter(self.rate_u16 / chain.U16_MAX))


class FeeToPoolConfig(_ProportionalFeeConfig):
    """A fraction of a trade's input stays in the pool (§3.5 S2, R2 to R4).

    Attributes:
        rate_u16: fee rate, out of 65535.
    """

    kind: Literal["to_pool"] = "to_pool"
    rate_u16: _FeeRate = chain.FEE_RATE_U16

    def build(self) -> FeeRule:
        """Return the fee."""
        from dtaojax.mechanism.fees.rules import FeeToPool
        from dtaojax.numerics.shapes import parameter

        return FeeToPool(parameter(self.rate_u16 / chain.U16_MAX))


class FlatFeeConfig(StrictModel):
    """A flat fee stays in the pool, one a step and subnet here (§3.5 S1, R1).

    Attributes:
        tao: the fee [TAO].
    """

    kind: Literal["flat"] = "flat"
    tao: Annotated[float, Field(ge=0.0, le=1.0)] = chain.LAUNCH_FEE

    def build(self) -> FeeRule:
        """Return the fee."""
        from dtaojax.mechanism.fees.rules import FlatFeeToPool
        from dtaojax.numerics.shapes import parameter

        return FlatFeeToPool(parameter(self.tao))

    def build_trading(self) -> Trading:
        """Return the trades of the launch, which had this fee, in a mechanism with pools."""
        from dtaojax.mechanism.trading.rules import LaunchTrading
        from dtaojax.numerics.shapes import parameter

        return LaunchTrading(parameter(chain.LAUNCH_MIN_LIQUIDITY))


FeesConfig: TypeAlias = Annotated[
    FeeToAuthorConfig | FeeToPoolConfig | FlatFeeConfig, Field(discriminator="kind")
]
