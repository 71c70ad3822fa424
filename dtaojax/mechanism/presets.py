"""The mechanism presets: dated compositions of named parts, as data.

A preset names the kind of every part and whatever differs from that part's own defaults (see
`dtaojax.mechanism.config`). The regimes and their dates are those of §1 and §8.4 of the
mechanism specification. To add one, add a `Preset` to `_ALL`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from dtaojax import chain


@dataclass(frozen=True)
class Preset:
    """A named mechanism.

    Attributes:
        name: what a config writes as ``mechanism = "name"``.
        regime: the id of the regime in §1 of the specification.
        since: when it came into force, and where that is known, until when it was.
        summary: what sets it apart, in a sentence.
        parts: part name -> table as a config would write it.
        step_blocks: length of a step where ``run.step_blocks`` is not given, chosen in
            docs/step_lengths.md [blocks].
        since_then: what the chain has done since, where readers might take the rules for the
            chain's present ones; a sentence that every page of a run under them shows.
    """

    name: str
    regime: str
    since: str
    summary: str
    parts: Mapping[str, Mapping[str, Any]]
    step_blocks: int = 360
    since_then: str = ""


_ETAO: Final = (
    "These rules are the last that were checked against the chain, in force from 2026-08-03 to "
    "about 2026-10-19; since then (spec 480/481, “Etao”) the chain divides emission by a formula "
    "that is not public and not modelled here."
)
"""What came after R8: release titles alone are known (§1 R9, §12.1, §12.2)."""

_SKETCH: Final = (
    "These rules are a sketch, not the chain's: that root is weighed per subnet and paid a share "
    "off the top of each block since about 2026-10-19 (spec 480/481, “Etao”) is known from titles "
    "of releases; the formula is not public, and the parameters here are assumed."
)
"""What a run under ``etao_sketch`` has to say (§12.2)."""

_R8_PARTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "moving_price": {"kind": "price_ema"},
    "weight_rule": {"kind": "ema_price_burn"},
    "gate": {"kind": "hill_rank"},
    "injection": {"kind": "root_proportion_cap"},
    "chain_buy": {"kind": "protocol_alpha"},
    "split": {"kind": "owner_cut"},
    "root": {"kind": "basket"},
    "pool": {"kind": "weighted"},
    "fees": {"kind": "to_author"},
    "emit_set": {},
    "registration": {},
}
"""Kinds of R8's parts, the last that was checked; a preset says where it differs."""

_REGISTRATION_2025: Final[Mapping[str, Any]] = {
    "seed": "min_lock",
    "reduction_interval_blocks": chain.LOCK_REDUCTION_INTERVAL_OCTOBER_2025,
    "starts_enabled": True,
    "start_call_delay_blocks": chain.START_CALL_DELAY_2025,
    "counts_alpha_in_after": None,
    "pays_baskets": False,
}
"""Until April 2026: pools of one TAO, and emission from the start call on (§3.11)."""

_FREE_REGISTRATION: Final[Mapping[str, Any]] = {
    **_REGISTRATION_2025,
    "limit": 0,
    "immunity_blocks": 50_400,
    # Within a tempo the price is back at the least: a new subnet is as good as free (§8.4).
    "reduction_interval_blocks": 360,
    "rate_limit_blocks": 0,
    "start_call_delay_blocks": 0,
}
"""The designs of 2024: no limit, and whoever wants a subnet gets one (§8.1)."""

