"""Parts of a mechanism that decide the shares of emission: price average, weight rules, gates."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field

from dtaojax import chain
from dtaojax.config._base import StrictModel

_FLOW_SMOOTHING: Final = chain.FLOW_SMOOTHING / chain.FLOW_SMOOTHING_ONE
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


class EmaPriceBurnConfig(StrictModel):
    """Pre-gate share in proportion to moving price times (1 - miner_burned) (§3.6 E-burn)."""

    kind: Literal["ema_price_burn"] = "ema_price_burn"


class EmaPriceConfig(StrictModel):
    """Share in proportion to moving price (§3.6 E-price)."""

    kind: Literal["ema_price"] = "ema_price"


class EmaPriceRootpropBurnConfig(StrictModel):
    """Share by moving price times root proportion times (1 - miner_burned) (§3.6 E-R6)."""

    kind: Literal["ema_price_rootprop_burn"] = "ema_price_rootprop_burn"


class SpotPriceConfig(StrictModel):
    """Share in proportion to spot price, renewed every so many blocks (§8.1).

    Attributes:
        interval_blocks: a day in the article [blocks].
    """

    kind: Literal["spot_price"] = "spot_price"
    interval_blocks: _Interval = chain.BLOCKS_PER_DAY


class TaoReserveConfig(StrictModel):
    """Share in proportion to the TAO in the pool (§8.2)."""

    kind: Literal["tao_reserve"] = "tao_reserve"


class UserFlowConfig(StrictModel):
    """Share by the average flow of users' TAO into the pool (§3.6 E-flow).

    Attributes:
        smoothing: weight of a block's flow in the average [1/block].
        cutoff: averages at or below this get nothing [TAO per block].
        exponent: power of what is above the cutoff.
    """

    kind: Literal["user_flow"] = "user_flow"
    smoothing: Annotated[float, Field(gt=0.0, le=1.0)] = _FLOW_SMOOTHING
    cutoff: Annotated[float, Field(ge=-1e6, le=1e6)] = chain.FLOW_CUTOFF
    exponent: Annotated[float, Field(gt=0.0, le=16.0)] = chain.FLOW_EXPONENT


class NetFlowConfig(StrictModel):
    """Share by the average flow of users less the protocol's own (§3.6 E-netflow).

    Attributes:
        smoothing: as for user_flow [1/block].
        cutoff: as for user_flow [TAO per block].
        exponent: as for user_flow.
    """

    kind: Literal["net_flow"] = "net_flow"
    smoothing: Annotated[float, Field(gt=0.0, le=1.0)] = _FLOW_SMOOTHING
    cutoff: Annotated[float, Field(ge=-1e6, le=1e6)] = chain.FLOW_CUTOFF
    exponent: Annotated[float, Field(gt=0.0, le=16.0)] = chain.FLOW_EXPONENT


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
WeightRuleConfig: TypeAlias = Annotated[
    EmaPriceBurnConfig
    | EmaPriceConfig
    | EmaPriceRootpropBurnConfig
    | SpotPriceConfig
    | TaoReserveConfig
    | UserFlowConfig
    | NetFlowConfig,
    Field(discriminator="kind"),
]
GateConfig: TypeAlias = Annotated[
    HillRankConfig | HillMassConfig | NoGateConfig, Field(discriminator="kind")
]
