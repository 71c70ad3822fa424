"""The same model in radCAD 0.14, in an environment of its own.

    python rival_radcad.py PROBLEM.npz PATHS STEPS OUT.npz [--without-deep-copies]

Prints the seconds that the runs took.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import model_numpy as model
import numpy as np
from problem import Problem, load
from radcad import Engine, Experiment, Model, Simulation
from radcad.engine import Backend


def policy(params: dict, substep: int, history: list, previous: dict) -> dict:
    """Draws what users want and takes the network one step further."""
    problem: Problem = params["problem"]
    number = previous["timestep"]
    # Each run draws the same numbers as that path of the other contestants.
    path = np.array([previous["run"] - 1 if "run" in previous else 0])
    keys = model.stream_keys(problem, path)
    lanes = problem.subnets
    scores = model.scores_of_day(problem, keys, number)
    if scores is not None:
        scores = {name: each[0] for name, each in scores.items()}
    drawn = model.normals(keys["intraday"], number, lanes + 2)[0]
    own, common = drawn[:lanes], drawn[lanes : lanes + 1]
    return {"network": model.step(problem, previous["network"], number, own, common, scores)}


def network(params: dict, substep: int, history: list, previous: dict, said: dict) -> tuple:
    """Takes the state that the policy made."""
    return "network", said["network"]


def main() -> None:
    """Runs and times."""
    problem = load(Path(sys.argv[1]))
    paths, steps = int(sys.argv[2]), int(sys.argv[3])
    simulation = Simulation(
        model=Model(
            initial_state={"network": model.begin(problem)},
            state_update_blocks=[{"policies": {"step": policy}, "variables": {"network": network}}],
            params={"problem": [problem]},
        ),
        timesteps=steps,
        runs=paths,
    )
    experiment = Experiment([simulation])
    experiment.engine = Engine(
        backend=Backend.MULTIPROCESSING, deepcopy="--without-deep-copies" not in sys.argv
    )
    began = time.perf_counter()
    rows = experiment.run()
    seconds = time.perf_counter() - began
    last = [row for row in rows if row["timestep"] == steps]
    last.sort(key=lambda row: row["run"])
    np.savez(
        sys.argv[4],
        **{
            name: np.array([row["network"][name] for row in last])
            for name in ("tao_in", "alpha_in", "moving_price")
        },
    )
    print(seconds)  # noqa: T201 the answer of this process


if __name__ == "__main__":
    main()
