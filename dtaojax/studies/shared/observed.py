"""What a run would record of a later state, as far as that state tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from dtaojax.assembly import Slots, build_network
from dtaojax.mechanism.config import RulesConfig
from dtaojax.network.outcome import NetworkOutcome
from dtaojax.network.table import BoolArray, FloatArray
from dtaojax.world.observation import (
    CONCENTRATION,
    GAUGES,
    NETWORK_SCALARS,
    concentration_of,
    observe_network,
)

_OF: Final = {
    **{f"emission_{name}": "emission_share" for name in CONCENTRATION},
    **{f"tao_in_{name}": "tao_in" for name in CONCENTRATION},
    "total_tao_in": "tao_in",
    "sum_price": "price",
}
"""Figures of the network that one figure of all subnets tells."""


@dataclass(frozen=True, eq=False)
class Observed:
    """The figures of a later state.

    Attributes:
        gauges: of subnets by name, 0 of those that are gone (subnets,).
        scalars: of the network by name.
        falls: which subnets of the start are below the bar, or unpaid without one (subnets,); None
            where burn and switches are not known.
    """

    gauges: dict[str, FloatArray]
    scalars: dict[str, float]
    falls: BoolArray | None


def observe_outcome(rules: RulesConfig, outcome: NetworkOutcome) -> Observed:
    """Return the figures that a later state tells, by the rules of a run.

    Shares that the state tells itself are taken as they are.
    """
    subnets, state = build_network(outcome.state, rules)
    mechanism = rules.build(slots=Slots(outcome.state, outcome.state.n_subnets))
    seen = _observe(mechanism, subnets, state, rules.registration.immunity_blocks)

    gauges = dict(zip(GAUGES, np.asarray(seen.gauges), strict=True))
    scalars = dict(zip(NETWORK_SCALARS, np.asarray(seen.scalars).tolist(), strict=True))
    if outcome.shares is not None:
        gauges["emission_share"] = outcome.shares
        measured = concentration_of(jnp.asarray(outcome.shares), subnets.registered)
        for name, value in zip(CONCENTRATION, measured, strict=True):
            scalars[f"emission_{name}"] = float(value)
    return Observed(
        gauges={name: np.where(outcome.gone, 0.0, gauges[name]) for name in outcome.knows},
        scalars={name: value for name, value in scalars.items() if _tells(outcome, name)},
        falls=~np.asarray(seen.stands) & ~outcome.gone if outcome.has_weights else None,
    )


def _tells(outcome: NetworkOutcome, name: str) -> bool:
    """Whether an outcome tells a figure of the network."""
    if name in _OF:
        return _OF[name] in outcome.knows
    return outcome.has_weights and (outcome.has_pools or name == "starved_subnets")


_observe = eqx.filter_jit(observe_network)
