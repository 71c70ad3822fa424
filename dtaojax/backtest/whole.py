"""Scores of a whole run against what came: every subnet, the network, and events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dtaojax.scoring.coverage import inside
from dtaojax.scoring.crps import fair_crps
from dtaojax.scoring.pit import pit

FloatArray = NDArray[np.float64]

UNCHANGED = "unchanged"
"""The forecast that nothing changes."""


def score_subnets(
    samples: Mapping[str, FloatArray],
    outcome: FloatArray,
    start: FloatArray,
    levels: Sequence[float],
    seed: int,
) -> dict[str, Any]:
    """Score the forecasts of one figure of all subnets on one date.

    Args:
        samples: name of the forecast -> one value a path and subnet (paths, subnets); the first
            forecast is the one whose coverage is told.
        outcome: what came (subnets,).
        start: at the start of the run (subnets,).
        levels: of central intervals.
        seed: of the places of outcomes among equal values.

    Returns:
        ``subnets``, ``coverage_<level>``, and ``crps_<forecast>``, the mean over subnets, also for
        the forecast that nothing changes.
    """
    sorted_samples = {name: np.sort(values.T, axis=1) for name, values in samples.items()}
    first = next(iter(sorted_samples.values()))
    place = pit(first, outcome, np.random.default_rng(seed).random(len(outcome)))
    return {
        "subnets": len(outcome),
        **{f"coverage_{level:g}": float(inside(place, level).mean()) for level in levels},
        **{
            f"crps_{name}": float(fair_crps(values, outcome).mean())
            for name, values in sorted_samples.items()
        },
        f"crps_{UNCHANGED}": float(np.abs(start - outcome).mean()),
    }


def score_network(
    samples: Mapping[str, FloatArray],
    outcome: float,
    start: float,
    levels: Sequence[float],
) -> dict[str, Any]:
    """Score the forecasts of one figure of the network on one date.

    Returns:
        ``outcome``, ``median``, ``low_<level>``, ``high_<level>`` and ``inside_<level>`` of the
        first forecast, and ``crps_<forecast>``.
    """
    first = next(iter(samples.values()))
    row: dict[str, Any] = {"outcome": outcome, "start": start, "median": float(np.median(first))}
    for level in levels:
        low, high = np.quantile(first, [0.5 - level / 2, 0.5 + level / 2])
        row |= {
            f"low_{level:g}": float(low),
            f"high_{level:g}": float(high),
            f"inside_{level:g}": bool(low <= outcome <= high),
        }
    for name, values in samples.items():
        drawn = np.sort(values)[None]
        row[f"crps_{name}"] = float(fair_crps(drawn, np.array([outcome]))[0])
    row[f"crps_{UNCHANGED}"] = abs(start - outcome)
    return row
