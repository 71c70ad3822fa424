"""The table ``[behaviour]``: who moves the mechanism's inputs, and how often.

To follow nobody, write ``behaviour = "frozen"``. A name of a fit takes all its figures; a table
with ``fit = "..."`` changes some of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from dtaojax.behaviour.fits import FROZEN, behaviour_fits
from dtaojax.schema.errors import Problem, choice, shown
from dtaojax.schema.strict import Fraction, StrictModel, refuse

PerDay = Annotated[float, Field(ge=0.0, le=100.0)]
Events = Annotated[float, Field(gt=0.0, le=1e6)]
_Spread = Annotated[float, Field(ge=0.0, le=5.0)]
_Logit = Annotated[float, Field(ge=-20.0, le=20.0)]


class RateConfig(StrictModel):
    """A rate that is known from a number of events, drawn on each path from a gamma distribution.

    Attributes:
        rate: the mean [1/day].
        events: shape of the distribution, as many observed events carry as much information; left
            out where the rate is the same on every path.
    """

    rate: PerDay
    events: Events | None = None


class BurnMovesConfig(StrictModel):
    """Rates at which the owner's burn of miners' pay moves between nothing, a part and all.

    Attributes:
        nothing_to_part: of those who burn nothing.
        nothing_to_all: likewise.
        part_to_nothing: of those who burn a part.
        part_to_all: likewise.
        all_to_nothing: of those who burn all.
        all_to_part: likewise.
    """

    nothing_to_part: RateConfig
    nothing_to_all: RateConfig
    part_to_nothing: RateConfig
    part_to_all: RateConfig
    all_to_nothing: RateConfig
    all_to_part: RateConfig


class MinerBurnConfig(StrictModel):
    """Owners who withhold miners' pay (MinerBurned, §3.6 E-burn).

    Attributes:
        engaged: rates of owners whom burn costs emission: the rules charge for it, the emission is
            switched on, and without burn the subnet would be in reach of the gate's bar.
        idle: rates of all others.
        reach: part of the bar from which on a subnet is in reach of it.
        level_mean: mean logit of a burn that becomes partial.
        level_sd: its standard deviation.
        step: changes of a partial burn.
        step_scale: scale of a change of the logit.
        step_degrees_of_freedom: of its Student-t distribution.
    """

    engaged: BurnMovesConfig
    idle: BurnMovesConfig
    reach: Annotated[float, Field(ge=0.0, le=100.0)]
    level_mean: _Logit
    level_sd: _Spread
    step: RateConfig
    step_scale: _Spread
    step_degrees_of_freedom: Annotated[float, Field(gt=2.0, le=1e3)]


class BatchConfig(StrictModel):
    """Chance of a subnet to be in a batch, by what root sees of it.

    Attributes:
        burns_all: its owner withholds all of the miners' pay.
        out_of_reach: of the others, it could not stand near the gate's bar.
        in_reach: all others.
    """

    burns_all: Fraction
    out_of_reach: Fraction
    in_reach: Fraction


class EmissionSwitchConfig(StrictModel):
    """Root, which switches the TAO emission of subnets (SubnetEmissionEnabled, §3.6 M).

    Attributes:
        on: single switches of a subnet that is off; newcomers of the run wait for ``[arrivals]``.
        off: single switches of a subnet that is on.
        batch: days on which root switches many at once.
        batch_on: part of the batches that switch on.
        switched_on: who is in those, of the subnets that are off.
        switched_off: who is in the others, of the subnets that are on.
        reach: part of the bar from which on a subnet is in reach of it.
    """

    on: RateConfig
    off: RateConfig
    batch: RateConfig
    batch_on: Fraction
    switched_on: BatchConfig
    switched_off: BatchConfig
    reach: Annotated[float, Field(ge=0.0, le=100.0)]


class RootClaimsConfig(StrictModel):
    """Root stakers, who sell out of their baskets (§3.10, §12.4).

    Defaults: of 55,700 TAO that root had earned in baskets by autumn 2026 (63 days), 26,300 were
    redeemed, 2.3 % a day of what was there, +- 30 %. That claims come in bursts over all subnets at
    once was seen; how much they differ from day to day was not measured: ``day_shape`` is assumed.

    Attributes:
        rate: of a basket.
        day_shape: of the gamma distribution of a day's rate over the mean; small where few days
            bring most claims, left out where all days are alike.
    """

    rate: RateConfig = RateConfig(rate=0.023, events=11.0)
    day_shape: Annotated[float, Field(ge=0.5, le=1e6)] | None = 0.5


SubnetClass = Literal["burns_all", "out_of_reach", "in_reach"]
_EVERYBODY: tuple[SubnetClass, ...] = ("burns_all", "out_of_reach", "in_reach")


class ScriptConfig(StrictModel):
    """What happens on a day on every path, after all that is drawn.

    Attributes:
        day: at whose beginning, from 1; the first day keeps the network file's decisions.
        netuids: to which subnets of the start; all where left out.
        classes: to which of these, as they are on the day.
        reach: part of the bar from which on a subnet is in reach of it.
    """

    day: Annotated[int, Field(ge=1, le=36_500)]
    netuids: Annotated[tuple[int, ...], Field(strict=False, max_length=4_096)] | None = None
    classes: Annotated[tuple[SubnetClass, ...], Field(strict=False, min_length=1)] = _EVERYBODY
    reach: Annotated[float, Field(ge=0.0, le=100.0)] = 0.8


class SwitchScriptConfig(ScriptConfig):
    """Root switches the TAO emission of subnets on or off.

    Attributes:
        enabled: on or off.
    """

    kind: Literal["switch"] = "switch"
    enabled: bool


class BurnScriptConfig(ScriptConfig):
    """Owners set their burn.

    Attributes:
        burned: what they withhold of the miners' pay.
    """

    kind: Literal["burn"] = "burn"
    burned: Fraction


AnyScriptConfig = Annotated[SwitchScriptConfig | BurnScriptConfig, Field(discriminator="kind")]


class BehaviourConfig(StrictModel):
    """What owners and root do during a run; left out, it stays as it is at the start.

    Attributes:
        fit: name of the figures that the rest was taken from; ``frozen`` for none.
        miner_burn: owners.
        emission_switch: root.
        root_claims: those who stake to it; under rules without baskets there are none.
        scripts: what they do on given days besides, in this order.
    """

    fit: Annotated[str, Field(max_length=100)] = FROZEN
    miner_burn: MinerBurnConfig | None = None
    emission_switch: EmissionSwitchConfig | None = None
    root_claims: RootClaimsConfig | None = None
    scripts: Annotated[tuple[AnyScriptConfig, ...], Field(strict=False, max_length=64)] = ()

    @property
    def is_frozen(self) -> bool:
        """Whether nothing moves."""
        moves = (self.miner_burn, self.emission_switch, self.root_claims)
        return all(part is None for part in moves) and not self.scripts

    @model_validator(mode="before")
    @classmethod
    def _of_fit(cls, value: Any) -> Any:
        """Take the figures of the fit that is named, under those that are written."""
        if isinstance(value, str):
            value = {"fit": value}
        if not isinstance(value, Mapping):
            return value
        name, fits = value.get("fit", FROZEN), behaviour_fits()
        if name == FROZEN or not isinstance(name, str):
            return value
        value = {key: part for key, part in value.items() if key != "fit"}
        if name not in fits:
            refuse([Problem("fit", f"is {shown(name)}; {choice(name, [FROZEN, *fits])}")])
        return {**_over(fits[name], value), "fit": name}


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables of ``below`` with those of ``above`` written over them."""
    merged = dict(below)
    for key, value in above.items():
        known = merged.get(key)
        if isinstance(known, Mapping) and isinstance(value, Mapping):
            merged[key] = _over(known, value)
        else:
            # "frozen" in place of a table takes one of the processes out of a fit.
            merged[key] = None if value == FROZEN else value
    return merged
