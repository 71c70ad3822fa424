"""Compiles and calls ``model.c``."""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

import model_numpy
import numpy as np
from problem import Problem

SOURCE = Path(__file__).with_name("model.c")
FLAGS = ("-O3", "-march=native", "-ffast-math", "-fopenmp", "-shared", "-fPIC")


class Found(NamedTuple):
    """What the native program leaves.

    Attributes:
        hhi: of each path's emission at the horizon.
        price: sum over paths, by subnet.
        price_squared: sum over paths of its square.
        final: reserves and moving price of every path and subnet, where asked for.
    """

    hhi: np.ndarray
    price: np.ndarray
    price_squared: np.ndarray
    final: dict[str, np.ndarray] | None


class _Problem(ctypes.Structure):
    _ints = ("subnets", "steps", "step_blocks", "blocks_per_day", "rank", "knots", "all_enabled")
    _reals = (
        "total_issuance", "root_tao", "tao_weight", "exponent", "ema_cap", "owner_cut",
        "owner_sells", "miner_sells", "validator_sells", "table_edge", "table_step",
        "level_sd", "level_persistence", "swing_sd", "swing_persistence", "scale_at_1000_tao",
        "depth_exponent", "age_exponent", "max_sd", "common_share", "drift",
    )  # fmt: skip
    _keys = ("level_key", "swing_key", "daily_key", "intraday_key")
    _arrays = (
        "tao_in", "alpha_in", "w_tao", "alpha_out", "protocol_alpha", "moving_price", "paid_miners",
        "in_emit_set", "emission_enabled", "owner_cut_enabled", "log_multiple", "level_start",
        "level_start_sd", "swing_start", "swing_start_sd", "age_days", "ema_level", "ema_moment",
    )  # fmt: skip
    _fields_ = (
        *((name, ctypes.c_int) for name in _ints),
        *((name, ctypes.c_double) for name in _reals),
        *((name, ctypes.c_uint32 * 2) for name in _keys),
        *((name, ctypes.c_void_p) for name in _arrays),
    )


class Native:
    """The native program for a problem, in one precision."""

    def __init__(self, problem: Problem, precision: str) -> None:
        real = {"float64": "double", "float32": "float"}[precision]
        self._folder = tempfile.TemporaryDirectory()
        library = Path(self._folder.name) / "model.so"
        flags = (f"-DREAL={real}", *(("-DREAL_IS_FLOAT=1",) if real == "float" else ()))
        subprocess.run(["cc", *FLAGS, *flags, "-o", library, SOURCE, "-lm"], check=True)
        self._simulate = ctypes.CDLL(str(library)).simulate
        self._simulate.restype = None
        self._subnets = problem.subnets
        numbers = np.arange(problem.steps)[:, None]
        age = (
            problem.block + numbers * problem.step_blocks + 0.5 * (problem.step_blocks + 1)
            - (problem.first_emission_block - 1)
        )  # fmt: skip
        rates = problem.ema_rate * age / (age + problem.ema_halving_blocks)
        weights = [model_numpy.ema_weights(rate, problem.step_blocks) for rate in rates]
        tables = {
            "age_days": model_numpy.age_days(problem, 0),
            "ema_level": np.array([level for level, _ in weights], dtype=precision),
            "ema_moment": np.array([moment for _, moment in weights], dtype=precision),
        }
        self._kept = {
            name: tables.get(name)
            if name in tables
            else np.ascontiguousarray(getattr(problem, name), dtype=np.float64)
            for name in _Problem._arrays
        }
        values = {name: getattr(problem, name) for name in _Problem._reals}
        values |= {name: getattr(problem, name) for name in _Problem._ints[:-2]}
        values |= {name: (ctypes.c_uint32 * 2)(*getattr(problem, name)) for name in _Problem._keys}
        values |= {name: array.ctypes.data for name, array in self._kept.items()}
        self._problem = _Problem(
            knots=len(problem.log_multiple),
            all_enabled=int(problem.emission_enabled.all()),
            **values,
        )

    def simulate(self, first: int, paths: int, *, keep: bool = False) -> Found:
        """Runs paths, whose numbers begin at ``first``."""
        hhi = np.empty(paths)
        price, squared = np.empty(self._subnets), np.empty(self._subnets)
        names = ("tao_in", "alpha_in", "moving_price")
        final = {name: np.empty((paths, self._subnets)) for name in names} if keep else None
        arrays = [*(final.values() if final else (None,) * 3), hhi, price, squared]
        pointers = [None if a is None else ctypes.c_void_p(a.ctypes.data) for a in arrays]
        self._simulate(
            ctypes.byref(self._problem), ctypes.c_int64(first), ctypes.c_int64(paths), *pointers
        )
        return Found(hhi, price, squared, final)
