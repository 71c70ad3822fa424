"""Parts of a mechanism that decide where TAO and alpha go: injection, buys and split."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from dtaojax import chain
from dtaojax.schema.errors import Problem
from dtaojax.schema.strict import U16, Fraction, StrictModel, refuse


class RootProportionCapConfig(StrictModel):
    """Alpha injected per block is at most root proportion times alpha emission (§3.7, R6+)."""

    kind: Literal["root_proportion_cap"] = "root_proportion_cap"


class RootProportionBuyCapConfig(StrictModel):
    """As root_proportion_cap, and a chain buy is at most what miners are paid (§3.7, proposed).

    What is over goes to other subnets that emit TAO: into their pools first, then into their buys.
    """

    kind: Literal["root_proportion_buy_cap"] = "root_proportion_buy_cap"


class LesserEmissionCapConfig(StrictModel):
    """Alpha injected is at most the lesser of alpha and TAO block emission (§3.7, R4c, R5)."""

    kind: Literal["lesser_emission_cap"] = "lesser_emission_cap"


class AlphaEmissionCapConfig(StrictModel):
    """Alpha injected is at most alpha emission, TAO is scaled with it (§3.7, R4a)."""

    kind: Literal["alpha_emission_cap"] = "alpha_emission_cap"


class SubsidyConfig(StrictModel):
    """Below the share of emission, price times E is injected and the rest buys (§3.7, R3).

    Attributes:
        alpha: that goes with it: the subnet's alpha emission, or as much as the TAO block emission
            (since v3.2.9).
    """

    kind: Literal["subsidy"] = "subsidy"
    alpha: Literal["alpha_emission", "block_emission"] = "alpha_emission"


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


class NoInjectionConfig(StrictModel):
    """Nothing enters a pool: all TAO rewards the participants, no alpha is minted (§8.1)."""

    kind: Literal["none"] = "none"


class ProtocolAlphaConfig(StrictModel):
    """The excess TAO buys alpha, which the chain keeps as protocol alpha (§3.7, R5+)."""

    kind: Literal["protocol_alpha"] = "protocol_alpha"


class DestroyedConfig(StrictModel):
    """The excess TAO buys alpha, which is destroyed (§3.7, R4)."""

    kind: Literal["destroyed"] = "destroyed"


class DestroyedUnissuedConfig(StrictModel):
    """As destroyed, and the TAO paid is missing in the issuance (§3.7, the bug of R3; R1)."""

    kind: Literal["destroyed_unissued"] = "destroyed_unissued"


class NoChainBuyConfig(StrictModel):
    """The chain buys nothing: the injection leaves no excess (§3.7, R1 and before)."""

    kind: Literal["none"] = "none"


class OwnerCutSplitConfig(StrictModel):
    """Division of a subnet's alpha emission (§3.8).

    Attributes:
        owner_cut_u16: the owner's part, out of 65535; the rest goes half to miners and half to
            validators and root.
        owner_switch: whether an owner can give up the cut (R5+), which miners and validators then
            share.
    """

    kind: Literal["owner_cut"] = "owner_cut"
    owner_cut_u16: U16 = chain.OWNER_CUT_U16
    owner_switch: bool = True


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


class EmitSetConfig(StrictModel):
    """Which subnets take part in the coinbase (§4, emit set).

    Attributes:
        kind: those that were started, or all.
        owner_switch: whether a subnet's TAO emission can be switched off (§3.6 M, R5+).
    """

    kind: Literal["started", "all"] = "started"
    owner_switch: bool = True


_KIND = Field(discriminator="kind")
InjectionConfig: TypeAlias = Annotated[
    RootProportionCapConfig
    | RootProportionBuyCapConfig
    | LesserEmissionCapConfig
    | AlphaEmissionCapConfig
    | SubsidyConfig
    | LaunchInjectionConfig
    | SumPriceSwitchConfig
    | FixedFractionConfig
    | NoInjectionConfig,
    _KIND,
]
ChainBuyConfig: TypeAlias = Annotated[
    ProtocolAlphaConfig | DestroyedConfig | DestroyedUnissuedConfig | NoChainBuyConfig, _KIND
]
SplitConfig: TypeAlias = Annotated[OwnerCutSplitConfig | FreeSplitConfig, _KIND]
