"""The table ``[behaviour]``: who moves the mechanism's inputs, and how often.

To follow nobody, write ``behaviour = "frozen"``. A name of a fit takes all its figures; a table
with ``fit = "..."`` changes some of them.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field, model_validator

from dtaojax.behaviour.scripts.config import AnyScriptConfig
from dtaojax.schema.errors import Problem, choice, shown
from dtaojax.schema.strict import Fraction, StrictModel, refuse

if TYPE_CHECKING:
    from dtaojax.behaviour.emission_switch import EmissionSwitch
    from dtaojax.behaviour.miner_burn import MinerBurn
    from dtaojax.behaviour.process import BehaviourProcess
    from dtaojax.behaviour.root_claims import ClaimProcess, RootClaims
    from dtaojax.demand.distributions import KnownFrom
    from dtaojax.mechanism.config import RulesConfig
    from dtaojax.network.table import Slots

FROZEN: Final = "frozen"
"""The name under which nothing moves."""

PerDay = Annotated[float, Field(ge=0.0, le=100.0)]
Events = Annotated[float, Field(gt=0.0, le=1e6)]
_Spread = Annotated[float, Field(ge=0.0, le=5.0)]
_Logit = Annotated[float, Field(ge=-20.0, le=20.0)]


@cache
def behaviour_fits() -> Mapping[str, Mapping[str, Any]]:
    """Return the tables of each fit; its name is the date up to which it has seen data."""
    folder = files("dtaojax.behaviour") / "data"
    return {
        entry.name.removesuffix(".toml"): tomllib.loads(entry.read_text(encoding="utf-8"))
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".toml")
    }


class RateConfig(StrictModel):
    """A rate that is known from a number of events, drawn on each path from a gamma distribution.

    Attributes:
        rate: Mean rate [1/day].
        events: Shape of the distribution, as many observed events carry as much information; left
            out where the rate is the same on every path.
    """

    rate: PerDay
    events: Events | None = None

    @property
    def known(self) -> KnownFrom:
        """The rate and the evidence that it rests on."""
        from dtaojax.demand.distributions import KnownFrom

        return KnownFrom(self.rate, math.inf if self.events is None else self.events)


class BurnMovesConfig(StrictModel):
    """Rates at which the owner's burn of miners' pay moves between nothing, a part and all.

    Attributes:
        nothing_to_part: Rate to a part of those who burn nothing.
        nothing_to_all: Rate to all of those who burn nothing.
        part_to_nothing: Rate to nothing of those who burn a part.
        part_to_all: Rate to all of those who burn a part.
        all_to_nothing: Rate to nothing of those who burn all.
        all_to_part: Rate to a part of those who burn all.
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
        engaged: Rates of owners whom burn costs emission: the rules charge for it, the emission is
            switched on, and without burn the subnet would be in reach of the gate's bar.
        idle: Rates of all others.
        reach: Part of the bar from which on a subnet is in reach of it.
        level_mean: Mean logit of a burn that becomes partial.
        level_sd: Standard deviation of that logit.
        step: Rate of changes of a partial burn.
        step_scale: Scale of a change of the logit.
        step_degrees_of_freedom: Degrees of freedom of its Student-t distribution.
    """

    engaged: BurnMovesConfig
    idle: BurnMovesConfig
    reach: Annotated[float, Field(ge=0.0, le=100.0)]
    level_mean: _Logit
    level_sd: _Spread
    step: RateConfig
    step_scale: _Spread
    step_degrees_of_freedom: Annotated[float, Field(gt=2.0, le=1e3)]

    def build(self, seed: int) -> MinerBurn:
        """Build the process under the seed of a run."""
        from dtaojax.behaviour.miner_burn import MOVES, miner_burn

        sets = (self.engaged, self.idle)
        return miner_burn(
            seed,
            rates=[
                *(getattr(each, move).known for each in sets for move in MOVES),
                self.step.known,
            ],
            reach=self.reach,
            level_mean=self.level_mean,
            level_sd=self.level_sd,
            step_scale=self.step_scale,
            step_degrees_of_freedom=self.step_degrees_of_freedom,
        )

    def describe(self, fit: str) -> str:
        """Return what the process assumes, for the report; ``fit`` is named as its source."""
        return (
            "Owners change how much of the miners' pay they withhold: between nothing, a part and "
            f"all, at rates of {fit}. Those whom burn costs emission (the rules charge "
            "for it, the emission is on, and without burn the subnet would have "
            f"{100 * self.reach:g} % of the gate's bar) withhold less than others. What the few "
            "observed moves leave open is drawn on each path."
        )


class BatchConfig(StrictModel):
    """Chance of a subnet to be in a batch, by what root sees of it.

    Attributes:
        burns_all: Chance where the owner withholds all of the miners' pay.
        out_of_reach: Chance of the others that could not stand near the gate's bar.
        in_reach: Chance of all others.
    """

    burns_all: Fraction
    out_of_reach: Fraction
    in_reach: Fraction


class EmissionSwitchConfig(StrictModel):
    """Root, which switches the TAO emission of subnets (SubnetEmissionEnabled, §3.6 M).

    Attributes:
        on: Rate of single switches of a subnet that is off; newcomers of the run wait for
            ``[arrivals]``.
        off: Rate of single switches of a subnet that is on.
        batch: Rate of days on which root switches many at once.
        batch_on: Part of the batches that switch on.
        switched_on: Chances to be in those, of the subnets that are off.
        switched_off: Chances to be in the others, of the subnets that are on.
        reach: Part of the bar from which on a subnet is in reach of it.
    """

    on: RateConfig
    off: RateConfig
    batch: RateConfig
    batch_on: Fraction
    switched_on: BatchConfig
    switched_off: BatchConfig
    reach: Annotated[float, Field(ge=0.0, le=100.0)]

    def build(self, seed: int, began: int) -> EmissionSwitch:
        """Build the process under the seed of a run that starts at block ``began``."""
        from dtaojax.behaviour.emission_switch import emission_switch

        return emission_switch(
            seed,
            rates=[self.on.known, self.off.known, self.batch.known],
            batch_on=self.batch_on,
            switched_on=self.switched_on.model_dump(),
            switched_off=self.switched_off.model_dump(),
            reach=self.reach,
            began=began,
        )

    def describe(self) -> str:
        """Return what the process assumes, for the report."""
        return (
            f"Root switches the TAO emission of a subnet on {365 * self.on.rate:.2g} and off "
            f"{365 * self.off.rate:.2g} times a year, one by one, and of many in a batch "
            f"{365 * self.batch.rate:.2g} times a year, of which {100 * self.batch_on:g} % switch "
            "on. Two batches are known; who is in the next one is an assumption."
        )


class RootClaimsConfig(StrictModel):
    """Root stakers, who sell out of their baskets (§3.10, §12.4).

    Defaults: of 55,700 TAO that root had earned in baskets by autumn 2026 (63 days), 26,300 were
    redeemed, 2.3 % a day of what was there, +- 30 %. That claims come in bursts over all subnets at
    once was seen; how much they differ from day to day was not measured: ``day_shape`` is assumed.

    Attributes:
        rate: Rate of sales out of a basket.
        day_shape: Shape of the gamma distribution of a day's rate over the mean; small where few
            days bring most claims, left out where all days are alike.
    """

    rate: RateConfig = RateConfig(rate=0.023, events=11.0)
    day_shape: Annotated[float, Field(ge=0.5, le=1e6)] | None = 0.5

    def build(self, seed: int) -> RootClaims:
        """Build the claims under the seed of a run."""
        from dtaojax.behaviour.root_claims import root_claims

        shape = math.inf if self.day_shape is None else self.day_shape
        return root_claims(seed, mean=self.rate.known, day_shape=shape)

    def describe(self) -> str:
        """Return what the claims assume, for the report."""
        bursts = (
            "all days alike"
            if self.day_shape is None
            else "in bursts over all subnets at once, whose size from day to day is an assumption"
        )
        return (
            f"Root stake sells {100 * self.rate.rate:.2g} % of its baskets a day on average, "
            f"{bursts}. The TAO joins root stake. What is known of the average is drawn on each "
            "path."
        )


class BehaviourConfig(StrictModel):
    """Decisions of owners and root during a run; left out, it stays as it is at the start.

    Attributes:
        fit: Name of the figures that the rest was taken from; ``frozen`` for none.
        miner_burn: Burn by owners; frozen where left out.
        emission_switch: Switches of emission by root; frozen where left out.
        root_claims: Claims of those who stake to root; under rules without baskets there are none.
        scripts: Decisions on given days besides, in this order.
    """

    fit: Annotated[str, Field(max_length=100)] = FROZEN
    miner_burn: MinerBurnConfig | None = None
    emission_switch: EmissionSwitchConfig | None = None
    root_claims: RootClaimsConfig | None = None
    scripts: Annotated[tuple[AnyScriptConfig, ...], Field(strict=False, max_length=64)] = ()

    @property
    def is_frozen(self) -> bool:
        """True if nothing moves."""
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

    def build(
        self, seed: int, slots: Slots, rules: RulesConfig, in_turn: Sequence[RulesConfig]
    ) -> tuple[BehaviourProcess, ...]:
        """Build the processes, each on streams of its own under the seed.

        Under rules without the owners' switch root has none to move: it waits where others of the
        run have one.

        Args:
            seed: Seed of the run.
            slots: Slots of the network that they act in.
            rules: Rules of the run that are in force.
            in_turn: All rules of the run, one after the other.

        Raises:
            NetworkError: A netuid that a script names is not in the network.
        """
        from dtaojax.behaviour.process import Waiting

        ever = any(each.emit_set.owner_switch for each in in_turn)

        def switch(process: BehaviourProcess) -> BehaviourProcess:
            return process if rules.emit_set.owner_switch else Waiting(process)

        # Their order is that of the decisions within a day: scripts have the last word.
        processes: list[BehaviourProcess] = []
        if self.emission_switch is not None and ever:
            processes.append(switch(self.emission_switch.build(seed, slots.table.block)))
        if self.miner_burn is not None:
            processes.append(self.miner_burn.build(seed))
        for script in self.scripts:
            if not script.switches_emission:
                processes.append(script.build(slots))
            elif ever:
                processes.append(switch(script.build(slots)))
        return tuple(processes)

    def build_root_claims(
        self, seed: int, rules: RulesConfig, in_turn: Sequence[RulesConfig]
    ) -> ClaimProcess:
        """Build the claims out of root's baskets, none where nobody claims or nothing is kept.

        Args:
            seed: Seed of the run.
            rules: Rules of the run that are in force; stakers wait where only others of the run let
                them choose.
            in_turn: All rules of the run, one after the other.
        """
        from dtaojax.behaviour.root_claims import NoClaims, WaitingClaims

        ever = any(each.root.kind == "basket" for each in in_turn)
        if self.root_claims is None or self.root_claims.rate.rate == 0.0 or not ever:
            return NoClaims()
        claims = self.root_claims.build(seed)
        return claims if rules.root.kind == "basket" else WaitingClaims(claims)

    def describe(self, in_turn: Sequence[RulesConfig]) -> Iterator[tuple[str, str]]:
        """Yield headings and texts of what owners and root do, for the report.

        Args:
            in_turn: All rules of the run, one after the other.
        """
        if self.miner_burn is not None:
            yield "Owners", self.miner_burn.describe(self.fit)
        if self.emission_switch is not None:
            yield "Emission switch", self.emission_switch.describe()
        if self.root_claims is not None and any(each.root.kind == "basket" for each in in_turn):
            yield "Root's claims", self.root_claims.describe()
        switches = [each.emit_set.owner_switch for each in in_turn]
        if not any(switches) and not self.is_frozen:
            yield "No emission switch", "These rules have no switch of emission: all of it is on."
        elif not all(switches):
            yield (
                "No emission switch",
                "Some of the run's rules have no switch of emission: under them all of it is on.",
            )
        for script in self.scripts:
            yield "Scripted decision", script.describe()

    def held_fixed(self, *, root_stake_moves: bool) -> str:
        """Return what nobody changes during a run, as the subject of a sentence.

        Args:
            root_stake_moves: True where some demand stakes to root or unstakes.
        """
        parts = [
            text
            for text, moves in (
                ("Miner burn", self.miner_burn is not None),
                ("the emission switch of each subnet", self.emission_switch is not None),
                ("root stake", root_stake_moves),
                ("the TAO weight", False),
            )
            if not moves
        ]
        named = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
        return named[0].upper() + named[1:]


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
