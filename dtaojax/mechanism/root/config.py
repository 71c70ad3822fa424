"""Configs of root: what its stake weighs, and what becomes of the alpha that it earns (§3.10)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import Field

from dtaojax import chain
from dtaojax.schema.netuids import FractionByNetuid
from dtaojax.schema.strict import Fraction, StrictModel

if TYPE_CHECKING:
    from dtaojax.mechanism.root.policy import RootPolicy
    from dtaojax.mechanism.root.stake import OffTheTop
    from dtaojax.network.table import Slots
    from dtaojax.numerics.shapes import PerSubnet, Scalar


class _RootPart(StrictModel):
    """What all kinds of root have in common."""

    def build_off_the_top(self) -> OffTheTop:
        """Return the rule for what root is paid of a block's TAO before all others."""
        from dtaojax.mechanism.root.stake import NothingOffTheTop

        return NothingOffTheTop()

    def describe(self) -> str:
        """Tell what becomes of root's alpha; nothing where root earns nothing."""
        return "What root stake earns is sold in the pools in the block that mints it."

    def describe_extras(self) -> Iterator[tuple[str, str]]:
        """Yield topic and text of what no rule that was checked has (§12.2)."""
        yield from ()


class RootBasketConfig(_RootPart):
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

    def build(self) -> RootPolicy:
        """Return the policy; one that sells nothing has no claims to compute."""
        from dtaojax.mechanism.root.policy import RootBasket, RootDrained
        from dtaojax.numerics.shapes import parameter

        if self.sale_per_day == 0.0:
            return RootBasket()
        per_block = -math.expm1(math.log1p(-self.sale_per_day) / chain.BLOCKS_PER_DAY)
        return RootDrained(parameter(per_block))

    def build_off_the_top(self) -> OffTheTop:
        """Return the rule for what root is paid of a block's TAO before all others."""
        from dtaojax.mechanism.root.stake import ShareOffTheTop
        from dtaojax.numerics.shapes import parameter

        if self.off_the_top == 0.0:
            return super().build_off_the_top()
        return ShareOffTheTop(parameter(self.off_the_top))

    def describe(self) -> str:
        """Tell what becomes of root's alpha."""
        if self.sale_per_day == 0.0:
            return (
                "What root stake earns stays in its baskets and is not sold during the run, except "
                "that the baskets of a dissolved subnet are sold before its pot is divided. On "
                "mainnet about 2 % of the baskets a day were redeemed in autumn 2026 (+-30 %)."
            )
        return (
            f"Root stake sells {100 * self.sale_per_day:g} % of its baskets a day, evenly; on "
            "mainnet about 2 % a day were redeemed in autumn 2026 (+-30 %), in bursts over all "
            "subnets at once. The TAO joins root stake."
        )

    def describe_extras(self) -> Iterator[tuple[str, str]]:
        """Yield topic and text of what no rule that was checked has (§12.2)."""
        if self.off_the_top > 0.0:
            yield (
                "Root off the top",
                f"Root stake is paid {100 * self.off_the_top:g} % of each block's TAO before the "
                "rest is divided, and keeps it staked. That the chain does so is known from a "
                "title only; the share is an assumption.",
            )
        if self.tao_weights:
            weights = ", ".join(
                f"SN{netuid} {weight:g}" for netuid, weight in self.tao_weights.items()
            )
            yield (
                "Root's weight per subnet",
                f"A TAO of root stake weighs as much alpha as the config says: {weights}; "
                f"{self.tao_weight:g} elsewhere. It bounds injection and divides dividends, and "
                "goes with the netuid if a newcomer takes it. The figures are assumptions.",
            )


