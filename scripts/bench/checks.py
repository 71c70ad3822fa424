"""All contestants must compute the same thing before any of them is timed."""

from __future__ import annotations

from pathlib import Path

import contestants as c
import extract
import numpy as np
from native import Native
from problem import Problem

from dtaojax.engine.statistics import Bins
from dtaojax.world.world import World

# Deviates are float32 everywhere, but each library rounds its logarithm in its own way.
CLOSE = {"float64": 1e-6, "float32": 1e-4}


def all_agree(
    world: World, bins: Bins, steps: int, paths: int, radcad_python: Path | None, folder: Path
) -> None:
    """Runs the same paths with everything.

    Raises:
        SystemExit: two contestants disagree.
    """
    problem = extract.problem_of(world, steps)
    ours, _ = c.dtaojax("dtaojax", world, bins, steps, paths, 64).run(paths)
    naive = c.naive_jax("naive JAX", world, steps, paths, own_streams=True)
    _same("naive JAX with our generator", naive.run(paths)[0], ours, 1e-9)
    drawn = c.naive_jax("naive JAX", world, steps, 16 * paths, own_streams=False)
    _alike("naive JAX", drawn.run(16 * paths)[0], 16 * paths, ours, paths)
    _same("NumPy", c.batched_numpy(problem, paths, paths).run(paths)[0], ours, CLOSE["float64"])
    for precision, close in CLOSE.items():
        _same(precision, c.native(problem, precision, paths).run(paths)[0], ours, close)
    if radcad_python is not None:
        _radcad_agrees(problem, radcad_python, folder)


def _same(name: str, found: c.Outcome, ours: c.Outcome, close: float) -> None:
    for part in ("hhi", "price"):
        got, expected = getattr(found, part), getattr(ours, part)
        worst = float(np.max(np.abs(got - expected) / np.maximum(np.abs(expected), 1e-12)))
        if not worst <= close:
            raise SystemExit(f"{name}: {part} differs by {worst:.1e} relative, above {close:.0e}")


def _alike(name: str, found: c.Outcome, many: int, ours: c.Outcome, few: int) -> None:
    """Other random numbers: means must agree within six standard errors of each subnet's price."""
    error = np.sqrt(ours.price_variance / few + found.price_variance / many)
    moved = error > 1e-9 * ours.price  # A subnet that does not trade differs by rounding.
    score = np.abs(found.price - ours.price)[moved] / error[moved]
    if not score.max() < 6.0:
        raise SystemExit(f"{name}: a mean price is {score.max():.1f} standard errors away")


def _radcad_agrees(problem: Problem, python: Path, folder: Path) -> None:
    paths = 2
    expected = Native(problem, "float64").simulate(0, paths, keep=True).final
    assert expected is not None
    contestant = c.radcad(problem, python, folder, paths, problem.steps, deep_copies=True)
    contestant.run(paths)
    with np.load(folder / "radcad.npz") as found:
        for name in c.FINAL:
            worst = float(np.max(np.abs(found[name] - expected[name]) / (expected[name] + 1e-12)))
            if not worst <= CLOSE["float64"]:
                raise SystemExit(f"radCAD: {name} differs by {worst:.1e} relative")
