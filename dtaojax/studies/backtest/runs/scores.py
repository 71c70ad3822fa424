"""Scores of a whole run against what came: every subnet, the network, and events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dtaojax.scoring.pit import inside, pit
from dtaojax.scoring.scores import fair_crps

FloatArray = NDArray[np.float64]

UNCHANGED = "unchanged"
"""The forecast that nothing changes."""
PIT_BINS = 10
"""Tenths of the forecast, in which a tenth of all outcomes belong each."""


def places(samples: FloatArray, outcome: FloatArray, seed: int) -> FloatArray:
    """Return where outcomes fall in their forecasts: the probability-integral transform.

    Args:
        samples: one value a path and subnet (paths, subnets).
        outcome: what came (subnets,).
        seed: of the places of outcomes among equal values.
    """
    drawn = np.random.default_rng(seed).random(len(outcome))
    return pit(np.sort(samples.T, axis=1), outcome, drawn)


def tenths(place: FloatArray) -> list[float]:
    """Return the part of all outcomes in each of :data:`PIT_BINS` parts of the forecasts."""
    counts, _ = np.histogram(place, bins=PIT_BINS, range=(0.0, 1.0))
    return (counts / len(place)).tolist()


def score_subnets(
    samples: Mapping[str, FloatArray],
    outcome: FloatArray,
    start: FloatArray,
    levels: Sequence[float],
    place: FloatArray,
) -> dict[str, Any]:
    """Score the forecasts of one figure of all subnets on one date.

    Args:
        samples: name of the forecast -> one value a path and subnet (paths, subnets); the first
            forecast is the one whose coverage is told.
        outcome: what came (subnets,).
        start: at the start of the run (subnets,).
        levels: of central intervals.
        place: of the outcomes in the first forecast (:func:`places`).

    Returns:
        ``subnets``, ``coverage_<level>``, and ``crps_<forecast>``, the mean over subnets, also for
        the forecast that nothing changes.
    """
    sorted_samples = {name: np.sort(values.T, axis=1) for name, values in samples.items()}
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
        ``outcome``, ``at_start``, ``median``, ``pit`` (the part of the first forecast's paths below
        what came, half of those that equal it), ``low_<level>``, ``high_<level>`` and
        ``inside_<level>`` of the first forecast, and ``crps_<forecast>``.
    """
    first = next(iter(samples.values()))
    row: dict[str, Any] = {
        "outcome": outcome,
        "at_start": start,
        "median": float(np.median(first)),
        "pit": float(np.mean(first < outcome) + 0.5 * np.mean(first == outcome)),
    }
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
