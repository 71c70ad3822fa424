"""Parts of a mechanism that decide what becomes of root's alpha."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from dtaojax import chain
from dtaojax.schema.netuids import FractionByNetuid
from dtaojax.schema.strict import Fraction, StrictModel


class RootBasketConfig(StrictModel):
    """Root keeps its alpha in baskets (§3.10, R8).

    Attributes:
        tao_weight: w, the weight of a TAO of root stake against one alpha.
        tao_weights: netuid -> w of single subnets, in place of ``tao_weight``; it goes with the
            netuid, whoever has it. No rule that was checked has any (§12.2).
        off_the_top: part of each block's TAO that root stake is paid before the rest is divided. No
            rule that was checked has any (§12.2).
        sale_per_day: part of its baskets that root stake sells in a day, as it chooses.
    """

    kind: Literal["basket"] = "basket"
    tao_weight: Fraction = chain.TAO_WEIGHT
    tao_weights: FractionByNetuid = Field(default_factory=dict)
    off_the_top: Fraction = 0.0
    sale_per_day: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0


class RootClaimedConfig(StrictModel):
    """Root's alpha is claimed with a lag, and sold (§3.10, R4 to R7).

    Attributes:
        tao_weight: w, the weight of a TAO of root stake against one alpha.
        lag_blocks: mean time from earning to selling [blocks]; its reciprocal is the part of the
            alpha that waits, sold each block.
    """

    kind: Literal["claimed"] = "claimed"
    tao_weight: Fraction = chain.TAO_WEIGHT
    lag_blocks: Annotated[int, Field(ge=1, le=2**31)] = chain.ROOT_CLAIM_LAG_BLOCKS


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


class RootValidatorsPaidConfig(StrictModel):
    """Root stake earns the validators' TAO; there is no alpha to have a part in (§8.1, A5)."""

    kind: Literal["validators"] = "validators"

    @property
    def tao_weight(self) -> float:
        """Without alpha nothing is weighed against it."""
        return 0.0


class NoRootConfig(StrictModel):
    """Root earns nothing (§8.2, §8.4, before the launch)."""

    kind: Literal["none"] = "none"

    @property
    def tao_weight(self) -> float:
        """None."""
        return 0.0


RootConfig: TypeAlias = Annotated[
    RootBasketConfig
    | RootClaimedConfig
    | RootSoldAtLaunchConfig
    | RootSoldUnlessSubsidisedConfig
    | RootValidatorsPaidConfig
    | NoRootConfig,
    Field(discriminator="kind"),
]
