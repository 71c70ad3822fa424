"""The engine on whatever device JAX finds, against what that device could do at most.

    ./scripts/bench/gpu [--against-cpu] [--run-paths 1000000] [--minutes 6] [--out reports/bench]

Measures the device's ceilings, counts what a step of a subnet moves and computes, and times the
engine on the benchmark's world and on all of configs/mainnet.toml, in float64 and float32. What
comes first matters most. ``gpu.json`` and ``gpu.md`` (``device_cpu`` on a CPU) are written anew
after every measurement, so that one that is broken off leaves what it has found.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

sys.path.insert(0, str(Path(__file__).parent))

from device_parts import ALIKE, MAINNET, Job, Part
from device_tables import markdown

HERE: Final = Path(__file__).parent
PRECISIONS: Final = ("float64", "float32")


class Sizes(NamedTuple):
    """How much suits a device.

    Attributes:
        blocks: paths in a block; the first is measured for everything.
        paths: of a timed run, unless a block holds more.
        days: of a timed run.
        elements: of the arrays on which the ceilings are measured.
    """

    blocks: tuple[int, ...]
    paths: int
    days: int
    elements: int


ON_CPU: Final = Sizes((32,), 256, 30, 2**23)
ON_ACCELERATOR: Final = Sizes((8192, 1024, 32_768), 8192, 30, 2**27)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures, writes and prints."""
    options = _options(arguments)
    until = time.time() + 60.0 * options.minutes

    def job(precision: str, parts: Sequence[Part], sizes: Sizes) -> Job:
        return Job(
            precision=precision,
            parts=tuple(parts),
            paths=options.paths or sizes.paths,
            days=options.days or sizes.days,
            repeats=options.repeats,
            elements=options.elements or sizes.elements,
            run_paths=options.run_paths,
            run_days=options.run_days,
            until=until,
        )

    (about,) = findings(job("float64", [Part("about")], ON_CPU))
    if "failed" in about:
        sys.exit(f"no device can be used: {about['failed']}")
    sizes = ON_CPU if about["platform"] == "cpu" else ON_ACCELERATOR
    blocks = tuple(options.blocks or sizes.blocks)
    result: dict[str, Any] = {"about": about, "repeats": options.repeats, "found": []}
    stem = options.out / ("device_cpu" if about["platform"] == "cpu" else about["platform"])
    options.out.mkdir(parents=True, exist_ok=True)

    def take(job: Job, where: str, environment: Mapping[str, str] | None = None) -> None:
        for found in findings(job, environment):
            result["found"].append({"where": where, **found})
            _write(result, stem)

    for precision in options.precisions:
        take(job(precision, first_parts(blocks[0], options.worlds), sizes), "device")
    if options.against_cpu:
        for precision in options.precisions:
            parts = [Part("engine", world, ON_CPU.blocks[0]) for world in options.worlds]
            take(job(precision, parts, ON_CPU), "cpu", {"JAX_PLATFORMS": "cpu"})
    for precision in options.precisions:
        further = [Part("engine", options.worlds[0], block) for block in blocks[1:]]
        if further:
            take(job(precision, further, sizes), "device")
    if options.run_paths:
        take(job("float64", [Part("run")], sizes)._replace(until=math.inf), "device")
    print(markdown(result))  # noqa: T201 the answer


def first_parts(block: int, worlds: Sequence[str]) -> Iterator[Part]:
    """The measurements of a precision that all others are held against."""
    yield Part("ceilings")
    for world in worlds:
        yield Part("engine", world, block)
        yield Part("step", world, block)


def findings(job: Job, environment: Mapping[str, str] | None = None) -> Iterator[dict[str, Any]]:
    """What a process of its own finds, as it finds it; a process that dies is a finding too.

    Ceilings are those of one device, so one GPU is shown to it, unless the caller's environment
    names others.
    """
    command = [sys.executable, str(HERE / "device_parts.py"), json.dumps(job._asdict())]
    waiting = list(job.parts)
    seen = {"CUDA_VISIBLE_DEVICES": "0", **os.environ, **(environment or {})}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=seen) as process:
        assert process.stdout is not None
        for line in process.stdout:
            # Whatever else a library prints is no finding.
            if line.startswith("{"):
                waiting.pop(0)
                yield json.loads(line)
    for part in waiting:
        failed = f"its process ended with code {process.returncode}; what it wrote says why"
        yield part._asdict() | {"precision": job.precision, "failed": failed}


def _write(result: dict[str, Any], stem: Path) -> None:
    text = json.dumps(result, indent=1) + "\n"
    stem.with_suffix(".json").write_text(text, encoding="utf-8")
    stem.with_suffix(".md").write_text(markdown(result), encoding="utf-8")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./scripts/bench/gpu", description=(__doc__ or "").split("\n")[0]
    )
    add = parser.add_argument
    add("--minutes", type=float, default=6.0, help="begin none after so many but the whole command")
    add("--repeats", type=int, default=3)
    add("--blocks", type=int, nargs="+", help="paths in a block; by default what suits the device")
    add("--paths", type=int, help="of a timed run, unless a block holds more")
    add("--days", type=int, help="of a timed run")
    add("--elements", type=int, help="of the arrays on which the ceilings are measured")
    add("--precisions", nargs="+", choices=PRECISIONS, default=list(PRECISIONS))
    add("--worlds", nargs="+", choices=(ALIKE, MAINNET), default=[ALIKE, MAINNET])
    add("--run-paths", type=int, default=0, help="also run configs/mainnet.toml with so many")
    add("--run-days", type=int, default=90, help="horizon of that run")
    add("--against-cpu", action="store_true", help="also time the engine on this machine's CPU")
    add("--out", type=Path, default=Path("reports/bench"))
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
