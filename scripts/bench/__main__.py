"""The benchmark: dtaojax against what one might use instead, in one run.

    ./scripts/bench/run [--repeats 5] [--with-radcad] [--out reports/bench]

Every contestant simulates `gate_rank_2026` with investors' flow and selling of emission, 128
subnets, one step a tempo. Before anything is timed, all must agree on the same paths. Runs
are interleaved and the median of the repeats is reported, in subnet-steps a second.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from dtaojax.execution import runtime

CHECK_STEPS, CHECK_PATHS = 40, 64


def main() -> None:
    """Checks, times, writes and prints."""
    options = _options()
    runtime.configure("float64")
    import checks
    import contestants as c
    import extract
    import tables

    with tempfile.TemporaryDirectory() as scratch:
        python = None
        if options.with_radcad:
            python = c.make_radcad_environment(options.radcad_environment)
        inputs = extract.read((f"run.horizon_days={options.days}",))
        world, bins = extract.world_of(inputs)
        checks.all_agree(world, bins, CHECK_STEPS, CHECK_PATHS, python, Path(scratch))
        steps = inputs.config.run.n_steps
        problem = extract.problem_of(world, steps)
        size = options.size
        field = [
            c.dtaojax("dtaojax, float64", world, bins, steps, 256 * size, 64),
            c.native(problem, "float64", 256 * size),
            c.native(problem, "float32", 512 * size),
            c.naive_jax("naive JAX, float64", world, steps, 128 * size, own_streams=False),
            c.batched_numpy(problem, 32 * size, 32),
        ]
        if python is not None:
            for deep in (True, False):
                # Fewer steps, as a run of the whole horizon would take most of the time.
                few = extract.problem_of(world, 200)
                field.append(c.radcad(few, python, Path(scratch), 4 * size, 200, deep_copies=deep))
        for contestant in field:
            c.timed(contestant)
        seconds = interleaved(field, c.timed, options.repeats)
        rates = {
            one.name: [one.paths * one.steps * problem.subnets / s for s in seconds[one.name]]
            for one in field
        }
        precision32 = tables.in_float32(options.repeats, size, options.days)
        rates |= precision32
        linear = [] if options.no_linear else tables.linear_cost(size)
    options.out.mkdir(parents=True, exist_ok=True)
    result = {
        "machine": {"device": runtime.device_name(), "processor": processor()},
        "versions": runtime.versions(),
        "subnets": problem.subnets,
        "steps": steps,
        "repeats": options.repeats,
        "subnet_steps_per_s": rates,
        "linear": linear,
    }
    (options.out / "cpu.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    text = tables.markdown(result)
    (options.out / "cpu.md").write_text(text, encoding="utf-8")
    tables.plot(result, options.out / "cpu.svg")
    print(text)  # noqa: T201 the answer


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--size", type=int, default=1, help="times the paths of each run")
    parser.add_argument("--out", type=Path, default=Path("reports/bench"))
    parser.add_argument(
        "--with-radcad", action="store_true", help="make its environment and run it"
    )
    parser.add_argument("--radcad-environment", type=Path, default=Path(".venv-radcad"))
    parser.add_argument("--no-linear", action="store_true", help="leave out the table of costs")
    return parser.parse_args()


def interleaved(field: Sequence, run: Callable[..., float], repeats: int) -> dict[str, list[float]]:
    """Seconds of every contestant, each repeat in turn, so that a disturbance hits all alike."""
    seconds: dict[str, list[float]] = {one.name: [] for one in field}
    for repeat in range(repeats):
        order = field if repeat % 2 == 0 else field[::-1]
        for one in order:
            seconds[one.name].append(run(one))
    return seconds


def processor() -> str:
    """The processor's name, where the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if "model name" in line)
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
