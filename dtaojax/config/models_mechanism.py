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

_FLOW_SMOOTHING = chain.FLOW_SMOOTHING / chain.FLOW_SMOOTHING_ONE
BlocksOrNone = Annotated[int, Field(ge=0, le=2**40)]
FeeRate = Annotated[int, Field(ge=0, lt=chain.U16_MAX)]


class PriceEmaConfig(StrictModel):
    """Exponential moving average of the spot price with an age factor (§3.3).

    Attributes:
        rate: weight of a block's price at full age [1/block].
        halving_blocks: age at which the rate is half of that [blocks]; 0 for no age factor.
        cap: the spot price is capped at this before it is averaged [TAO per alpha].
    """

    kind: Literal["price_ema"] = "price_ema"
    rate: Annotated[float, Field(gt=0.0, le=1.0)] = chain.MOVING_PRICE_RATE
    halving_blocks: BlocksOrNone = chain.MOVING_PRICE_HALVING_BLOCKS
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
    interval_blocks: Annotated[int, Field(ge=1, le=2**31)] = chain.BLOCKS_PER_DAY


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
    interval_blocks: Annotated[int, Field(ge=1, le=2**31)] = chain.GATE_INTERVAL_BLOCKS


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
    interval_blocks: Annotated[int, Field(ge=1, le=2**31)] = chain.GATE_INTERVAL_BLOCKS


class NoGateConfig(StrictModel):
    """No gate: shares stay as the weight rule makes them."""

    kind: Literal["none"] = "none"


class RootProportionCapConfig(StrictModel):
    """Alpha injected per block is at most root proportion times alpha emission (§3.7, R6+)."""

    kind: Literal["root_proportion_cap"] = "root_proportion_cap"


class LesserEmissionCapConfig(StrictModel):
    """Alpha injected is at most the lesser of alpha and TAO block emission (§3.7, R4c, R5)."""

    kind: Literal["lesser_emission_cap"] = "lesser_emission_cap"


class AlphaEmissionCapConfig(StrictModel):
    """Alpha injected is at most alpha emission, TAO is scaled with it (§3.7, R4a)."""

    kind: Literal["alpha_emission_cap"] = "alpha_emission_cap"


class SubsidyConfig(StrictModel):
    """Below the share of emission, price times E is injected and the rest buys (§3.7, R3)."""

    kind: Literal["subsidy"] = "subsidy"


class LaunchInjectionConfig(StrictModel):
    """All TAO is injected, alpha up to alpha emission, so that prices rise (§3.7, R1)."""

    kind: Literal["launch"] = "launch"


class SumPriceSwitchConfig(StrictModel):
    """Alpha to all pools while prices add up to more than 1, else TAO (§8.2)."""

    kind: Literal["sum_price_switch"] = "sum_price_switch"


class FixedFractionConfig(StrictModel):
    """Fixed parts of new alpha and of TAO enter the pool; participants get the rest (§8.1).

    Attributes:
        alpha_fraction: of new alpha.
        tao_fraction: of the TAO emission; in the article participants get all TAO.
    """

    kind: Literal["fixed_fraction"] = "fixed_fraction"
    alpha_fraction: Fraction = 0.5
    tao_fraction: Fraction = 0.0


class ProtocolAlphaConfig(StrictModel):
    """The excess TAO buys alpha, which the chain keeps as protocol alpha (§3.7, R5+)."""

    kind: Literal["protocol_alpha"] = "protocol_alpha"


class DestroyedConfig(StrictModel):
    """The excess TAO buys alpha, which is destroyed (§3.7, R4)."""

    kind: Literal["destroyed"] = "destroyed"


class DestroyedUnissuedConfig(StrictModel):
    """As destroyed, and the TAO paid is missing in the issuance (§3.7, the bug of R3; R1)."""

    kind: Literal["destroyed_unissued"] = "destroyed_unissued"


class OwnerCutSplitConfig(StrictModel):
    """Division of a subnet's alpha emission (§3.8).

    Attributes:
        owner_cut_u16: the owner's part, out of 65535; the rest goes half to miners and half to
            validators and root.
    """

    kind: Literal["owner_cut"] = "owner_cut"
    owner_cut_u16: U16 = chain.OWNER_CUT_U16


class FreeSplitConfig(StrictModel):
    """Parts that participants choose (§8.1); they add up to 1 and root has none.

    Attributes:
        owner: part of the owner.
        miner: part of the miners.
        validator: part of the validators.
    """

    kind: Literal["free"] = "free"
    owner: Fraction = 0.18
    miner: Fraction = 0.41
    validator: Fraction = 0.41

    @model_validator(mode="after")
    def _adds_up(self) -> FreeSplitConfig:
        total = self.owner + self.miner + self.validator
        if abs(total - 1.0) > 1e-9:
            text = f"owner, miner and validator add up to {total:g}; they must add up to 1"
            refuse([Problem("", text)])
        return self


