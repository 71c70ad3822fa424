"""Writes the fits of behaviour that come with the package: see scripts/behaviour."""

from __future__ import annotations

import itertools
import os
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from behaviour_rates import (
    ENGAGED_PRIORS,
    IDLE_PRIORS,
    PART,
    Fitted,
    Moves,
    burn_states,
    fit_burn_rates,
    fit_single_rate,
    fit_steps,
)

from dtaojax import chain
from dtaojax.behaviour.miner_burn import EVERYTHING_FROM, MOVES, NOTHING_BELOW

REACH = 0.8
"""Part of the bar from which on a subnet counts as in reach of it."""
STEP_DEGREES_OF_FREEDOM = 4.0
FITS = Path(__file__).parents[1] / "dtaojax" / "config" / "fits"


class State(NamedTuple):
    """The network on a date, as arrays over netuids."""

    block: int
    moving_price: np.ndarray
    burned: np.ndarray
    enabled: np.ndarray
    registered_at: np.ndarray

    @property
    def in_reach(self) -> np.ndarray:
        """Subnets that without burn would stand at REACH of the rank bar or above it."""
        kept = self.moving_price * (1.0 - np.minimum(self.burned, 1.0))
        bar = np.sort(kept)[::-1][chain.GATE_RANK - 1]
        return self.moving_price >= REACH * bar

    @property
    def state(self) -> np.ndarray:
        """State of each burn."""
        return burn_states(self.burned, NOTHING_BELOW, EVERYTHING_FROM)


class Batches(NamedTuple):
    """Batches of switches by root up to a date.

    Attributes:
        events: how many.
        days: since SubnetEmissionEnabled exists (2026-05-27).
        off: chance to be switched off of those whose owner burns all, of others out of reach, and
            of those in reach.
    """

    events: int
    days: float
    off: tuple[float, float, float]


BATCHES = {
    # 54 off in one block on 2026-06-22 (mechanism §12.5): by class as measured in forecast.md.
    "2026-08-07": Batches(1, 72.0, (0.83, 0.25, 0.03)),
    # And 12 more off between 08-30 and 09-06, the other way round: the mean of the two.
    "2026-09-06": Batches(2, 102.0, (0.42, 0.20, 0.12)),
}


def read_states(folder: Path) -> list[State]:
    """The states of all dates, the earliest first."""
    last = pd.read_csv(folder / "finney_9005759.csv").set_index("netuid").drop(index=0)
    first = pd.read_csv(folder / "finney_8791253.csv").set_index("netuid").drop(index=0)
    owners = pd.read_csv(folder / "owners_2026.csv")
    begun = pd.read_csv(folder / "burn_20260802.csv").set_index("netuid")
    by_block = {int(block): table.set_index("netuid") for block, table in owners.groupby("block")}
    prices = by_block[min(by_block)].moving_price
    by_block[8_753_086] = begun.rename(
        columns={"burn": "miner_burned", "enabled": "emission_enabled"}
    ).assign(moving_price=prices)
    by_block[8_791_253] = first
    registered = np.maximum(first.registered_at, last.registered_at.reindex(first.index))
    return [
        State(
            block,
            table.moving_price.reindex(first.index).fillna(0.0).to_numpy(),
            table.miner_burned.reindex(first.index).fillna(0.0).to_numpy(),
            table.emission_enabled.reindex(first.index).to_numpy() == 1,
            registered.to_numpy(),
        )
        for block, table in sorted(by_block.items())
    ]


