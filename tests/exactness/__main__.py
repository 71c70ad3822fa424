"""Compares every preset with the exact reference and writes what was found as a table.

python -m exactness [--blocks N] [--seed N] [--write FILE] [PRESET ...]
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import jax

from . import PRESET_NAMES, Evidence, compare
from .presets import ROUNDINGS
from .run import BLOCKS

INTRODUCTION = """# How exactly the step follows the chain

Written by `scripts/exactness`: the JAX step of one block against the exact reference in
`tests/reference`, plain Python integers and decimals of 50 digits that were written from the
mechanism's specification alone. Networks, orders both ways and events are random; an event
(registration with pruning, start call, dissolution, another miner burn, an emission switched on or
off, a halving of TAO or of an alpha within some blocks, a new day, another root stake, an edge
state, ...) comes before every {segment} blocks.

*Without truncation* the step runs free for these {segment} blocks and must give the same real
numbers: the largest relative error of any price, share, weight or amount is shown. *With
truncation* the reference keeps whole rao as the chain does and every block of the step starts in
its state: the largest error of an amount is shown in rao, at the pool's price, for pools with a
token or more on each side.

| preset | blocks | events | error without truncation [relative] | with truncation [rao] |
|---|---|---|---|---|
"""


def main(arguments: Sequence[str]) -> int:
    """Runs the comparison; 1 where the two sides disagree."""
    parser = argparse.ArgumentParser(prog="scripts/exactness", description=__doc__.split("\n")[0])
    parser.add_argument("presets", nargs="*", metavar="PRESET", help="default: all")
    parser.add_argument("--blocks", type=int, default=10_000, help="of each preset (10000)")
    parser.add_argument("--seed", type=int, default=2026, help="of networks, orders, events (2026)")
    parser.add_argument("--write", type=Path, help="file for the table")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.presets) - set(PRESET_NAMES):
        parser.error(f"no preset {', '.join(sorted(unknown))}; there are {', '.join(PRESET_NAMES)}")
    jax.config.update("jax_enable_x64", True)
    found = []
    for name in chosen.presets or PRESET_NAMES:
        both = [compare(name, rounding, chosen.blocks, chosen.seed) for rounding in ROUNDINGS]
        found += both
        _say(row(*both))
        for evidence in both:
            for line in evidence.disagreements:
                _say(f"  {line}")
    if chosen.write:
        rows = [row(*pair) for pair in zip(found[::2], found[1::2], strict=True)]
        text = INTRODUCTION.format(segment=BLOCKS) + "\n".join(rows) + "\n"
        chosen.write.write_text(text, encoding="utf-8")
    return 1 if any(evidence.n_disagreements for evidence in found) else 0


def row(exact: Evidence, floor: Evidence) -> str:
    """The table's row of a preset."""
    return (
        f"| `{exact.preset}` | 2 x {exact.blocks:,} | {exact.events.total() + floor.events.total()}"
        f" | {exact.relative_error:.1e} | {floor.rao_error:.1f} |"
    )


def _say(line: str) -> None:
    sys.stdout.write(line + os.linesep)
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