_ALL: Final = (
    Preset(
        name="root_2023",
        regime="old",
        since="2023 to 2025-02-13, described",
        summary=(
            "Before dTAO: root validators vote on the shares, by stake; all TAO is paid to "
            "validators, miners and owners, 41/41/18; no pools, no alpha."
        ),
        step_blocks=60,
        parts={
            **_R8_PARTS,
            "weight_rule": {"kind": "root_validators"},
            "gate": {"kind": "none"},
            "injection": {"kind": "none"},
            "chain_buy": {"kind": "none"},
            "split": {"kind": "free"},
            "root": {"kind": "validators"},
            "pool": {"kind": "none"},
            "fees": {"kind": "to_pool", "rate_u16": 0},
            "emit_set": {"kind": "all", "owner_switch": False},
            "registration": {**_FREE_REGISTRATION, "seed": "no_pool"},
        },
    ),
    Preset(
        name="article_2024",
        regime="P0",
        since="autumn 2024, described",
        summary=(
            "Daily shares by spot price; half of new alpha to the pool, half to participants who "
            "divide it freely and get the TAO too; no root, no limit."
        ),
        parts={
            **_R8_PARTS,
            "weight_rule": {"kind": "spot_price"},
            "gate": {"kind": "none"},
            "injection": {"kind": "fixed_fraction"},
            "chain_buy": {"kind": "none"},
            "split": {"kind": "free"},
            "root": {"kind": "none"},
            "pool": {"kind": "constant_product"},
            "fees": {"kind": "to_pool", "rate_u16": 0},
            "emit_set": {"kind": "all", "owner_switch": False},
            "registration": _FREE_REGISTRATION,
        },
    ),
    Preset(
        name="prelaunch_2024",
        regime="P0",
        since="December 2024, testnet",
        summary=(
            "Shares by TAO in the pool; alpha is injected while prices add up to more than 1, TAO "
            "otherwise; root earns nothing."
        ),
        parts={
            **_R8_PARTS,
            "split": {"kind": "owner_cut", "owner_switch": False},
            "weight_rule": {"kind": "tao_reserve"},
            "gate": {"kind": "none"},
            "injection": {"kind": "sum_price_switch"},
            "chain_buy": {"kind": "none"},
            "root": {"kind": "none"},
            "pool": {"kind": "constant_product"},
            "fees": {"kind": "to_pool", "rate_u16": 0},
            "emit_set": {"kind": "all", "owner_switch": False},
            "registration": _FREE_REGISTRATION,
        },
    ),
    Preset(
        name="launch_2025",
        regime="R1",
        since="2025-02-13",
        summary=(
            "Shares by moving price at the code's slow rate; all TAO is injected, alpha up to "
            "alpha emission; root's alpha is sold each block; flat fee."
        ),
        parts={
            **_R8_PARTS,
            "split": {"kind": "owner_cut", "owner_switch": False},
            "moving_price": {
                "kind": "price_ema",
                "rate": chain.MOVING_PRICE_RATE_CODE_DEFAULT,
                "halving_blocks": 0,
            },
            "weight_rule": {"kind": "ema_price"},
            "gate": {"kind": "none"},
            "injection": {"kind": "launch"},
            "chain_buy": {"kind": "none"},
            "root": {"kind": "sold_at_launch"},
            "pool": {"kind": "constant_product"},
            "fees": {"kind": "flat"},
            "emit_set": {"kind": "all", "owner_switch": False},
            "registration": {
                **_REGISTRATION_2025,
                "limit": 0,
                "immunity_blocks": 50_400,
                "reduction_interval_blocks": chain.LOCK_REDUCTION_INTERVAL_LAUNCH,
                "rate_limit_blocks": chain.REGISTRATION_RATE_LIMIT_LAUNCH,
                "start_call_delay_blocks": 0,
            },
        },
    ),
    Preset(
        name="subsidy_2025",
        regime="R3",
        since="2025-07-29",
        summary=(
            "Where the price is below the share, price times E is injected and the rest buys "
            "alpha, which is destroyed; root's alpha is sold elsewhere."
        ),
        parts={
            **_R8_PARTS,
            "split": {"kind": "owner_cut", "owner_switch": False},
            "weight_rule": {"kind": "ema_price"},
            "gate": {"kind": "none"},
            "injection": {"kind": "subsidy"},
            "chain_buy": {"kind": "destroyed_unissued"},
            "root": {"kind": "sold_unless_subsidised"},
            "pool": {"kind": "constant_product", "chain_buys": "before"},
            "fees": {"kind": "to_pool"},
            "emit_set": {"kind": "started", "owner_switch": False},
            "registration": {
                **_REGISTRATION_2025,
                "limit": 0,
                "reduction_interval_blocks": chain.LOCK_REDUCTION_INTERVAL_LAUNCH,
                "rate_limit_blocks": chain.REGISTRATION_RATE_LIMIT_LAUNCH,
            },
        },
    ),
    Preset(
        name="taoflow_2025",
        regime="R4c",
        since="2025-12-12 (flow shares since 2025-11-04)",
        summary=(
            "Shares by the 30-day average of users' net TAO flow; injection capped at the lesser "
            "emission, the excess buys alpha, which is destroyed."
        ),
        step_blocks=60,
        parts={
            **_R8_PARTS,
            "split": {"kind": "owner_cut", "owner_switch": False},
            "weight_rule": {"kind": "user_flow"},
            "gate": {"kind": "none"},
            "injection": {"kind": "lesser_emission_cap"},
            "chain_buy": {"kind": "destroyed"},
            "root": {"kind": "claimed"},
            "pool": {"kind": "constant_product"},
            "fees": {"kind": "to_pool"},
            "emit_set": {"kind": "started", "owner_switch": False},
            "registration": _REGISTRATION_2025,
        },
    ),
    Preset(
        name="netflow_2026",
        regime="R5",
        since="2026-05-27",
        summary=(
            "Shares by users' flow less the protocol's own; bought alpha is kept; owners can "
            "switch a subnet's emission off; fees go to block authors."
        ),
        step_blocks=60,
        parts={
            **_R8_PARTS,
            "weight_rule": {"kind": "net_flow"},
            "gate": {"kind": "none"},
            "injection": {"kind": "lesser_emission_cap"},
            "root": {"kind": "claimed"},
            "pool": {"kind": "constant_product"},
            "registration": {"pays_baskets": False},
        },
    ),
    Preset(
        name="price_rootprop",
        regime="R6",
        since="2026-06-23 (block 8,466,530)",
        summary=(
            "Shares by price EMA times root proportion times (1 - miner burn); injection capped at "
            "root proportion times alpha emission."
        ),
        parts={
            **_R8_PARTS,
            "weight_rule": {"kind": "ema_price_rootprop_burn"},
            "gate": {"kind": "none"},
            "root": {"kind": "claimed"},
            "pool": {"kind": "constant_product"},
            "registration": {"pays_baskets": False},
        },
    ),
    Preset(
        name="gate_mass_2026",
        regime="R7",
        since="2026-07-27 (block 8,713,793)",
        summary=(
            "As gate_rank_2026, with the gate's bar where the largest shares add up to three "
            "quarters; root's alpha is claimed with a lag and sold."
        ),
        parts={
            **_R8_PARTS,
            "gate": {"kind": "hill_mass"},
            "root": {"kind": "claimed"},
            "registration": {"pays_baskets": False},
        },
    ),
    Preset(
        name="gate_rank_2026",
        regime="R8",
        since="2026-08-03 (block 8,765,683) to about 2026-10-19",
        summary=(
            "Emission follows the price EMA times (1 - miner burn) through a Hill gate with its "
            "bar at rank 32; injection is capped at root proportion times alpha emission, and the "
            "excess buys alpha that the chain keeps. The last rule checked against the chain."
        ),
        since_then=_ETAO,
        parts=_R8_PARTS,
    ),
    Preset(
        name="etao_sketch",
        regime="[A]",
        since="assumed; the chain's own rules of about 2026-10-19 are not public",
        summary=(
            "A sketch of Etao: structure from titles of releases, parameters ASSUMED. As "
            "gate_rank_2026, but root is paid a tenth of each block off the top; its TAO weight "
            "can be set subnet by subnet."
        ),
        since_then=_SKETCH,
        parts={**_R8_PARTS, "root": {"kind": "basket", "off_the_top": 0.1}},
    ),
    Preset(
        name="proposed_buy_cap",
        regime="[P]",
        since="proposed 2026-07-29 (#3012, #3017)",
        summary=(
            "A chain buy is at most what miners are paid in a block; what is over goes to other "
            "subnets, into their pools first."
        ),
        parts={**_R8_PARTS, "injection": {"kind": "root_proportion_buy_cap"}},
    ),
    Preset(
        name="proposed_tiers",
        regime="[P]",
        since="proposed 2026-07-29 (#3010)",
        summary="Ranks 1 to 32 share 75 % of emission, ranks 33 to 64 share 25 %, no gate.",
        step_blocks=60,
        parts={**_R8_PARTS, "gate": {"kind": "tiers"}},
    ),
    Preset(
        name="proposed_mass_quantile",
        regime="[P]",
        since="proposed 2026-07-29 (#3013)",
        summary="The gate's bar lies where the largest shares add up to 80.73 %.",
        parts={**_R8_PARTS, "gate": {"kind": "hill_mass", "quantile": 0.8073}},
    ),
    Preset(
        name="proposed_conviction",
        regime="[P]",
        since="proposed 2026-07-29 (#3011), the formula is ours",
        summary="Weights grow with the part of a subnet's alpha that people hold outside the pool.",
        parts={**_R8_PARTS, "weight_rule": {"kind": "ema_price_conviction"}},
    ),
)

