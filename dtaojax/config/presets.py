"""The mechanism presets: dated compositions of named parts, as data.

A preset names the kind of every part and whatever differs from that part's own defaults (see
`dtaojax.config.models_mechanism`). The regimes and their dates are those of §1 and §8.4 of the
mechanism specification. To add one, add a `Preset` to `_ALL`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final


@dataclass(frozen=True)
class Preset:
    """A named mechanism.

    Attributes:
        name: what a config writes as ``mechanism = "name"``.
        regime: the id of the regime in §1 of the mechanism specification.
        since: when it came into force, and whether it still is.
        summary: what sets it apart, in a sentence.
        parts: part name -> table as a config would write it.
    """

    name: str
    regime: str
    since: str
    summary: str
    parts: Mapping[str, Mapping[str, Any]]


_ALL: Final = (
    Preset(
        name="gate_rank_2026",
        regime="R8",
        since="since 2026-08-03, live",
        summary=(
            "Emission follows the price EMA times (1 - miner burn) through a Hill gate with its "
            "bar at rank 32; injection is capped at root proportion times alpha emission, and the "
            "excess buys alpha that the chain keeps."
        ),
        parts={
            "moving_price": {"kind": "price_ema"},
            "weight_rule": {"kind": "ema_price_burn"},
            "gate": {"kind": "hill_rank"},
            "injection": {"kind": "root_proportion_cap"},
            "chain_buy": {"kind": "protocol_alpha"},
            "split": {},
            "root": {},
            "pool": {"kind": "weighted"},
            "registration": {},
        },
    ),
)

PRESETS: Final[Mapping[str, Preset]] = MappingProxyType({preset.name: preset for preset in _ALL})
"""All presets by name, oldest regime first."""

DEFAULT_PRESET: Final = "gate_rank_2026"


def expand(table: Mapping[str, Any]) -> dict[str, Any]:
    """Lays a ``[mechanism]`` table over the parts of the preset that it names.

    Keys of a part are merged one by one. A part that names another ``kind`` than the preset's
    replaces the preset's part whole, since the parameters of one kind mean nothing to another.

    Args:
        table: ``preset`` (default `DEFAULT_PRESET`) and any changed parts.

    Returns:
        A table with every part.

    Raises:
        KeyError: there is no such preset.
    """
    name = table.get("preset", DEFAULT_PRESET)
    merged: dict[str, Any] = {"preset": name}
    merged |= {part: dict(values) for part, values in PRESETS[name].parts.items()}
    for part, values in table.items():
        base = merged.get(part)
        if isinstance(base, dict) and isinstance(values, Mapping):
            keeps_kind = values.get("kind", base.get("kind")) == base.get("kind")
            merged[part] = {**base, **values} if keeps_kind else dict(values)
        else:
            merged[part] = values
    return merged