class RootClaimedConfig(_RootPart):
    """Root's alpha is claimed with a lag, and sold (§3.10, R4 to R7).

    Attributes:
        tao_weight: w, the weight of a TAO of root stake against one alpha.
        lag_blocks: mean time from earning to selling [blocks]; its reciprocal is the part of the
            alpha that waits, sold each block.
    """

    kind: Literal["claimed"] = "claimed"
    tao_weight: Fraction = chain.TAO_WEIGHT
    lag_blocks: Annotated[int, Field(ge=1, le=2**31)] = chain.ROOT_CLAIM_LAG_BLOCKS

    def build(self) -> RootPolicy:
        """Return the policy."""
        from dtaojax.mechanism.root.policy import RootDrained
        from dtaojax.numerics.shapes import parameter

        return RootDrained(parameter(1.0 / self.lag_blocks))

    def describe(self) -> str:
        """Tell what becomes of root's alpha."""
        lag = self.lag_blocks
        return (
            f"Root stake claims and sells what it earns with a mean lag of {lag:,} blocks "
            f"({lag / chain.BLOCKS_PER_DAY:.3g} days), which is an assumption. The TAO joins root "
            "stake."
        )


class RootSoldAtLaunchConfig(_RootPart):
    """Root's alpha is sold in the pool each block (§3.8 step 4, R1).

    Attributes:
        tao_weight: w, the weight of a TAO of root stake against one alpha.
    """

    kind: Literal["sold_at_launch"] = "sold_at_launch"
    tao_weight: Fraction = chain.TAO_WEIGHT

    def build(self) -> RootPolicy:
        """Return the policy."""
        from dtaojax.mechanism.root.policy import RootSoldAtLaunch
        from dtaojax.numerics.shapes import parameter

        return RootSoldAtLaunch(parameter(chain.LAUNCH_MIN_LIQUIDITY))


class RootSoldUnlessSubsidisedConfig(_RootPart):
    """Root's alpha is sold each block where the price is not below the share (§3.8, R3).

    Attributes:
        tao_weight: w, the weight of a TAO of root stake against one alpha.
    """

    kind: Literal["sold_unless_subsidised"] = "sold_unless_subsidised"
    tao_weight: Fraction = chain.TAO_WEIGHT

    def build(self) -> RootPolicy:
        """Return the policy."""
        from dtaojax.mechanism.root.policy import RootSoldUnlessSubsidised

        return RootSoldUnlessSubsidised()


class RootValidatorsPaidConfig(_RootPart):
    """Root stake earns the validators' TAO; there is no alpha to have a part in (§8.1, A5)."""

    kind: Literal["validators"] = "validators"

    @property
    def tao_weight(self) -> float:
        """Return 0: without alpha nothing is weighed against it."""
        return 0.0

    def build(self) -> RootPolicy:
        """Return the policy."""
        from dtaojax.mechanism.root.policy import RootOfValidators

        return RootOfValidators()

    def describe(self) -> str:
        """Tell what becomes of validators' TAO; there is no alpha."""
        return "Validators' TAO goes to those who stake to root, who leave it staked."


class NoRootConfig(_RootPart):
    """Root earns nothing (§8.2, §8.4, before the launch)."""

    kind: Literal["none"] = "none"

    @property
    def tao_weight(self) -> float:
        """Return 0: root has no part in any subnet."""
        return 0.0

    def build(self) -> RootPolicy:
        """Return the policy."""
        from dtaojax.mechanism.root.policy import NoRoot

        return NoRoot()

    def describe(self) -> str:
        """Return nothing: root earns nothing."""
        return ""


RootConfig: TypeAlias = Annotated[
    RootBasketConfig
    | RootClaimedConfig
    | RootSoldAtLaunchConfig
    | RootSoldUnlessSubsidisedConfig
    | RootValidatorsPaidConfig
    | NoRootConfig,
    Field(discriminator="kind"),
]


def build_tao_weight(root: RootConfig, slots: Slots | None) -> Scalar | PerSubnet:
    """Return the weight of root stake against alpha, one number or one a subnet [-].

    Args:
        root: the config of root.
        slots: slots of the network under the rules; needed where they name single subnets.

    Raises:
        ValueError: the rules name single subnets, and there are no slots.
        NetworkError: they name one that is not in the network.
    """
    from dtaojax.numerics.shapes import parameter

    by_netuid = root.tao_weights if isinstance(root, RootBasketConfig) else {}
    if not by_netuid:
        return parameter(root.tao_weight)
    if slots is None:
        raise ValueError("root.tao_weights names subnets: pass the slots of their network")
    return parameter(slots.column(root.tao_weight, by_netuid))
