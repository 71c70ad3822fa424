"""Parts of a mechanism that decide the shares of emission: the price average and the gates."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from dtaojax import chain
from dtaojax.config._base import StrictModel

_Interval = Annotated[int, Field(ge=1, le=2**31)]


class PriceEmaConfig(StrictModel):
    """Exponential moving average of the spot price with an age factor (§3.3).

    Attributes:
        rate: weight of a block's price at full age [1/block].
        halving_blocks: age at which the rate is half of that [blocks]; 0 for no age factor.
        cap: the spot price is capped at this before it is averaged [TAO per alpha].
    """

    kind: Literal["price_ema"] = "price_ema"
    rate: Annotated[float, Field(gt=0.0, le=1.0)] = chain.MOVING_PRICE_RATE
    halving_blocks: Annotated[int, Field(ge=0, le=2**40)] = chain.MOVING_PRICE_HALVING_BLOCKS
    cap: Annotated[float, Field(gt=0.0)] = chain.MOVING_PRICE_CAP


class HillRankConfig(StrictModel):
    """Hill gate whose bar is the share of a given rank (§3.6 G).

    Attributes:
        rank: the bar is the rank-th largest positive pre-gate share.
        exponent: h of the Hill function; root may set 1 to 8 on the chain.
        interval_blocks: the bar is refreshed when the block is a multiple of this [blocks].
    """

    kind: Literal["hill_rank"] = "hill_rank"
    rank: Annotated[int, Field(ge=1, le=65_535)] = chain.GATE_RANK
    exponent: Annotated[float, Field(gt=0.0, le=64.0)] = chain.GATE_EXPONENT
    interval_blocks: _Interval = chain.GATE_INTERVAL_BLOCKS


class HillMassConfig(StrictModel):
    """Hill gate whose bar is where the largest shares add up to a quantile (§3.6 G, R7).

    Attributes:
        quantile: mass of shares that reaches the bar.
        exponent: h of the Hill function.
        interval_blocks: the bar is refreshed when the block is a multiple of this [blocks].
    """

    kind: Literal["hill_mass"] = "hill_mass"
    quantile: Annotated[float, Field(gt=0.0, le=1.0)] = chain.GATE_QUANTILE
    exponent: Annotated[float, Field(gt=0.0, le=64.0)] = chain.GATE_EXPONENT
    interval_blocks: _Interval = chain.GATE_INTERVAL_BLOCKS


class NoGateConfig(StrictModel):
    """No gate: shares stay as the weight rule makes them."""

    kind: Literal["none"] = "none"


MovingPriceConfig: TypeAlias = PriceEmaConfig
GateConfig: TypeAlias = Annotated[
    HillRankConfig | HillMassConfig | NoGateConfig, Field(discriminator="kind")
]
