"""What all contestants compute, as plain numbers: one world, taken apart."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Problem:
    """A network under `gate_rank_2026`, with investors' flow and selling of emission.

    Names are those of the model. Arrays have one entry a subnet.
    """

    tao_in: np.ndarray
    alpha_in: np.ndarray
    w_tao: np.ndarray
    alpha_out: np.ndarray
    protocol_alpha: np.ndarray
    moving_price: np.ndarray
    paid_miners: np.ndarray
    in_emit_set: np.ndarray
    emission_enabled: np.ndarray
    owner_cut_enabled: np.ndarray
    first_emission_block: np.ndarray
    block: int
    total_issuance: float
    root_tao: float
    tao_weight: float
    rank: int
    exponent: float
    ema_rate: float
    ema_halving_blocks: float
    ema_cap: float
    owner_cut: float
    owner_sells: float
    miner_sells: float
    validator_sells: float
    level_key: np.ndarray
    swing_key: np.ndarray
    daily_key: np.ndarray
    intraday_key: np.ndarray
    log_multiple: np.ndarray
    table_edge: float
    table_step: float
    level_start: np.ndarray
    level_start_sd: np.ndarray
    level_sd: float
    level_persistence: float
    swing_start: np.ndarray
    swing_start_sd: np.ndarray
    swing_sd: float
    swing_persistence: float
    scale_at_1000_tao: float
    depth_exponent: float
    age_exponent: float
    max_sd: float
    common_share: float
    drift: float
    steps: int
    step_blocks: int
    blocks_per_day: int

    @property
    def subnets(self) -> int:
        """Number of subnets."""
        return len(self.tao_in)

    def save(self, file: Path) -> None:
        """Writes it as ``.npz``, for a contestant in another environment."""
        np.savez(file, **asdict(self))


def load(file: Path) -> Problem:
    """Reads what :meth:`Problem.save` wrote."""
    with np.load(file) as stored:
        return Problem(
            **{name: value if value.ndim else value.item() for name, value in stored.items()}
        )


def step_days(problem: Problem) -> float:
    """Length of a step [days]."""
    return problem.step_blocks / problem.blocks_per_day
