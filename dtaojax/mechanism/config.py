"""The ``[mechanism]`` table: one model for each kind of part, their composition, and changes of it.

A part with alternatives carries a ``kind``. Each part has a folder of its own, with the config of
every alternative beside its rule. To add a weight rule, see ``weight_rule/config.py``; to add an
alternative of another part, write its config in that part's ``config.py`` and put it into the alias
at its end.
Defaults are mainnet's values of August to October 2026 (chain.py names their sources).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import (
    Field,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from dtaojax.mechanism.chain_buy.config import ChainBuyConfig
from dtaojax.mechanism.compatibility import faults
from dtaojax.mechanism.fees.config import FeesConfig
from dtaojax.mechanism.gate.config import GateConfig
from dtaojax.mechanism.injection.config import InjectionConfig
from dtaojax.mechanism.liquidity.config import PoolConfig
from dtaojax.mechanism.moving_price.config import MovingPriceConfig
from dtaojax.mechanism.presets import DEFAULT_PRESET, PRESETS, expand, lay_over
from dtaojax.mechanism.registration.config import EmitSetConfig, RegistrationConfig
from dtaojax.mechanism.root.config import RootConfig, build_tao_weight
from dtaojax.mechanism.split.config import SplitConfig
from dtaojax.mechanism.weight_rule.config import AnyWeightRuleConfig
from dtaojax.schema.dates import DateOrTime
from dtaojax.schema.errors import Problem, choice, described, shown
from dtaojax.schema.strict import Days, StrictModel, refuse

if TYPE_CHECKING:
    from dtaojax.mechanism.composition import Mechanism
    from dtaojax.mechanism.registration.lifecycle import RegistrationRules
    from dtaojax.network.table import Slots


class RulesConfig(StrictModel):
    """Rules put together from named parts, each in full.

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
        registration: what a new subnet costs, and which one makes room for it.
    """

    preset: str
    moving_price: MovingPriceConfig
    weight_rule: AnyWeightRuleConfig
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
        return _with_changes(expand(value))

    @model_validator(mode="after")
    def _parts_go_together(self) -> RulesConfig:
        refuse(list(faults(self)))
        return self

    def build(self, seed: int = 0, slots: Slots | None = None) -> Mechanism:
        """Return the mechanism, part by part.

        Args:
            seed: seed of rules that draw random numbers.
            slots: slots of the network under the rules; needed where they name single subnets.

        Raises:
            ValueError: the rules name single subnets, and there are no slots.
            NetworkError: they name one that is not in the network.
        """
        from dtaojax.mechanism.composition import Mechanism

        tao_weight = build_tao_weight(self.root, slots)
        return Mechanism(
            weight_rule=self.weight_rule.build(
                {"run.seed": seed, "root.tao_weight": tao_weight},
            ),
            gate=self.gate.build(),
            injection=self.injection.build(),
            liquidity_rule=self.pool.build(),
            chain_buy=self.chain_buy.build(),
            split=self.split.build(),
            root=self.root.build(),
            moving_price=self.moving_price.build(),
            trading=self.pool.build_trading(self.fees),
            fee=self.fees.build(),
            tao_weight=tao_weight,
            off_the_top=self.root.build_off_the_top(),
        )

    def build_registration(self) -> RegistrationRules:
        """Return the rules for registrations; without start calls a newcomer emits at once."""
        return self.registration.build(starts_at_once=self.emit_set.kind == "all")


TIMES: Final = ("at", "at_day", "at_block")
"""Keys by which a change says when it comes."""


class ChangeConfig(RulesConfig):
    """Rules that come into force in the midst of a run.

    With a ``preset``, parts are laid over that preset; without one, over the rules in force before.
    Exactly one of ``at``, ``at_day`` and ``at_block`` says when. Tables of parts hold the same keys
    as under ``[mechanism]``.

    Attributes:
        at: a date (midnight) or a time, in UTC, as in 2026-07-27 or 2026-07-27T14:16:00Z; the
            change is at the nearest end of a step, at most an hour away.
        at_day: days after the start, a whole number of steps [days].
        at_block: the last block under the former rules, a whole number of steps after the start.
    """

    at: DateOrTime | None = None
    at_day: Days | None = None
    at_block: Annotated[int, Field(ge=1, le=2**40)] | None = None

    @model_validator(mode="after")
    def _comes_at_one_time(self) -> ChangeConfig:
        if sum(getattr(self, key) is not None for key in TIMES) != 1:
            text = "must say when, and once: write one of at (a date), at_day and at_block"
            refuse([Problem("", text)])
        return self


class MechanismConfig(RulesConfig):
    """A mechanism put together from named parts, and what becomes of it during a run.

    Accepts a preset's name, or a table with ``preset`` and changed parts; either way the object
    holds every part in full.

    Attributes:
        change: rules that come into force later, in the order of their times.
    """

    change: Annotated[tuple[ChangeConfig, ...], Field(strict=False, max_length=64)] = ()

    @model_validator(mode="after")
    def _pools_stay(self) -> MechanismConfig:
        problems = []
        for place, (before, after) in enumerate(zip(self.in_turn, self.change, strict=False)):
            if (before.pool.kind == "none") != (after.pool.kind == "none"):
                text = (
                    f'is "{after.pool.kind}" after "{before.pool.kind}", but a run cannot make or '
                    "do away with all pools; choose rules that are alike in that"
                )
                problems.append(Problem(f"change.{place}.pool.kind", text))
        refuse(problems)
        return self

    @model_serializer(mode="wrap")
    def _what_changes(
        self, handler: SerializerFunctionWrapHandler, info: SerializationInfo
    ) -> dict[str, Any]:
        """Writes of a change what differs, and no empty list where nothing does.

        A config without changes is then what it was before there were any, and two changes can be
        told apart at a glance.
        """
        written = handler(self)
        changes = written.pop("change", ())
        if not changes:
            return written
        before, told = written, []
        for change in changes:
            told.append(_what_differs(before, change, info.mode))
            before = change
        return {**written, "change": told}

    @property
    def named(self) -> str:
        """Return the presets of a run, in the order in which they are in force."""
        names = [rules.preset for rules in self.in_turn]
        names = [name for name, _ in groupby(names)]
        if len(names) == 1 and self.change:
            return f"{names[0]}, then changed"
        return ", then ".join(names)

    @property
    def in_turn(self) -> tuple[RulesConfig, ...]:
        """Return all rules of a run, those of its start first."""
        return (self, *self.change)


def _what_differs(before: dict[str, Any], change: dict[str, Any], mode: str) -> dict[str, Any]:
    """What a change must say so that it can be laid over the rules before it, or over its preset.

    Args:
        before: rules in full.
        change: rules in full and their time.
        mode: in which both were written, ``json`` or ``python``.
    """
    told = {key: at for key, at in change.items() if key in TIMES and at is not None}
    if change["preset"] != before["preset"]:
        told["preset"] = change["preset"]
        before = RulesConfig.model_validate(change["preset"]).model_dump(mode=mode)
    for name, part in before.items():
        if isinstance(part, dict) and (new := change[name]) != part:
            keeps_kind = new.get("kind") == part.get("kind")
            told[name] = {
                key: at
                for key, at in new.items()
                if not keeps_kind or key not in part or at != part[key]
            }
    return told


def _with_changes(table: dict[str, Any]) -> dict[str, Any]:
    """Lay every change that names no preset over the rules in force before it."""
    changes = table.get("change")
    if not isinstance(changes, list | tuple):
        return table
    before, laid = {key: at for key, at in table.items() if key in RulesConfig.model_fields}, []
    for change in changes:
        if isinstance(change, Mapping):
            name = change.get("preset")
            if name is None:
                change = lay_over(before, change)
            elif isinstance(name, str) and name in PRESETS:
                change = expand(change)
            before = {key: at for key, at in change.items() if key in RulesConfig.model_fields}
        laid.append(change)
    return {**table, "change": laid}
