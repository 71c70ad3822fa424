"""When the rules of a run come into force: its changes, brought to the ends of steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from dtaojax import chain
from dtaojax.config.config import Config
from dtaojax.config.run import RunConfig
from dtaojax.mechanism.config import TIMES, ChangeConfig, RulesConfig
from dtaojax.schema.dates import block_at, read_moment
from dtaojax.schema.errors import Problem

NEAR_BLOCKS: Final = chain.BLOCKS_PER_DAY // 24
"""How far from the end of a step a date may be: an hour, which dates of blocks are known to
[blocks]."""


@dataclass(frozen=True)
class Phase:
    """Rules, and from when on they are in force.

    Attributes:
        step: number of steps that come before.
        block: the last block before.
        moved: how many blocks later than its date that is; negative for earlier [blocks].
        rules: in force from the next block on.
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
        phases: in order; the first is the start's.
        problems: keys from the top of the config; none where the phases can be run.
    """

    phases: tuple[Phase, ...]
    problems: tuple[Problem, ...]


def schedule(config: Config, start: int) -> Schedule:
    """Bring the changes of a config to ends of steps.

    A step has one set of rules, so ``at_day`` and ``at_block`` must be at the end of one; a date,
    which is not known to a block, is moved to the nearest one if that is not far.

    Args:
        config: of the run.
        start: block of the state from which it starts.
    """
    phases, problems = [Phase(0, start, 0, config.mechanism)], []
    for place, change in enumerate(config.mechanism.change):
        key = next(key for key in TIMES if getattr(change, key) is not None)
        found = _phase(change, config.run, start)
        fault = found
        if isinstance(found, Phase):
            fault = _misplaced(found, phases[-1], config.run, start)
            if fault is None:
                phases.append(found)
        if isinstance(fault, str):
            problems.append(Problem(f"mechanism.change.{place}.{key}", fault))
    return Schedule(tuple(phases), tuple(problems))


def rules_at(config: Config, start: int, block: int) -> RulesConfig:
    """Return the rules by which the block after a block of a run is made.

    Args:
        config: of the run, whose changes have places in it.
        start: block of the state from which it starts.
        block: not before the start.
    """
    return [phase.rules for phase in schedule(config, start).phases if phase.block <= block][-1]


def _phase(change: ChangeConfig, run: RunConfig, start: int) -> Phase | str:
    """The phase that a change begins, or what is wrong with its time."""
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
    """The ends of steps around a block."""
    before = start + step * length
    return (
        f"steps of {length} blocks from block {start} end at {before} and {before + length}: "
        "write one of them as at_block"
    )


def _misplaced(phase: Phase, before: Phase, run: RunConfig, start: int) -> str | None:
    """What is wrong with the place of a phase in the run; None if nothing is."""
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
