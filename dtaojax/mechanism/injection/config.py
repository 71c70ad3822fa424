"""Configs of the injection rules: how much of the emission enters the pools (§3.7, §8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import Field

from dtaojax.schema.strict import Fraction, StrictModel

if TYPE_CHECKING:
    from dtaojax.mechanism.injection.rule import Injection


class RootProportionCapConfig(StrictModel):
    """Alpha injected per block is at most root proportion times alpha emission (§3.7, R6+)."""

    kind: Literal["root_proportion_cap"] = "root_proportion_cap"

    def build(self) -> Injection:
        """Return the rule."""
        from dtaojax.mechanism.injection.capped import RootProportionCap

        return RootProportionCap()


class RootProportionBuyCapConfig(StrictModel):
    """As root_proportion_cap, and a chain buy is at most what miners are paid (§3.7, proposed).

    What is over goes to other subnets that emit TAO: into their pools first, then into their buys.
    """

    kind: Literal["root_proportion_buy_cap"] = "root_proportion_buy_cap"

    def build(self) -> Injection:
        """Return the rule."""
        from dtaojax.mechanism.injection.capped import RootProportionBuyCap

        return RootProportionBuyCap()


class LesserEmissionCapConfig(StrictModel):
    """Alpha injected is at most the lesser of alpha and TAO block emission (§3.7, R4c, R5)."""

    kind: Literal["lesser_emission_cap"] = "lesser_emission_cap"

    def build(self) -> Injection:
        """Return the rule."""
        from dtaojax.mechanism.injection.capped import LesserEmissionCap

        return LesserEmissionCap()


class AlphaEmissionCapConfig(StrictModel):
    """Alpha injected is at most alpha emission, TAO is scaled with it (§3.7, R4a)."""

    kind: Literal["alpha_emission_cap"] = "alpha_emission_cap"

    def build(self) -> Injection:
        """Return the rule."""
        from dtaojax.mechanism.injection.capped import AlphaEmissionCap

        return AlphaEmissionCap()


class SubsidyConfig(StrictModel):
    """Below the share of emission, price times E is injected and the rest buys (§3.7, R3).

    Attributes:
        alpha: alpha that goes with it: the subnet's alpha emission, or as much as the TAO block
            emission (since v3.2.9).
    """

    kind: Literal["subsidy"] = "subsidy"
    alpha: Literal["alpha_emission", "block_emission"] = "alpha_emission"

    def build(self) -> Injection:
        """Return the rule."""
        from dtaojax.mechanism.injection import launch

        if self.alpha == "block_emission":
            return launch.SubsidyByBlockEmission()
        return launch.SubsidyByAlphaEmission()


class LaunchInjectionConfig(StrictModel):
    """All TAO is injected, alpha up to alpha emission, so that prices rise (§3.7, R1)."""

    kind: Literal["launch"] = "launch"

    def build(self) -> Injection:
        """Return the rule."""
        from dtaojax.mechanism.injection.launch import LaunchInjection

        return LaunchInjection()


class SumPriceSwitchConfig(StrictModel):
    """Alpha to all pools while prices add up to more than 1, else TAO (§8.2)."""

    kind: Literal["sum_price_switch"] = "sum_price_switch"

    def build(self) -> Injection:
        """Return the rule."""
        from dtaojax.mechanism.injection.before_launch import SumPriceSwitch

        return SumPriceSwitch()


class FixedFractionConfig(StrictModel):
    """Fixed parts of new alpha and of TAO enter the pool; participants get the rest (§8.1).

    Attributes:
        alpha_fraction: part of new alpha.
        tao_fraction: part of the TAO emission; in the article participants get all TAO.
    """

    kind: Literal["fixed_fraction"] = "fixed_fraction"
    alpha_fraction: Fraction = 0.5
    tao_fraction: Fraction = 0.0

    def build(self) -> Injection:
        """Return the rule."""
        from dtaojax.mechanism.injection.before_launch import FixedFraction
        from dtaojax.numerics.shapes import parameter

        return FixedFraction(parameter(self.alpha_fraction), parameter(self.tao_fraction))


class NoInjectionConfig(StrictModel):
    """Nothing enters a pool: all TAO rewards the participants, no alpha is minted (§8.1)."""

    kind: Literal["none"] = "none"

    def build(self) -> Injection:
        """Return the rule."""
        from dtaojax.mechanism.injection.before_launch import NoInjection

        return NoInjection()


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
    Field(discriminator="kind"),
]