PRESETS: Final[Mapping[str, Preset]] = MappingProxyType({preset.name: preset for preset in _ALL})
"""All presets by name, oldest regime first."""

DEFAULT_PRESET: Final = "gate_rank_2026"


def since_then(presets: Iterable[str]) -> list[str]:
    """Return what the chain has done since, of presets of which that is to be said; each once."""
    texts = (PRESETS[name].since_then for name in presets)
    return list(dict.fromkeys(text for text in texts if text))


def expand(table: Mapping[str, Any]) -> dict[str, Any]:
    """Lay a ``[mechanism]`` table over the parts of the preset that it names.

    Args:
        table: ``preset`` (default `DEFAULT_PRESET`) and any changed parts.

    Returns:
        A table with every part.

    Raises:
        KeyError: there is no such preset.
    """
    name = table.get("preset", DEFAULT_PRESET)
    return lay_over({"preset": name, **PRESETS[name].parts}, table)


def lay_over(parts: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
    """Lay a table over parts that are there already.

    Keys of a part are merged one by one. A part that names another ``kind`` than the one that is
    there replaces it whole, since the parameters of one kind mean nothing to another.

    Args:
        parts: of a mechanism, and its preset.
        table: changed parts, and any other keys.
    """
    merged = {part: dict(at) if isinstance(at, Mapping) else at for part, at in parts.items()}
    for part, values in table.items():
        base = merged.get(part)
        if isinstance(base, dict) and isinstance(values, Mapping):
            keeps_kind = values.get("kind", base.get("kind")) == base.get("kind")
            merged[part] = {**base, **values} if keeps_kind else dict(values)
        else:
            merged[part] = values
    return merged
