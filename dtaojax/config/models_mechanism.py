"""The ``[mechanism]`` table: one model for each kind of part, and their composition.

A part with alternatives carries a ``kind``. To add an alternative, write its model here and put it
into the alias of its family below, with ``Annotated[Old | New, Field(discriminator="kind")]``.
Defaults are the values live on mainnet (chain.py names their sources).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, model_validator

from dtaojax import chain
from dtaojax.config._base import U16, Blocks, Fraction, StrictModel, refuse
from dtaojax.config._wording import choice, described, shown
from dtaojax.config.errors import Problem
from dtaojax.config.presets import DEFAULT_PRESET, PRESETS, expand


class PriceEmaConfig(StrictModel):
    """Exponential moving average of the spot price with an age factor (§3.3).

    Attributes:
        rate: weight of a block's price at full age [1/block].
        halving_blocks: age at which the rate is half of that [blocks].
        cap: the spot price is capped at this before it is averaged [TAO per alpha].
    """

    kind: Literal["price_ema"] = "price_ema"
    rate: Annotated[float, Field(gt=0.0, le=1.0)] = chain.MOVING_PRICE_RATE
    halving_blocks: Annotated[int, Field(ge=1, le=2**40)] = chain.MOVING_PRICE_HALVING_BLOCKS
    cap: Annotated[float, Field(gt=0.0)] = chain.MOVING_PRICE_CAP


class EmaPriceBurnConfig(StrictModel):
    """Pre-gate share in proportion to moving price times (1 - miner_burned) (§3.6 E-burn)."""

    kind: Literal["ema_price_burn"] = "ema_price_burn"


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
    interval_blocks: Annotated[int, Field(ge=1, le=2**31)] = chain.GATE_INTERVAL_BLOCKS


class RootProportionCapConfig(StrictModel):
    """Alpha injected per block is at most root proportion times alpha emission (§3.7, R6+)."""

    kind: Literal["root_proportion_cap"] = "root_proportion_cap"


class ProtocolAlphaConfig(StrictModel):
    """The excess TAO buys alpha, which the chain keeps as protocol alpha (§3.7, R5+)."""

    kind: Literal["protocol_alpha"] = "protocol_alpha"


class SplitConfig(StrictModel):
    """Division of a subnet's alpha emission (§3.8).

    Attributes:
        owner_cut_u16: the owner's part, out of 65535; the rest goes half to miners and half to
            validators and root.
    """

    owner_cut_u16: U16 = chain.OWNER_CUT_U16


class RootConfig(StrictModel):
    """What root stake counts for (§3.4).

    Attributes:
        tao_weight: w, the weight of a TAO of root stake against one alpha.
    """

    tao_weight: Fraction = chain.TAO_WEIGHT


class WeightedPoolConfig(StrictModel):
    """Weighted pool; weights of one half make it constant-product (§3.5 S3).

    Attributes:
        fee_rate_u16: fee on a swap's input, out of 65535; it leaves the pool.
    """

    kind: Literal["weighted"] = "weighted"
    fee_rate_u16: Annotated[int, Field(ge=0, lt=chain.U16_MAX)] = chain.FEE_RATE_U16


class RegistrationConfig(StrictModel):
    """When a subnet can be pruned (§3.12).

    Attributes:
        limit: number of subnets besides root above which a registration prunes one.
        immunity_blocks: age below which a subnet is not pruned [blocks].
    """

    limit: Annotated[int, Field(ge=1, le=65_535)] = chain.SUBNET_LIMIT
    immunity_blocks: Blocks = chain.IMMUNITY_BLOCKS


MovingPriceConfig: TypeAlias = PriceEmaConfig
WeightRuleConfig: TypeAlias = EmaPriceBurnConfig
GateConfig: TypeAlias = HillRankConfig
InjectionConfig: TypeAlias = RootProportionCapConfig
ChainBuyConfig: TypeAlias = ProtocolAlphaConfig
PoolConfig: TypeAlias = WeightedPoolConfig


class MechanismConfig(StrictModel):
    """A mechanism put together from named parts.

    Accepts a preset's name, or a table with ``preset`` and changed parts; either way the object
    holds every part in full.

    Attributes:
        preset: the preset that unnamed parts were taken from.
        moving_price: how the price that emission follows is averaged.
        weight_rule: pre-gate emission shares.
        gate: what becomes of shares near and below the bar.
        injection: how much of the emission enters the pool as liquidity.
        chain_buy: what becomes of the rest.
        split: division of alpha emission.
        root: weight of root stake.
        pool: how trades are priced.
        registration: limit of subnets and immunity.
    """

    preset: str
    moving_price: MovingPriceConfig
    weight_rule: WeightRuleConfig
    gate: GateConfig
    injection: InjectionConfig
    chain_buy: ChainBuyConfig
    split: SplitConfig
    root: RootConfig
    pool: PoolConfig
    registration: RegistrationConfig

    @model_validator(mode="before")
    @classmethod
    def _lay_over_preset(cls, value: Any) -> Any:
        if isinstance(value, str):
            value = {"preset": value}
        if not isinstance(value, Mapping):
            text = f"is {described(value)}; must be the name of a preset, or a table"
            refuse([Problem("", text)])
        name = value.get("preset", DEFAULT_PRESET)
        if not isinstance(name, str) or name not in PRESETS:
            refuse([Problem("preset", f"is {shown(name)}; {choice(name, PRESETS)}")])
        return expand(value)