def fit(states: list[State], batches: Batches) -> str:
    """The fit as TOML."""
    moves: list[tuple[float, int, int, bool]] = []
    steps: list[tuple[float, float]] = []
    singles = {"on": [0, 0.0], "off": [0, 0.0]}
    for before, after in itertools.pairwise(states):
        days = (after.block - before.block) / chain.BLOCKS_PER_DAY
        there = before.registered_at <= before.block
        engaged = before.enabled & before.in_reach
        first, second = before.state, after.state
        for at in np.flatnonzero(there):
            moves.append((days, first[at], second[at], engaged[at]))
            if first[at] == second[at] == PART:
                steps.append((days, _logit(after.burned[at]) - _logit(before.burned[at])))
        flips = there & (before.enabled != after.enabled)
        for name, was_on in (("on", False), ("off", True)):
            exposed = there & (before.enabled == was_on)
            count = int((flips & exposed).sum())
            # More than five at once are a batch, which is counted as one.
            singles[name][0] += count if count <= 5 else 0
            singles[name][1] += days * exposed.sum()
    levels = [_logit(burned) for state in states for burned in state.burned[state.state == PART]]
    columns = [np.array(column) for column in zip(*moves, strict=True)]
    everyone = Moves(*columns)
    groups = {
        name: fit_burn_rates(Moves(*(column[chosen] for column in everyone)), priors)
        for name, chosen, priors in (
            ("engaged", everyone.engaged, ENGAGED_PRIORS),
            ("idle", ~everyone.engaged, IDLE_PRIORS),
        )
    }
    moved = fit_steps(steps, STEP_DEGREES_OF_FREEDOM)
    lines = [
        "[miner_burn]",
        f"reach = {REACH}",
        f"level_mean = {np.mean(levels):.3g}  # of {len(levels)} partial burns, all dates together",
        f"level_sd = {np.std(levels):.3g}",
        f"step = {_rate(moved.rate)}",
        f"step_scale = {moved.scale:.3g}",
        f"step_degrees_of_freedom = {STEP_DEGREES_OF_FREEDOM}",
    ]
    for name, rates in groups.items():
        days = everyone.days[everyone.engaged == (name == "engaged")].sum()
        lines += ["", f"[miner_burn.{name}]  # {days:.0f} subnet-days"]
        lines += [f"{move} = {_rate(rate)}" for move, rate in zip(MOVES, rates, strict=True)]
    all_, out, near = batches.off
    lines += [
        "",
        "[emission_switch]",
        *(
            f"{name} = {_rate(fit_single_rate(*singles[name]))}  # {singles[name][0]} in "
            f"{singles[name][1]:.0f} subnet-days"
            for name in singles
        ),
        f"batch = {_rate(fit_single_rate(batches.events, batches.days))}"
        f"  # {batches.events} in {batches.days:.0f} days",
        f"batch_on = {0.5 / (batches.events + 1.0):.2g}  # none seen",
        f"reach = {REACH}",
        f"switched_off = {{ burns_all = {all_}, out_of_reach = {out}, in_reach = {near} }}",
        "switched_on = { burns_all = 0.25, out_of_reach = 0.25, in_reach = 0.25 }  # assumed",
    ]
    return "\n".join(lines) + "\n"


def _logit(burn: float) -> float:
    place = (burn - NOTHING_BELOW) / (EVERYTHING_FROM - NOTHING_BELOW)
    place = min(max(place, 1e-3), 1.0 - 1e-3)
    return float(np.log(place / (1.0 - place)))


def _rate(fitted: Fitted) -> str:
    return f"{{ rate = {fitted.rate:.3g}, events = {fitted.events:.3g} }}"


def main() -> None:
    """Writes one file for each date up to which data may be seen."""
    states = read_states(Path(os.environ.get("DTAOJAX_DATA", "../shared/data")))
    for date, last in (("2026-08-07", 8_791_253), ("2026-09-06", 9_005_759)):
        seen = [state for state in states if state.block <= last]
        head = (
            f"# Behaviour of owners and root, fitted to {len(seen)} states of the network up to\n"
            f"# {date}; made by scripts/behaviour, explained in docs/behaviour.md. Rates are per\n"
            "# day; events say what it rests on: its relative standard error is events**-0.5.\n\n"
        )
        file = FITS / f"until_{date.replace('-', '_')}.toml"
        file.write_text(head + fit(seen, BATCHES[date]))
        sys.stdout.write(f"{file}\n")


if __name__ == "__main__":
    main()
