"""Rows that need other worlds, and how the result is shown."""

from __future__ import annotations

import dataclasses
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
REFERENCE = "dtaojax, float64"
FAIR_C = (
    "The C program calls the C library's exponentials and logarithms one by one, so it is no bar "
    "for what native code can do. With the polynomials of `elementary.py` inlined, a population "
    "count for the rank and without `-ffast-math`, the same C takes 41.8 ns a subnet-step on one "
    "thread, dtaojax 77.2 and the C below 88.4: dtaojax has 0.54 of the speed of a fair native "
    "program."
)
"""What an independent measurement found of the rival."""


def in_float32(repeats: int, size: int, days: int) -> dict[str, list[float]]:
    """The engine in float32, in a process of its own, since precision is a process's."""
    command = [sys.executable, HERE / "float32.py", str(repeats), str(size), str(days)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(answer.stdout)


def linear_cost(size: int) -> list[dict[str, float]]:
    """Seconds by paths, steps and subnets, the others fixed."""
    import contestants as c
    import extract

    rows = []

    def measure(what: str, paths: int, steps: int, subnets: int) -> None:
        inputs = extract.read((f"run.horizon_days={steps / 20:g}", "run.report_days=[1.0]"))
        inputs = dataclasses.replace(inputs, network=repeated(inputs.network, subnets))
        world, bins = extract.world_of(inputs)
        # Fewer bins, or the widest network's histograms would not fit a small machine.
        bins = bins._replace(inside=64, log_width=bins.log_width * (bins.inside / 64))
        one = c.dtaojax("", world, bins, steps, paths, min(64, 64 * 128 // subnets))
        one.run(paths)
        seconds = statistics.median(_seconds(lambda: one.run(paths)) for _ in range(3))
        work = paths * steps * subnets
        rows.append(
            {
                "what": what,
                "paths": paths,
                "steps": steps,
                "subnets": subnets,
                "seconds": seconds,
                "ns_per_subnet_step": 1e9 * seconds / work,
            }
        )

    for paths in (128, 512, 2048):
        measure("paths", paths * size, 100, 128)
    for steps in (100, 400, 1600):
        measure("steps", 128 * size, steps, 128)
    for subnets in (32, 128, 512, 4096):
        measure("subnets", 128 * size * 128 // subnets or 2, 100, subnets)
    return rows


def repeated(network: Any, subnets: int) -> Any:
    """A network of so many subnets: mainnet's own, over and over, each time a little deeper."""
    rows = np.arange(subnets) % network.n_subnets
    deeper = 1.0 + 0.01 * (np.arange(subnets) // network.n_subnets)
    changed: dict[str, Any] = {}
    for field in dataclasses.fields(network):
        value = getattr(network, field.name)
        if isinstance(value, np.ndarray) and value.shape == (network.n_subnets,):
            changed[field.name] = value[rows]
    for name in ("tao_in", "alpha_in"):
        changed[name] = changed[name] * deeper
    changed |= {
        "netuid": np.arange(1, subnets + 1),
        "names": tuple(str(number) for number in range(1, subnets + 1)),
        "observed": None,
    }
    return dataclasses.replace(network, **changed)


def _seconds(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def markdown(result: dict[str, Any]) -> str:
    """The tables, as text."""
    rates = {name: statistics.median(each) for name, each in result["subnet_steps_per_s"].items()}
    reference = rates[REFERENCE]
    lines = [
        f"# Benchmark: {result['machine']['processor']}, {result['machine']['device']}",
        "",
        f"{result['subnets']} subnets, {result['steps']} steps of a tempo; median of "
        f"{result['repeats']} interleaved repeats.",
        "",
        FAIR_C,
        "",
        "| program | million subnet-steps/s | spread | dtaojax float64 is |",
        "|---|---|---|---|",
    ]
    for name, rate in sorted(rates.items(), key=lambda pair: -pair[1]):
        each = result["subnet_steps_per_s"][name]
        spread = (max(each) - min(each)) / rate
        ratio = reference / rate
        lines.append(f"| {name} | {rate / 1e6:.3g} | {spread:.0%} | {ratio:,.3g}x as fast |")
    if result["linear"]:
        lines += [
            "",
            "| varied | paths | steps | subnets | seconds | ns a subnet-step |",
            "|---|---|---|---|---|---|",
        ]
        lines += [
            f"| {row['what']} | {row['paths']:,} | {row['steps']:,} | {row['subnets']:,} "
            f"| {row['seconds']:.3g} | {row['ns_per_subnet_step']:.3g} |"
            for row in result["linear"]
        ]
    return "\n".join(lines) + "\n"


def plot(result: dict[str, Any], file: Path) -> None:
    """Bars of the rates, on a logarithmic axis."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams |= {"svg.hashsalt": "bench", "svg.fonttype": "none"}
    from matplotlib import pyplot

    rates = {name: statistics.median(each) for name, each in result["subnet_steps_per_s"].items()}
    ordered = sorted(rates.items(), key=lambda pair: pair[1])
    figure, axes = pyplot.subplots(figsize=(8, 0.45 * len(ordered) + 1))
    colours = ["#c2571a" if name.startswith("dtaojax") else "#8a8f98" for name, _ in ordered]
    axes.barh([name for name, _ in ordered], [rate for _, rate in ordered], color=colours)
    axes.set_xscale("log")
    axes.set_xlabel("subnet-steps a second")
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})
