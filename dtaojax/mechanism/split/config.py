"""Configs of the division of a subnet's alpha emission (§3.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from dtaojax import chain
from dtaojax.schema.errors import Problem
from dtaojax.schema.strict import U16, Fraction, StrictModel, refuse

if TYPE_CHECKING:
    from dtaojax.mechanism.split.rules import FreeSplit, OwnerServerValidatorRoot


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

    def build(self) -> OwnerServerValidatorRoot:
        """Return the split; the switch is the state's, which a network is adapted to."""
        from dtaojax.mechanism.split.rules import OwnerServerValidatorRoot
        from dtaojax.numerics.shapes import parameter

        return OwnerServerValidatorRoot(parameter(self.owner_cut_u16 / chain.U16_MAX))


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

    def build(self) -> FreeSplit:
        """Return the split."""
        from dtaojax.mechanism.split.rules import FreeSplit
        from dtaojax.numerics.shapes import parameter

        return FreeSplit(parameter(self.owner), parameter(self.miner), parameter(self.validator))


SplitConfig: TypeAlias = Annotated[
    OwnerCutSplitConfig | FreeSplitConfig, Field(discriminator="kind")
]
