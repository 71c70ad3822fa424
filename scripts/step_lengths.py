"""Measures how a step of n blocks differs from n steps of one block, for every preset.

On the embedded mainnet network, over 30 days, along two paths without any randomness in them:
receivers of alpha sell their part and nobody else trades; and on top of that each subnet has one
fixed flow a day, spread evenly over the day. What differs is then due to the length of a step.

    python scripts/step_lengths.py [--days N] [--write FILE] [PRESET ...]
"""

import argparse
import dataclasses
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from dtaojax import chain
from dtaojax.build import build_world
from dtaojax.config import (
    PRESETS,
    Config,
    EmissionSellingConfig,
    StudentFlowConfig,
    config_from_dict,
)
from dtaojax.demand.process import Clock, DemandProcess
from dtaojax.demand.student_flow import student_flow
from dtaojax.mechanism.pools import spot_price
from dtaojax.mechanism.step import Coinbase, coinbase
from dtaojax.network import NetworkTable, load_network
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets
from dtaojax.state.shapes import PathNumber
from dtaojax.world.world import World

SEED = 2026
LENGTHS = (60, 360, 7_200)
LEAST_SHARE = 1e-3
"""Shares of emission below it are left out: behind a gate they go with the fourth power of a
price, and no result rests on them."""
MEDIAN_BOUND, MOST_BOUND = 1e-3, 1e-2
"""The longest step is chosen whose error in the emission share keeps both, on both paths."""
DEGREES_OF_FREEDOM = 5.0

INTRODUCTION = f"""# How long a step may be

Written by `scripts/step_lengths`. A step of n blocks applies n times the amounts of its first block
and lets prices move linearly meanwhile; n = 1 is the chain's own algorithm. The table shows by how
much other lengths differ from it after {{days:g}} days on the embedded network (block 8,791,253),
relative, median and maximum over subnets: spot price, emission share (of at least
{LEAST_SHARE:.1%}), issuance of TAO and of each alpha.

Two paths without chance: *selling*, where receivers of emitted alpha sell the default parts of it;
and *flow*, where each subnet has on top of that one fixed Student-t flow a day (seed {SEED}),
spread evenly over the day.

The default n of a preset is the longest whose error in the emission share has a median below
{MEDIAN_BOUND:.1%} and a maximum below {MOST_BOUND:.0%} on both paths; none that does, 1.

| preset | path | n | price | emission share | TAO issuance | alpha issuance | |
|---|---|---|---|---|---|---|---|
"""


class FixedFlow(DemandProcess):
    """The same flow a day on every path, spread evenly over the day's blocks.

    Attributes:
        push_a_day: change of log(tao_in) by day and subnet [1/day].
    """

    push_a_day: jax.Array

    def begin(self, path: PathNumber, subnets: Subnets, state: NetworkState) -> None:
        """Nothing is remembered."""

    def intents(
        self, memory: None, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, None]:
        """The step's part of the day's flow."""
        push = self.push_a_day[clock.day] * clock.days
        return Intents(push, jnp.zeros_like(push)), None


class Outcome(NamedTuple):
    """The network after the horizon, by path and subnet."""

    price: np.ndarray
    share: np.ndarray
    tao_issuance: np.ndarray
    alpha_issuance: np.ndarray


class Error(NamedTuple):
    """Relative error over subnets."""

    median: float
    most: float


def daily_pushes(config: Config, table: NetworkTable, days: float) -> np.ndarray:
    """No flow, and one Student-t flow a day and subnet as large as the default demand's."""
    flow = next(part for part in config.demand if isinstance(part, StudentFlowConfig))
    scale = student_flow(SEED, **flow.model_dump(exclude={"process"})).scale
    shape = (int(np.ceil(days)), table.n_subnets)
    scores = np.random.default_rng(SEED).standard_t(DEGREES_OF_FREEDOM, shape)
    pushes = np.asarray(scale(jnp.asarray(table.tao_in))) * scores
    return np.stack([np.zeros(shape), pushes])


