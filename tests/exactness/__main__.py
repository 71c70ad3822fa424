"""Compares every preset with the exact reference and writes what was found as a table.

python -m exactness [--blocks N] [--seed N] [--write FILE] [PRESET ...]
python -m exactness PRESET --segments N [N ...]
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import jax

from . import PRESET_NAMES, Evidence, compare
from .document import page, row
from .presets import ROUNDINGS
from .run import BLOCKS


def main(arguments: Sequence[str]) -> int:
    """Runs the comparison; 1 where the two sides disagree."""
    parser = argparse.ArgumentParser(prog="scripts/exactness", description=__doc__.split("\n")[0])
    parser.add_argument("presets", nargs="*", metavar="PRESET", help="default: all")
    parser.add_argument("--blocks", type=int, default=10_000, help="of each preset (10000)")
    parser.add_argument("--seed", type=int, default=2026, help="of networks, orders, events (2026)")
    parser.add_argument(
        "--segments", type=int, nargs="+", metavar="N", help=f"only these, of {BLOCKS} blocks each"
    )
    parser.add_argument("--write", type=Path, metavar="FILE", help="for the table")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.presets) - set(PRESET_NAMES):
        parser.error(f"no preset {', '.join(sorted(unknown))}; there are {', '.join(PRESET_NAMES)}")
    blocks = chosen.blocks
    if chosen.segments:
        blocks = BLOCKS * (max(chosen.segments) + 1)
    jax.config.update("jax_enable_x64", True)
    found: list[tuple[Evidence, Evidence]] = []
    for name in chosen.presets or PRESET_NAMES:
        exact, floor = (
            compare(name, rounding, blocks, chosen.seed, chosen.segments) for rounding in ROUNDINGS
        )
        found.append((exact, floor))
        for line in (row(exact, floor), *exact.disagreements, *floor.disagreements):
            _say(line)
    if chosen.write:
        chosen.write.write_text(page(found, chosen.seed), encoding="utf-8")
    return 1 if any(one.n_disagreements for pair in found for one in pair) else 0


def _say(line: str) -> None:
    sys.stdout.write(line + os.linesep)
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
