"""Derivatives through whole runs against central differences, for every preset that has pools."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np

from dtaojax.assembly import build_world
from dtaojax.config.config import Config
from dtaojax.config.load import changed, config_from_dict
from dtaojax.config.overrides import OverrideError, value_at
from dtaojax.gradients.measures import FUNCTIONS
from dtaojax.gradients.parameter_map import Range, tangent_map
from dtaojax.gradients.path_history import run_path
from dtaojax.mechanism.presets import PRESETS
from dtaojax.network import NetworkTable, load_network

MEASURES = ("emission_hhi", "merit", "exit_slippage", "sell_pressure", "pump_gain")
"""Smooth ones, away from jumps on the path that is taken."""
KEYS = {
    "mechanism.gate.exponent": (1.0, 8.0),
    "mechanism.moving_price.rate": (1e-5, 1e-3),
    "mechanism.root.tao_weight": (0.05, 0.5),
    "demand.student_flow.drift": (-0.1, 0.1),
    "demand.student_flow.sd_at_1000_tao": (0.01, 0.05),
    "demand.emission_selling.miner": (0.3, 1.0),
}
"""Parameters and their ranges, in units of which derivatives are compared."""
RELATIVE, ABSOLUTE = 1e-5, 1e-9
WIDTH = 1e-5
DAYS, STEPS_A_DAY = 2, 2
QUICK_TO_COMPILE = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}


def small_network() -> NetworkTable:
    """The eight deepest subnets of the embedded network that can earn."""
    table = load_network("finney_8791253")
    depth = np.where(table.started & table.emission_enabled, table.tao_in, 0.0)
    rows = np.sort(np.argsort(depth)[-8:])
    columns = {f.name: getattr(table, f.name) for f in dataclasses.fields(table)}
    kept = {k: v[rows] if isinstance(v, np.ndarray) else v for k, v in columns.items()}
    kept["names"] = tuple(table.names[row] for row in rows)
    return NetworkTable(**{**kept, "observed": None, "other": {}})


def config_of(preset: str) -> Config:
    """Two days under the preset, with a bar that so small a network has."""
    config = config_from_dict(
        {
            "mechanism": {"preset": preset},
            "run": {"horizon_days": DAYS, "step_blocks": 7200 // STEPS_A_DAY},
            "demand": [{"process": "student_flow"}, {"process": "emission_selling"}],
            "arrivals": {"rate": 0.0},
        }
    )
    return (
        changed(config, {"mechanism.gate.rank": 3})
        if hasattr(config.mechanism.gate, "rank")
        else config
    )


def ranges_of(config: Config) -> list[Range]:
    """Those of the parameters that the config has."""
    tables, found = config.model_dump(mode="json"), []
    for key, (low, high) in KEYS.items():
        try:
            found.append(Range(key, float(value_at(tables, key)), low, high, False))
        except OverrideError:
            continue
    return found


def disagreement(config: Config, network: NetworkTable, ranges: Sequence[Range]) -> np.ndarray:
    """By measure and parameter, how far both derivatives are apart over what is allowed [-]."""
    start = np.array([each.start for each in ranges])
    width = np.array([each.high - each.low for each in ranges])
    near = tangent_map(lambda values: build_world(changed(config, values), network), ranges, start)

    def figures(values: jax.Array) -> jax.Array:
        history = run_path(near(values), jnp.uint32(3), DAYS, STEPS_A_DAY)
        return jnp.stack([FUNCTIONS[name](history) for name in MEASURES])

    at = jnp.asarray(start)
    value, slope = (
        jax.jit(function).lower(at).compile(QUICK_TO_COMPILE)
        for function in (figures, jax.jacfwd(figures))
    )
    pathwise = np.asarray(slope(at)) * width
    apart = np.empty_like(pathwise)
    for place in range(len(ranges)):
        step = WIDTH * width * (np.arange(len(ranges)) == place)
        near_by, farther = (
            np.asarray(value(at + by * step)) - np.asarray(value(at - by * step)) for by in (1, 2)
        )
        central = (8.0 * near_by - farther) / (12.0 * WIDTH)
        allowed = ABSOLUTE + RELATIVE * np.abs(central)
        apart[:, place] = np.abs(pathwise[:, place] - central) / allowed
    return apart


def say(line: str) -> None:
    """Prints a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Prints the worst pair of every preset; 1 if one of them disagrees."""
    jax.config.update("jax_enable_x64", True)
    network, worst = small_network(), 0.0
    say(f"apart, in units of {RELATIVE:g} of the derivative + {ABSOLUTE:g} of the range")
    for preset in PRESETS:
        config = config_of(preset)
        if config.mechanism.pool.kind == "none":
            continue
        ranges = ranges_of(config)
        apart = disagreement(config, network, ranges)
        measure, parameter = np.unravel_index(np.argmax(apart), apart.shape)
        pair = f"{MEASURES[measure]} by {ranges[parameter].key}"
        say(f"{preset:24} {apart.max():8.2g}  {pair}")
        worst = max(worst, float(apart.max()))
    return int(worst > 1.0)


if __name__ == "__main__":
    sys.exit(main())
