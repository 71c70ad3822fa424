"""Config of the price average that emission follows (§3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import Field

from dtaojax import chain
from dtaojax.schema.strict import StrictModel

if TYPE_CHECKING:
    from dtaojax.mechanism.moving_price.ema import PriceEma


class PriceEmaConfig(StrictModel):
    """Exponential moving average of the spot price with an age factor (§3.3).

    Attributes:
        rate: weight of a block's price at full age [1/block].
        halving_blocks: age at which the rate is half of that [blocks]; 0 for no age factor.
        cap: the spot price is capped at this before it is averaged [TAO per alpha].
        floor: whether the average is cut to the resolution in which the chain stores it, block by
            block (§7.2).
    """

    kind: Literal["price_ema"] = "price_ema"
    rate: Annotated[float, Field(gt=0.0, le=1.0)] = chain.MOVING_PRICE_RATE
    halving_blocks: Annotated[int, Field(ge=0, le=2**40)] = chain.MOVING_PRICE_HALVING_BLOCKS
    cap: Annotated[float, Field(gt=0.0)] = chain.MOVING_PRICE_CAP
    floor: bool = False

    def build(self) -> PriceEma:
        """Return the average."""
        from dtaojax.mechanism.moving_price.ema import FlooredPriceEma, PriceEma
        from dtaojax.numerics.shapes import parameter

        average = FlooredPriceEma if self.floor else PriceEma
        return average(
            rate=parameter(self.rate),
            halving_blocks=parameter(float(self.halving_blocks)),
            cap=parameter(self.cap),
        )


MovingPriceConfig: TypeAlias = PriceEmaConfig