def run(
    config: Config, table: NetworkTable, pushes: np.ndarray, blocks: int, days: float
) -> Outcome:
    """Both paths to the horizon in steps of ``blocks``."""
    steps = round(days * chain.BLOCKS_PER_DAY / blocks)

    @eqx.filter_jit
    def to_horizon(world: World, pushes: jax.Array) -> Any:
        def one(push: jax.Array) -> tuple[jax.Array, ...]:
            moved = eqx.tree_at(lambda w: w.demand[-1].push_a_day, world, push)
            start = moved.begin(jnp.uint32(0))
            carry = lax.fori_loop(0, steps, lambda i, now: moved.advance(now, i), start)
            state = carry.state
            _, next_block = coinbase(moved.mechanism, moved.taking_part(carry), state, 1)
            return (
                spot_price(state.pools),
                next_block.shares.final,
                state.total_issuance,
                state.alpha_issuance,
            )

        return jax.vmap(one)(pushes)

    world = build_world(config, table)
    flow = FixedFlow(jnp.asarray(pushes[0]))
    world = dataclasses.replace(world, step_blocks=blocks, demand=(*world.demand, flow))
    return Outcome(*map(np.asarray, jax.device_get(to_horizon(world, jnp.asarray(pushes)))))


def errors(exact: Outcome, rough: Outcome, path: int) -> dict[str, Error | None]:
    """Relative errors of each figure on a path; None where the preset has none of it."""
    found: dict[str, Error | None] = {}
    for name in Outcome._fields:
        want = np.atleast_1d(getattr(exact, name)[path])
        got = np.atleast_1d(getattr(rough, name)[path])
        counts = want >= LEAST_SHARE if name == "share" else want > 0.0
        relative = np.abs(got[counts] / want[counts] - 1.0)
        found[name] = (
            Error(float(np.median(relative)), float(relative.max())) if counts.any() else None
        )
    return found


def choice(by_length: Mapping[int, Sequence[dict[str, Error | None]]]) -> int:
    """The longest step that keeps both bounds on every path, 1 if none does."""
    kept = [
        length
        for length, paths in by_length.items()
        if all(
            error is None or (error.median < MEDIAN_BOUND and error.most < MOST_BOUND)
            for error in (path["share"] for path in paths)
        )
    ]
    return max(kept, default=1)


def measure(preset: str, days: float) -> list[str]:
    """The table's rows of a preset."""
    config = config_from_dict({"mechanism": preset})
    selling = tuple(part for part in config.demand if isinstance(part, EmissionSellingConfig))
    table = load_network("finney_8791253")
    pushes = daily_pushes(config, table, days)
    quiet = config.model_copy(update={"demand": selling})
    exact = run(quiet, table, pushes, 1, days)
    by_length = {}
    for length in LENGTHS:
        rough = run(quiet, table, pushes, length, days)
        by_length[length] = [errors(exact, rough, path) for path in (0, 1)]
    chosen = choice(by_length)
    rows = []
    for length, paths in by_length.items():
        for name, found in zip(("selling", "flow"), paths, strict=True):
            cells = " | ".join(_cell(found[figure]) for figure in Outcome._fields)
            mark = "**default**" if length == chosen else ""
            rows.append(f"| `{preset}` | {name} | {length:,} | {cells} | {mark} |")
    if chosen == 1:
        rows.append(f"| `{preset}` | | 1 | 0 | 0 | 0 | 0 | **default** |")
    return rows


def _cell(error: Error | None) -> str:
    if error is None:
        return "none"
    if error.median == error.most:
        return f"{error.most:.1e}"
    return f"{error.median:.1e}, {error.most:.1e}"


def main(arguments: Sequence[str]) -> int:
    """Measures, prints as it goes, and writes the table."""
    parser = argparse.ArgumentParser(
        prog="scripts/step_lengths", description=__doc__.split("\n")[0]
    )
    parser.add_argument("presets", nargs="*", metavar="PRESET", help="default: all")
    parser.add_argument("--days", type=float, default=30.0, help="horizon (30)")
    parser.add_argument("--write", type=Path, help="file for the table")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.presets) - set(PRESETS):
        parser.error(f"no preset {', '.join(sorted(unknown))}; there are {', '.join(PRESETS)}")
    jax.config.update("jax_enable_x64", True)
    rows = []
    for preset in chosen.presets or PRESETS:
        found = measure(preset, chosen.days)
        rows += found
        sys.stdout.write(os.linesep.join(found) + os.linesep)
        sys.stdout.flush()
    if chosen.write:
        text = INTRODUCTION.format(days=chosen.days) + "\n".join(rows) + "\n"
        chosen.write.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
