"""The programs that are compared, each run in the same way."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import model_numpy
import numpy as np
from jax import lax
from native import Native
from plain import plain_functions
from problem import Problem

from dtaojax.engine.chunk import Plan, chunk_size, compute_chunk
from dtaojax.engine.devices import device_threads
from dtaojax.engine.run import default_workers, run_on
from dtaojax.engine.statistics import Bins
from dtaojax.numerics.streams import Stream
from dtaojax.world.world import World

HERE = Path(__file__).parent
FINAL = ("tao_in", "alpha_in", "moving_price")
HHI = 0
"""Place of the HHI of emission among the scalars of a path."""


class Outcome(NamedTuple):
    """What every contestant computes.

    Attributes:
        hhi: of each path's emission at the horizon.
        price: mean over paths at the horizon, by subnet.
        price_variance: variance over paths.
    """

    hhi: np.ndarray
    price: np.ndarray
    price_variance: np.ndarray


class Contestant(NamedTuple):
    """A program.

    Attributes:
        name: in the table.
        paths: that one timed run computes; each is given about as much time.
        steps: of a timed run.
        run: computes the paths and returns an outcome, and the seconds if it measures itself.
    """

    name: str
    paths: int
    steps: int
    run: Callable[[int], tuple[Outcome | None, float | None]]


def dtaojax(name: str, world: World, bins: Bins, steps: int, paths: int, block: int) -> Contestant:
    """This project's engine, with its histograms, events and tallies."""
    workers = default_workers()

    def go(count: int) -> tuple[Outcome, None]:
        hhi: list[np.ndarray] = []
        plan = Plan(count, (steps,), block, chunk_size(count, block, workers))
        with device_threads(workers) as pool:
            found = run_on(
                pool,
                partial(compute_chunk, world, bins, plan),
                bins,
                plan,
                lambda first, scalars, lost_at: hhi.append(scalars[:, -1, HHI]),
                lambda done: None,
                workers=workers,
            )
        origin, scale = np.asarray(bins.origin)[0], np.asarray(bins.scale)[0]
        mean = found.deviation[-1, 0] / count
        variance = found.squared[-1, 0] / count - mean**2
        return Outcome(np.concatenate(hhi), origin + scale * mean, scale**2 * variance), None

    return Contestant(name, paths, steps, go)


class _JaxRandom(Stream):
    """A stream that asks jax.random, as most programs do."""

    def for_path(self, path: jax.Array) -> _JaxRandom:
        root = jax.random.key(0)
        return _JaxRandom(jax.random.key_data(jax.random.fold_in(root, path)) ^ self.key)

    def normals(self, time: jax.Array, lanes: int) -> jax.Array:
        key = jax.random.fold_in(jax.random.wrap_key_data(self.key), time)
        return jax.random.normal(key, (lanes,), jnp.float32)


def naive_jax(name: str, world: World, steps: int, paths: int, *, own_streams: bool) -> Contestant:
    """The same model in plain ``jax.numpy``, under ``vmap`` of ``scan``, all paths at once.

    Args:
        name: in the table.
        world: the model.
        steps: to the horizon.
        paths: of a timed run.
        own_streams: use this project's generator, to check the rest; else jax.random.
    """
    if not own_streams:
        import equinox as eqx

        streams = world.demand[0].streams
        world = eqx.tree_at(
            lambda w: w.demand[0].streams,
            world,
            type(streams)(*(_JaxRandom(stream.key) for stream in streams)),
        )

    @jax.jit
    def simulate(numbers: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
        def one(path: jax.Array) -> tuple[jax.Array, jax.Array]:
            carry = world.begin(path)
            carry, _ = lax.scan(
                lambda carry, number: (world.advance(carry, number), None),
                carry,
                jnp.arange(steps, dtype=jnp.int32),
            )
            seen = world.observe(carry, jnp.int32(steps))
            return seen.scalars[HHI], seen.gauges[0]

        hhi, price = jax.vmap(one)(numbers)
        return hhi, price.mean(0), price.var(0)

    def go(count: int) -> tuple[Outcome, None]:
        with plain_functions():
            found = simulate(jnp.arange(count, dtype=jnp.uint32))
        return Outcome(*(np.asarray(part) for part in found)), None

    return Contestant(name, paths, steps, go)


def batched_numpy(problem: Problem, paths: int, batch: int) -> Contestant:
    """One thread, whole batches of paths at a time."""

    def go(count: int) -> tuple[Outcome, None]:
        parts = [
            model_numpy.simulate(problem, first, min(batch, count - first))
            for first in range(0, count, batch)
        ]
        final = [model_numpy.shares(problem, state, state["gate_bar"])[0] for state in parts]
        hhi = np.concatenate([(share**2).sum(-1) for share in final])
        price = np.concatenate([model_numpy.spot_price(state) for state in parts])
        return Outcome(hhi, price.mean(0), price.var(0)), None

    return Contestant("NumPy, batched", paths, problem.steps, go)


def native(problem: Problem, precision: str, paths: int) -> Contestant:
    """C with OpenMP, on all cores."""
    program = Native(problem, precision)

    def go(count: int) -> tuple[Outcome, None]:
        found = program.simulate(0, count)
        mean = found.price / count
        return Outcome(found.hhi, mean, found.price_squared / count - mean**2), None

    return Contestant(f"C with OpenMP, {precision}", paths, problem.steps, go)


def radcad(
    problem: Problem, python: Path, folder: Path, paths: int, steps: int, *, deep_copies: bool
) -> Contestant:
    """radCAD 0.14 on all cores, which measures itself without its start."""
    stored, out = folder / "problem.npz", folder / "radcad.npz"
    problem.save(stored)
    options = () if deep_copies else ("--without-deep-copies",)

    def go(count: int) -> tuple[None, float]:
        command = [python, HERE / "rival_radcad.py", stored, str(count), str(steps), out, *options]
        answer = subprocess.run(command, check=True, capture_output=True, text=True)
        return None, float(answer.stdout.split()[-1])

    name = "radCAD 0.14" if deep_copies else "radCAD 0.14 without deep copies"
    return Contestant(name, paths, steps, go)


def timed(contestant: Contestant) -> float:
    """Seconds of one run."""
    began = time.perf_counter()
    _, seconds = contestant.run(contestant.paths)
    return time.perf_counter() - began if seconds is None else seconds


def make_radcad_environment(folder: Path) -> Path:
    """An environment with radCAD, made where there is none; its Python."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        packages = ("radcad==0.14", "numpy<1.26.4", "typing_extensions")
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
    return python
