"""Measures parts of the device benchmark, and prints a line of JSON for each when it is done.

python device_parts.py JOB, where JOB is the JSON of a :class:`Job`. Precision is a process's, and
so is the memory that it has taken; so :mod:`device` starts this for each precision.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

ALIKE, MAINNET = "benchmark", "mainnet"
"""Worlds: what the benchmark's rivals follow too, and all of configs/mainnet.toml."""


class Part(NamedTuple):
    """One measurement.

    Attributes:
        kind: ``about``, ``ceilings``, ``step``, ``engine`` or ``run``.
        world: of a step or the engine.
        block: paths in a block, of a step or the engine.
    """

    kind: str
    world: str = ""
    block: int = 0


class Job(NamedTuple):
    """What a process measures.

    Attributes:
        precision: ``float64`` or ``float32``.
        parts: in turn.
        paths: of a run of the engine, unless a block holds more.
        days: of a run of the engine.
        repeats: of which medians are taken.
        elements: of the arrays on which the ceilings are measured.
        run_paths: of the whole command.
        run_days: of the whole command.
        until: when no further part is begun, in seconds of :func:`time.time`.
    """

    precision: str
    parts: tuple[Part, ...]
    paths: int
    days: int
    repeats: int
    elements: int
    run_paths: int
    run_days: int
    until: float


def measure(job: Job, part: Part) -> dict[str, Any]:
    """What is found; JSON types only."""
    match part.kind:
        case "about":
            return _about()
        case "ceilings":
            return _ceilings(job)
        case "step":
            return _step(job, part)
        case "engine":
            return _engine(job, part)
        case "run":
            return _run(job)
    raise ValueError(f"{part.kind}: no such part")


def _about() -> dict[str, Any]:
    import jax

    from dtaojax.execution import runtime

    device = jax.local_devices()[0]
    return {
        "platform": device.platform,
        "device": runtime.device_name(),
        "devices": jax.local_device_count(),
        "versions": runtime.versions(),
    }


def _ceilings(job: Job) -> dict[str, Any]:
    import ceilings

    return {
        "bytes_per_s": ceilings.bandwidth(job.elements, job.repeats),
        "operations_per_s": ceilings.operations(max(job.elements // 8, 1), job.repeats),
    }


def _step(job: Job, part: Part) -> dict[str, Any]:
    import extract
    from step_cost import step_cost

    world, _ = extract.world_of(_inputs(job, part.world))
    cost = step_cost(world, part.block)
    return cost._asdict() | {"passes": cost.passes}


def _engine(job: Job, part: Part) -> dict[str, Any]:
    import contestants as c
    import extract

    inputs = _inputs(job, part.world)
    world, bins = extract.world_of(inputs)
    steps, paths = inputs.config.run.n_steps, max(job.paths, part.block)
    one = c.dtaojax(part.world, world, bins, steps, paths, part.block)
    first = c.timed(one)
    seconds = [c.timed(one) for _ in range(job.repeats)]
    work = paths * steps * world.start.moving_price.size
    return {
        "paths": paths,
        "steps": steps,
        "first_s": first,
        "seconds": seconds,
        "subnet_steps_per_s": [work / each for each in seconds],
        "peak_bytes": _peak_bytes(),
    }


def _run(job: Job) -> dict[str, Any]:
    import extract

    from dtaojax.inputs import read_inputs
    from dtaojax.studies.run.simulate import run_report

    asked = (f"run.paths={job.run_paths}", f"run.horizon_days={job.run_days}")
    inputs = read_inputs(extract.CONFIG, (*asked, f'run.precision="{job.precision}"'))
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        run_report(inputs, Path(folder), lambda done: None)
        wall = time.perf_counter() - began
        manifest = json.loads((Path(folder) / "manifest.json").read_text(encoding="utf-8"))
    return {
        "paths": job.run_paths,
        "days": job.run_days,
        "block": manifest["run"]["block_paths"],
        "wall_s": wall,
        "wall_times": manifest["wall_times"],
        "peak_bytes": _peak_bytes(),
    }


def _inputs(job: Job, world: str) -> Any:
    import extract

    from dtaojax.inputs import read_inputs

    alike = extract.ALIKE if world == ALIKE else ()
    asked = (f'run.precision="{job.precision}"', f"run.horizon_days={job.days}")
    return read_inputs(extract.CONFIG, (*alike, *asked))


def _peak_bytes() -> int | None:
    """Most memory of the device that this process has used so far, where the device tells."""
    import jax

    return (jax.local_devices()[0].memory_stats() or {}).get("peak_bytes_in_use")


def _say(found: dict[str, Any]) -> None:
    print(json.dumps(found), flush=True)  # noqa: T201 the answer of this process


def main() -> None:
    """Measures part by part; one that fails is told and does not keep the others from it."""
    given = json.loads(sys.argv[1])
    job = Job(**given)._replace(parts=tuple(Part(*part) for part in given["parts"]))

    from dtaojax.execution import runtime

    runtime.configure(job.precision)
    for part in job.parts:
        about = part._asdict() | {"precision": job.precision}
        if time.time() > job.until:
            _say(about | {"failed": "left out for want of time; give more --minutes"})
            continue
        try:
            _say(about | measure(job, part))
        except Exception as error:
            # Out of memory, or what a device's compiler does not know: the rest is worth having.
            text = " ".join(str(error).split())[:300]
            _say(about | {"failed": f"{type(error).__name__}: {text}"})


if __name__ == "__main__":
    main()