class RootBasketConfig(StrictModel):
    """Root keeps its alpha in baskets (§3.10, R4 to R8).

    Attributes:
        tao_weight: w, the weight of a TAO of root stake against one alpha.
    """

    kind: Literal["basket"] = "basket"
    tao_weight: Fraction = chain.TAO_WEIGHT


class RootSoldAtLaunchConfig(StrictModel):
    """Root's alpha is sold in the pool each block (§3.8 step 4, R1).

    Attributes:
        tao_weight: w, the weight of a TAO of root stake against one alpha.
    """

    kind: Literal["sold_at_launch"] = "sold_at_launch"
    tao_weight: Fraction = chain.TAO_WEIGHT


class RootSoldUnlessSubsidisedConfig(StrictModel):
    """Root's alpha is sold each block where the price is not below the share (§3.8, R3).

    Attributes:
        tao_weight: w, the weight of a TAO of root stake against one alpha.
    """

    kind: Literal["sold_unless_subsidised"] = "sold_unless_subsidised"
    tao_weight: Fraction = chain.TAO_WEIGHT


class WeightedPoolConfig(StrictModel):
    """Weighted pool whose weights move with injections; the chain buys first (§3.5 S3, §4.5)."""

    kind: Literal["weighted"] = "weighted"


class ConstantProductConfig(StrictModel):
    """Constant-product pool (§3.5 S1, S2).

    Attributes:
        chain_buys: before or after the block's injection (§4.2, §4.3).
    """

    kind: Literal["constant_product"] = "constant_product"
    chain_buys: Literal["before", "after"] = "after"


class FeeToAuthorConfig(StrictModel):
    """A fraction of a trade's input goes to the block author (§3.5, since early 2026).

    Attributes:
        rate_u16: out of 65535.
    """

    kind: Literal["to_author"] = "to_author"
    rate_u16: FeeRate = chain.FEE_RATE_U16


class FeeToPoolConfig(StrictModel):
    """A fraction of a trade's input stays in the pool (§3.5 S2, R2 to R4).

    Attributes:
        rate_u16: out of 65535.
    """

    kind: Literal["to_pool"] = "to_pool"
    rate_u16: FeeRate = chain.FEE_RATE_U16


class FlatFeeConfig(StrictModel):
    """A flat fee stays in the pool, one a step and subnet here (§3.5 S1, R1).

    Attributes:
        tao: the fee [TAO].
    """

    kind: Literal["flat"] = "flat"
    tao: Annotated[float, Field(ge=0.0, le=1.0)] = chain.LAUNCH_FEE


class EmitSetConfig(StrictModel):
    """Which subnets take part in the coinbase (§4, emit set).

    Attributes:
        kind: those that were started, or all.
        owner_switch: whether a subnet's TAO emission can be switched off (§3.6 M, R5+).
    """

    kind: Literal["started", "all"] = "started"
    owner_switch: bool = True


class RegistrationConfig(StrictModel):
    """When a subnet can be pruned (§3.12).

    Attributes:
        limit: number of subnets besides root above which a registration prunes one.
        immunity_blocks: age below which a subnet is not pruned [blocks].
    """

    limit: Annotated[int, Field(ge=1, le=65_535)] = chain.SUBNET_LIMIT
    immunity_blocks: Blocks = chain.IMMUNITY_BLOCKS


_KIND = Field(discriminator="kind")
MovingPriceConfig: TypeAlias = PriceEmaConfig
WeightRuleConfig: TypeAlias = Annotated[
    EmaPriceBurnConfig
    | EmaPriceConfig
    | EmaPriceRootpropBurnConfig
    | SpotPriceConfig
    | TaoReserveConfig
    | UserFlowConfig
    | NetFlowConfig,
    _KIND,
]
GateConfig: TypeAlias = Annotated[HillRankConfig | HillMassConfig | NoGateConfig, _KIND]
InjectionConfig: TypeAlias = Annotated[
    RootProportionCapConfig
    | LesserEmissionCapConfig
    | AlphaEmissionCapConfig
    | SubsidyConfig
    | LaunchInjectionConfig
    | SumPriceSwitchConfig
    | FixedFractionConfig,
    _KIND,
]
ChainBuyConfig: TypeAlias = Annotated[
    ProtocolAlphaConfig | DestroyedConfig | DestroyedUnissuedConfig, _KIND
]
SplitConfig: TypeAlias = Annotated[OwnerCutSplitConfig | FreeSplitConfig, _KIND]
RootConfig: TypeAlias = Annotated[
    RootBasketConfig | RootSoldAtLaunchConfig | RootSoldUnlessSubsidisedConfig, _KIND
]
PoolConfig: TypeAlias = Annotated[WeightedPoolConfig | ConstantProductConfig, _KIND]
FeesConfig: TypeAlias = Annotated[FeeToAuthorConfig | FeeToPoolConfig | FlatFeeConfig, _KIND]


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
        root: weight of root stake, and what becomes of its alpha.
        pool: how trades are priced and liquidity enters.
        fees: what trades pay, and who gets it.
        emit_set: which subnets take part.
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
    fees: FeesConfig
    emit_set: EmitSetConfig
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
