"""Tries mutated inputs and tells of each that is neither read right nor refused in one message."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from trial import kind_of, told, tried, tried_all


def main() -> int:
    """Return 1 where anything failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--replay", metavar="SEED:INDEX", help="try one input, and leave its files")
    parser.add_argument("--folder", type=Path, default=Path("fuzz"), help="for --replay")
    asked = parser.parse_args()
    if asked.replay:
        seed, _, index = asked.replay.partition(":")
        outcome, failure = tried(int(seed), int(index), asked.folder)
        sys.stdout.write(f"{kind_of(int(index))} in {asked.folder}: {outcome}\n")
        sys.stdout.write(told(failure) if failure else "")
        return int(failure is not None)
    started = time.perf_counter()
    shares = [range(first, asked.inputs, asked.workers) for first in range(asked.workers)]
    # A forked process could not use JAX.
    with ProcessPoolExecutor(asked.workers, mp_context=get_context("spawn")) as pool:
        found = list(pool.map(partial(tried_all, asked.seed), shares))
    counts: Counter[tuple[str, str]] = sum((part for part, _ in found), Counter())
    for (kind, outcome), count in sorted(counts.items()):
        sys.stdout.write(f"{kind:10} {outcome:10} {count:6,}\n")
    failures = sum(len(part) for _, part in found)
    seconds = time.perf_counter() - started
    sys.stdout.write(f"{asked.inputs:,} inputs, {failures} failures, {seconds:.0f} s\n")
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())
