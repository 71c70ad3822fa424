"""A preset twice: as the reference's regime and as the model's mechanism."""

import dataclasses
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

import jax.numpy as jnp
import pytest
from reference import EXACT, FLOOR, PRESETS, NetworkRef, Parameters, Regime
from reference.fixed import Rounding
from worlds import RAO, subnets_of

from dtaojax.mechanism.composition import Mechanism
from dtaojax.mechanism.config import MechanismConfig
from dtaojax.mechanism.presets import PRESETS as CONFIG_PRESETS
from dtaojax.mechanism.registration.lifecycle import RegistrationRules
from dtaojax.state.network import Subnets

PRESET_NAMES = tuple(name for name in CONFIG_PRESETS if name != "root_2023")
"""All but the regime without pools, whose votes are random numbers of the model's own."""
UNLIKE = ("article_2024", "launch_2025", "netflow_2026", "gate_rank_2026", "proposed_tiers")
"""Presets that together have every kind of weight, gate, chain buy and payment of root."""
EACH_PRESET = [
    pytest.param(name, marks=[] if name in UNLIKE else [pytest.mark.exhaustive])
    for name in PRESET_NAMES
]
"""All of them for a test; those that are much like another one are exhaustive."""
SLOTS = 8
"""Width of the networks, few so that the reference is quick."""
RANK = 3
"""Of the gate's bar; mainnet's 32 would be the last of so few."""
TIERS = (2, 5)
"""Last ranks of the tiers."""
IMMUNITY = 2_000
"""Blocks of immunity, few so that pruning happens."""

COUNTS_ALPHA_IN_AFTER = 8_000_000
"""From here on a new subnet's alpha reserve counts in a dissolution; where the networks begin."""


@dataclass(frozen=True)
class Pair:
    """A preset as both sides run it.

    Attributes:
        name: of the preset.
        regime: of the reference.
        parameters: of the reference.
        rules: the model's config.
        mechanism: the model's rules.
        registration: the model's rules of who comes and goes.
    """

    name: str
    regime: Regime
    parameters: Parameters
    rules: MechanismConfig
    mechanism: Mechanism
    registration: RegistrationRules

    @property
    def is_exact(self) -> bool:
        """Whether the reference does not truncate."""
        return self.parameters.rounding is EXACT

    @property
    def has_limit(self) -> bool:
        """Whether the number of subnets is bounded."""
        return self.parameters.subnet_limit is not None

    def members(self, network: NetworkRef) -> Subnets:
        """Subnets as the regime sees them: without a start call, or without the owner's switch."""
        subnets = subnets_of(network)
        started, enabled = subnets.first_emission_block, subnets.emission_enabled
        if self.rules.emit_set.kind == "all":
            at_once = jnp.where(subnets.registered, subnets.registered_at + 1, -1)
            started = jnp.where(started < 0, at_once, started)
        if not self.rules.emit_set.owner_switch:
            enabled = subnets.registered
        return dataclasses.replace(subnets, first_emission_block=started, emission_enabled=enabled)


@cache
def preset_pair(name: str, rounding: Rounding) -> Pair:
    """The preset with a bar, a limit and an immunity that suit a network of few slots."""
    regime, parameters = PRESETS[name]
    limit = None if parameters.subnet_limit is None else SLOTS
    flat_fee = MechanismConfig.model_validate(name).fees.kind == "flat"
    small = dataclasses.replace(
        parameters,
        rounding=rounding,
        bar_rank=RANK,
        tier_last_ranks=TIERS,
        bar_quantile=Decimal("0.61"),
        subnet_limit=limit,
        immunity_blocks=IMMUNITY,
        tao_in_refund_block=COUNTS_ALPHA_IN_AFTER,
        fee_rate_u16=0 if flat_fee else parameters.fee_rate_u16,
    )
    table: dict = {"preset": name}
    gate = MechanismConfig.model_validate(name).gate.kind
    if gate == "hill_rank":
        table["gate"] = {"rank": RANK}
    if gate == "tiers":
        table["gate"] = {"last_ranks": list(TIERS)}
    if gate == "hill_mass":
        table["gate"] = {"quantile": 0.61}
    table["registration"] = {
        "limit": limit or 0,
        "immunity_blocks": IMMUNITY,
        "rate_limit_blocks": 0,
        "reduction_interval_blocks": small.lock_reduction_interval,
        "min_lock": float(small.min_lock) * RAO,
        "counts_alpha_in_after": COUNTS_ALPHA_IN_AFTER,
    }
    rules = MechanismConfig.model_validate(table)
    return Pair(name, regime, small, rules, rules.build(), rules.build_registration())


ROUNDINGS = {"exact": EXACT, "floor": FLOOR}
