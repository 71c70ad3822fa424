"""Measures how a step of n blocks differs from n steps of one block, for every preset.

On the embedded mainnet network, over 30 days, along two paths without any randomness in them:
receivers of alpha sell their part and nobody else trades; and on top of that each subnet has one
fixed flow a day, spread evenly over the day. What differs is then due to the length of a step.

    python scripts/step_lengths.py [--days N] [--write FILE] [PRESET ...]
"""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from dtaojax import chain
from dtaojax.assembly import Slots, build_demand, build_network
from dtaojax.demand.clock import Clock
from dtaojax.demand.flow.config import StudentFlowConfig
from dtaojax.demand.flow.student_flow import student_flow
from dtaojax.demand.holders.config import EmissionSellingConfig
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.mechanism.config import MechanismConfig
from dtaojax.mechanism.liquidity.pools import spot_price
from dtaojax.mechanism.presets import PRESETS
from dtaojax.mechanism.step import step
from dtaojax.network import NetworkTable, load_network
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState

SEED = 2026
LENGTHS = (60, 360, 7_200)
LEAST_SHARE = 1e-3
"""Shares of emission below it are left out: behind a gate they go with the fourth power of a
price, and no result rests on them."""
MEDIAN_BOUND, MOST_BOUND = 1e-3, 1e-2
"""The longest step is chosen whose error in the emission share keeps both, on both paths."""
LONGEST_DEFAULT = chain.GATE_INTERVAL_BLOCKS
"""A tempo: report days within a day, payouts and the gate's bar go by it."""
DEGREES_OF_FREEDOM = 5.0

INTRODUCTION = f"""# How long a step may be

Written by `scripts/step_lengths`. A step of n blocks applies n times the amounts of its first block
and lets prices move linearly meanwhile; n = 1 is the chain's own algorithm. The table shows by how
much other lengths differ from it after {{days}} days on the embedded network (block 8,791,253),
relative, median and maximum over subnets: spot price, share of the last day's emission (of at least
{LEAST_SHARE:.1%}), issuance of TAO and of each alpha.

Two paths without chance: *selling*, where receivers of emitted alpha sell the default parts of it;
and *flow*, where each subnet has on top of that one fixed Student-t flow a day (seed {SEED}),
spread evenly over the day.

The default n of a preset is the longest, up to a tempo (360), whose error in the share of emission
has a median below {MEDIAN_BOUND:.1%} and a maximum below {MOST_BOUND:.0%} on both paths; where
none does, the shortest of the table, with the error that stands here. Days are too long for what
goes by the tempo: the gate's bar, payouts, and report days within a day.

Flow-driven shares start from averages of zero and move by half in a day, so that they lag by half
a step; in `netflow_2026` they also switch as a subnet's net flow changes its sign, and no length
but 1 follows every switch. Most prices are hardly touched. Where such shares matter, set
`run.step_blocks = 1`.

The flat fee of `launch_2025` is paid once a step and subnet: with n = 1 somebody trades, and pays
it, in every block, so its error does not shrink with n.

The emission of a step is that of its first block, so a halving inside a step comes with the next
one. That mints at most (n - 1) E / 2 too much, E from before, and once a halving: at n = 360 and
E = 0.5 less than 90 TAO, 9e-6 of the issuance at the first halving; of a subnet's alpha likewise,
less than 180 to participants and as much again where the pool gets alpha at the full rate.

| preset | path | n | price | share of emission | TAO issuance | alpha issuance | |
|---|---|---|---|---|---|---|---|
"""


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


def daily_pushes(table: NetworkTable, days: int) -> np.ndarray:
    """No flow, and one Student-t flow a day and subnet as large as the default demand's."""
    parameters = StudentFlowConfig().model_dump(exclude={"process"})
    scale = student_flow(SEED, **parameters).scale
    shape = (days, table.n_subnets)
    scores = np.random.default_rng(SEED).standard_t(DEGREES_OF_FREEDOM, shape)
    pushes = np.asarray(scale(jnp.asarray(table.tao_in))) * scores
    return np.stack([np.zeros(shape), pushes])


def run(rules: MechanismConfig, table: NetworkTable, pushes: np.ndarray, blocks: int) -> Outcome:
    """Both paths to the horizon in steps of ``blocks``.

    Args:
        rules: of the preset.
        table: the network.
        pushes: change of log(tao_in) by path, day and subnet [1/day].
        blocks: n.
    """
    steps_a_day = chain.BLOCKS_PER_DAY // blocks
    steps = steps_a_day * pushes.shape[1]
    mechanism = rules.build()
    subnets, start = build_network(table, rules)
    (selling,) = build_demand(
        (EmissionSellingConfig(),), SEED, Slots(table, table.n_subnets), Path()
    )

    def one(push_a_day: jax.Array) -> Outcome:
        def advance(i: jax.Array, now: tuple[NetworkState, jax.Array]):
            state, received = now
            clock = Clock(i, blocks)

            def intents_of(paid: NetworkState, protocol: Coinbase) -> Intents:
                sales, _ = selling.intents(None, clock, subnets, paid, protocol)
                return sales._replace(push=push_a_day[clock.day] * clock.days)

            after, flows = step(mechanism, subnets, state, blocks, intents_of)
            emitted = flows.coinbase.block_emission * flows.coinbase.shares.final
            return after, received + jnp.where(i >= steps - steps_a_day, blocks * emitted, 0.0)

        nothing = jnp.zeros_like(start.alpha_out)
        state, received = lax.fori_loop(0, steps, advance, (start, nothing))
        share = received / jnp.maximum(jnp.sum(received), 1e-9)
        return Outcome(spot_price(state.pools), share, state.total_issuance, state.alpha_issuance)

    return Outcome(*map(np.asarray, jax.jit(jax.vmap(one))(jnp.asarray(pushes))))


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
    """The longest step up to a tempo that keeps both bounds on every path, else the shortest."""
    kept = [
        length
        for length, paths in by_length.items()
        if length <= LONGEST_DEFAULT
        and all(
            error is None or (error.median < MEDIAN_BOUND and error.most < MOST_BOUND)
            for error in (path["share"] for path in paths)
        )
    ]
    return max(kept, default=LENGTHS[0])


def measure(preset: str, days: int) -> list[str]:
    """The table's rows of a preset."""
    rules, table = MechanismConfig.model_validate(preset), load_network("finney_8791253")
    pushes = daily_pushes(table, days)
    exact = run(rules, table, pushes, 1)
    by_length = {}
    for length in LENGTHS:
        rough = run(rules, table, pushes, length)
        by_length[length] = [errors(exact, rough, path) for path in range(len(pushes))]
    chosen = choice(by_length)
    rows = []
    for length, paths in by_length.items():
        for name, found in zip(("selling", "flow"), paths, strict=True):
            cells = " | ".join(_cell(found[figure]) for figure in Outcome._fields)
            mark = "**default**" if length == chosen else ""
            rows.append(f"| `{preset}` | {name} | {length:,} | {cells} | {mark} |")
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
    parser.add_argument("--days", type=int, default=30, help="horizon (30)")
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
