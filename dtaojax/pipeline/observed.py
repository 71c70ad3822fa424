"""What a run would record of a later state, as far as that state tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import equinox as eqx
import numpy as np

from dtaojax.build import Slots, build_mechanism, build_network
from dtaojax.config import MechanismConfig
from dtaojax.network.outcome import Outcome
from dtaojax.network.table import BoolArray, FloatArray
from dtaojax.world.observation import GAUGES, NETWORK_SCALARS, observe_network

_OF_WEIGHTS: Final = ("emission_", "moving_price", "starved_subnets")
"""How figures begin that follow from moving prices, burn and switches alone."""


@dataclass(frozen=True, eq=False)
class Observed:
    """The figures of a later state.

    Attributes:
        gauges: of subnets by name, 0 of those that are gone (subnets,).
        scalars: of the network by name.
        falls: which subnets of the start are below the bar, or unpaid without one (subnets,).
    """

    gauges: dict[str, FloatArray]
    scalars: dict[str, float]
    falls: BoolArray


def observe_outcome(rules: MechanismConfig, outcome: Outcome) -> Observed:
    """Return the figures that a later state tells, by the rules of a run."""
    subnets, state = build_network(outcome.state, rules)
    mechanism = build_mechanism(rules, slots=Slots(outcome.state, outcome.state.n_subnets))
    seen = _observe(mechanism, subnets, state, rules.registration.immunity_blocks)

    def told(name: str) -> bool:
        return outcome.has_pools or name.startswith(_OF_WEIGHTS)

    return Observed(
        gauges={
            name: np.where(outcome.gone, 0.0, values)
            for name, values in zip(GAUGES, np.asarray(seen.gauges), strict=True)
            if told(name)
        },
        scalars={
            name: float(value)
            for name, value in zip(NETWORK_SCALARS, np.asarray(seen.scalars), strict=True)
            if told(name)
        },
        falls=~np.asarray(seen.stands) & ~outcome.gone,
    )


_observe = eqx.filter_jit(observe_network)
