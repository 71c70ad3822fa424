"""Which rules of a run are in force when, as plain data and in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dtaojax.config.config import Config
from dtaojax.config.schedule import Phase, schedule
from dtaojax.mechanism.presets import PRESETS, since_then
from dtaojax.network import NetworkTable
from dtaojax.schema.dates import time_of


def mechanism_part(config: Config, network: NetworkTable) -> dict[str, Any]:
    """Return what a manifest holds of the rules; JSON types only.

    ``changes`` lists what comes into force later: ``day`` and ``block`` before it, ``time`` of that
    block where the chain has it, ``preset`` and ``text``, a sentence.
    """
    preset = PRESETS[config.mechanism.preset]
    return {
        "preset": preset.name,
        "summary": preset.summary,
        "since_then": " ".join(since_then(rules.preset for rules in config.mechanism.in_turn)),
        "changes": list(changes(config, network)),
    }


def changes(config: Config, network: NetworkTable) -> Iterator[dict[str, Any]]:
    """Yield the changes of the rules, as :func:`mechanism_part` describes them."""
    if not config.mechanism.change:
        return
    dated = config.network.synthetic is None
    told = config.model_dump(mode="json")["mechanism"]["change"]
    _, *later = schedule(config, network.block).phases
    before = config.mechanism.model_dump(mode="json")
    for phase, what in zip(later, told, strict=True):
        time = f"{time_of(phase.block):%Y-%m-%d %H:%M} UTC" if dated else ""
        yield {
            "day": phase.day(config.run),
            "block": phase.block,
            "time": time,
            "preset": phase.rules.preset,
            "text": _sentence(phase, phase.day(config.run), time, what, before),
        }
        before = phase.rules.model_dump(mode="json")


def _sentence(
    phase: Phase, day: float, time: str, what: Mapping[str, Any], before: Mapping[str, Any]
) -> str:
    where = f"block {phase.block:,}" + (f", about {time}" if time else "")
    if phase.moved:
        way = "after" if phase.moved > 0 else "before"
        where += f", {abs(phase.moved)} blocks {way} the time asked for, at the end of a step"
    parts = [
        _part(f"{part}.{key}", value, None if "preset" in what else before[part].get(key))
        for part, values in what.items()
        if isinstance(values, Mapping)
        for key, value in values.items()
    ]
    if "preset" in what:
        text = f"the rules are those of {what['preset']}"
        text += f", with {_listed(parts)}" if parts else ""
    else:
        text = _listed(parts) or "the rules are as before"
    return f"From day {day:.6g} on ({where}), {text}."


def _part(key: str, value: Any, was: Any) -> str:
    return f"{key} = {value}" + ("" if was is None else f" instead of {was}")


def keeps(config: Config) -> Iterator[tuple[str, str]]:
    """Yield topics and texts on what goes on when rules change, and what begins anew."""
    if not config.mechanism.change:
        return
    yield (
        "What a change keeps",
        "Reserves, price averages, what root has earned and not sold, the last lock cost, demand "
        "and the decisions of owners and root go on. The bar of another gate is set by the shares "
        "of the next block. Under rules without the owners' switch every emission is on, and stays "
        "on; under rules without pool weights both sides weigh alike. Figures of a day on which "
        "rules change are those of the new rules.",
    )


def _listed(parts: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))
