"""The ``[mechanism]`` table: one model for each kind of part, and their composition.

A part with alternatives carries a ``kind``. To add a weight rule, see ``weight_rules``; to add an
alternative of another part, write its model beside those of its family (``models_shares``,
``models_supply``, ``models_root``, ``models_market``) and put it into the family's alias there.
Defaults are mainnet's values of August to October 2026 (chain.py names their sources).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import model_validator

from dtaojax.config._base import StrictModel, refuse
from dtaojax.config._wording import choice, described, shown
from dtaojax.config.composition import faults
from dtaojax.config.errors import Problem
from dtaojax.config.models_market import FeesConfig, PoolConfig
from dtaojax.config.models_registration import RegistrationConfig
from dtaojax.config.models_root import RootConfig
from dtaojax.config.models_shares import GateConfig, MovingPriceConfig
from dtaojax.config.models_supply import ChainBuyConfig, EmitSetConfig, InjectionConfig, SplitConfig
from dtaojax.config.presets import DEFAULT_PRESET, PRESETS, expand
from dtaojax.config.weight_rules import AnyWeightRuleConfig


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
        return expand(value)

    @model_validator(mode="after")
    def _parts_go_together(self) -> MechanismConfig:
        refuse(list(faults(self)))
        return self
