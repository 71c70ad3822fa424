"""When the rules of a run come into force, at ends of steps, and how a report tells it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from dtaojax import chain
from dtaojax.config.config import Config
from dtaojax.config.run import RunConfig
from dtaojax.mechanism.config import TIMES, ChangeConfig, RulesConfig
from dtaojax.mechanism.presets import PRESETS, since_then
from dtaojax.schema.dates import block_at, read_moment, time_of
from dtaojax.schema.errors import Problem

NEAR_BLOCKS: Final = chain.BLOCKS_PER_DAY // 24
"""How far from the end of a step a date may be: an hour, which dates of blocks are known to
[blocks]."""


@dataclass(frozen=True)
class Phase:
    """Rules, and from when on they are in force.

    Attributes:
        step: Number of steps that come before.
        block: Last block before the rules come into force.
        moved: Blocks by which that is later than the date asked for; negative for earlier [blocks].
        rules: Rules in force from the next block on.
    """

    step: int
    block: int
    moved: int
    rules: RulesConfig

    def day(self, run: RunConfig) -> float:
        """Return the day at whose end the rules come into force."""
        return self.step * run.step_days


class Schedule(NamedTuple):
    """The phases of a run, and what is wrong with its changes.

    Attributes:
        phases: Phases in order; the first is the start's.
        problems: Faults by key from the top of the config; none where the phases can be run.
    """

    phases: tuple[Phase, ...]
    problems: tuple[Problem, ...]


def schedule(config: Config, start: int) -> Schedule:
    """Bring the changes of a config to ends of steps.

    A step has one set of rules, so ``at_day`` and ``at_block`` must be at the end of one; a date,
    which is not known to a block, is moved to the nearest one if that is not far.

    Args:
        config: Config of the run.
        start: Block of the state from which it starts.
    """
    phases, problems = [Phase(0, start, 0, config.mechanism)], []
    for place, change in enumerate(config.mechanism.change):
        key = next(key for key in TIMES if getattr(change, key) is not None)
        found = _phase(change, config.run, start)
        fault = found
        if isinstance(found, Phase):
            # Held against the last change that could be placed: one fault is told once.
            fault = _misplaced(found, phases[-1], config.run, start)
            if fault is None:
                phases.append(found)
        if isinstance(fault, str):
            problems.append(Problem(f"mechanism.change.{place}.{key}", fault))
    return Schedule(tuple(phases), tuple(problems))


def rules_at(config: Config, start: int, block: int) -> RulesConfig:
    """Return the rules by which the block after a block of a run is made.

    Args:
        config: Config of the run, whose changes have places in it.
        start: Block of the state from which it starts.
        block: Block of the chain, not before the start.
    """
    return [phase.rules for phase in schedule(config, start).phases if phase.block <= block][-1]


def _phase(change: ChangeConfig, run: RunConfig, start: int) -> Phase | str:
    """Return the phase that a change begins, or what is wrong with its time."""
    length = run.step_blocks
    if change.at_day is not None:
        step = run.step_of(change.at_day)
        return run.day_fault(change.at_day) or Phase(step, start + step * length, 0, change)
    if change.at_block is not None:
        step, over = divmod(change.at_block - start, length)
        if over:
            return f"is {change.at_block}, within a step; {_ends(start, step, length)}"
        return Phase(step, change.at_block, 0, change)
    try:
        asked = block_at(read_moment(str(change.at)))
    except ValueError as error:
        return str(error)
    step = round((asked - start) / length)
    block = start + step * length
    if abs(block - asked) > NEAR_BLOCKS:
        step = (asked - start) // length
        fix = "or make steps shorter with run.step_blocks"
        return f"is block {asked}, within a step; {_ends(start, step, length)}, {fix}"
    return Phase(step, block, block - asked, change)


def _ends(start: int, step: int, length: int) -> str:
    """Name the ends of steps around a block."""
    before = start + step * length
    return (
        f"steps of {length} blocks from block {start} end at {before} and {before + length}: "
        "write one of them as at_block"
    )


def _misplaced(phase: Phase, before: Phase, run: RunConfig, start: int) -> str | None:
    """Say what is wrong with the place of a phase in the run; None if nothing is."""
    if phase.step <= 0:
        return (
            f"is block {phase.block}, not after the start at block {start}; rules of the start "
            "stand in [mechanism] itself"
        )
    if phase.step >= run.n_steps:
        return (
            f"is day {phase.day(run):g}, not before run.horizon_days = {run.horizon_days:g}; drop "
            "the change or raise the horizon"
        )
    if phase.step == before.step:
        return (
            f"is block {phase.block}, at which other rules come into force already; make one "
            "change of the two"
        )
    if phase.step < before.step:
        return (
            f"is block {phase.block}, before the change above it at block {before.block}; write "
            "changes in the order of time"
        )
    return None


def describe_rules(config: Config, start: int) -> dict[str, Any]:
    """Return what a manifest holds of the rules; JSON types only.

    ``changes`` lists what comes into force later: ``day`` and ``block`` before it, ``time`` of that
    block where the chain has it, ``preset`` and ``text``, a sentence.

    Args:
        config: Config of the run.
        start: Block of the state from which it starts.
    """
    preset = PRESETS[config.mechanism.preset]
    return {
        "preset": preset.name,
        "summary": preset.summary,
        "since_then": " ".join(since_then(rules.preset for rules in config.mechanism.in_turn)),
        "changes": list(describe_changes(config, start)),
    }


def describe_changes(config: Config, start: int) -> Iterator[dict[str, Any]]:
    """Yield the changes of the rules, as :func:`describe_rules` describes them."""
    if not config.mechanism.change:
        return
    dated = config.network.synthetic is None
    told = config.model_dump(mode="json")["mechanism"]["change"]
    _, *later = schedule(config, start).phases
    before = config.mechanism.model_dump(mode="json")
    for phase, what in zip(later, told, strict=True):
        time = f"{time_of(phase.block):%Y-%m-%d %H:%M} UTC" if dated else ""
        yield {
            "day": phase.day(config.run),
            "block": phase.block,
            "time": time,
            "preset": phase.rules.preset,
            "text": _change_sentence(phase, phase.day(config.run), time, what, before),
        }
        before = phase.rules.model_dump(mode="json")


def _change_sentence(
    phase: Phase, day: float, time: str, what: Mapping[str, Any], before: Mapping[str, Any]
) -> str:
    where = f"block {phase.block:,}" + (f", about {time}" if time else "")
    if phase.moved:
        way = "after" if phase.moved > 0 else "before"
        where += f", {abs(phase.moved)} blocks {way} the time asked for, at the end of a step"
    parts = [
        _key_words(f"{part}.{key}", value, None if "preset" in what else before[part].get(key))
        for part, values in what.items()
        if isinstance(values, Mapping)
        for key, value in values.items()
    ]
    if "preset" in what:
        text = f"the rules are those of {what['preset']}"
        text += f", with {_joined(parts)}" if parts else ""
    else:
        text = _joined(parts) or "the rules are as before"
    return f"From day {day:.6g} on ({where}), {text}."


def _key_words(key: str, value: Any, was: Any) -> str:
    return f"{key} = {value}" + ("" if was is None else f" instead of {was}")


def describe_what_stays(config: Config) -> Iterator[tuple[str, str]]:
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


def _joined(parts: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))
