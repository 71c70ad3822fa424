"""From outcomes to tables of scores, one row a forecaster, horizon and group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from dtaojax.scoring.blocks import Estimate, mean_over_days
from dtaojax.scoring.coverage import coverage
from dtaojax.scoring.paired import compare
from dtaojax.scoring.pit import BINS, uniformity
from dtaojax.studies.backtest.forecasts.forecaster import FloatArray
from dtaojax.studies.backtest.forecasts.groups import Group


def _columns(name: str, estimate: Estimate) -> dict[str, float]:
    return {
        name: estimate.value,
        f"{name}_error": estimate.standard_error,
        f"{name}_low": estimate.ci_low,
        f"{name}_high": estimate.ci_high,
    }


def coverage_table(found: Sequence[Group], levels: Sequence[float]) -> pd.DataFrame:
    """Coverage of central intervals: ``coverage`` with its error over blocks of days."""
    rows: list[dict[str, Any]] = []
    for group in found:
        pit, day = group.rows["pit"].to_numpy(), group.rows["day"].to_numpy()
        for level in levels:
            estimate = coverage(pit, day, level, group.block)
            rows.append(
                {
                    **group.key,
                    "level": level,
                    **_columns("coverage", estimate),
                    "forecasts": estimate.n,
                    "days": int(np.unique(day).size),
                }
            )
    return pd.DataFrame(rows)


def pit_table(found: Sequence[Group]) -> pd.DataFrame:
    """Histograms of the probability-integral transform, and the test of their uniformity.

    One row a bin: ``low``, ``high``, ``density``, ``density_error``; ``distance`` and ``p_value``
    are of the whole histogram.
    """
    frames = []
    for group in found:
        result = uniformity(group.rows["pit"].to_numpy(), group.rows["day"].to_numpy(), group.block)
        edges = np.arange(BINS + 1) / BINS
        frame = pd.DataFrame(
            {
                "low": edges[:-1],
                "high": edges[1:],
                "density": result.density,
                "density_error": result.standard_error,
                "distance": result.distance,
                "p_value": result.p_value,
                "forecasts": len(group.rows),
            }
        )
        for place, (name, value) in enumerate(group.key.items()):
            frame.insert(place, name, value)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def crps_table(found: Sequence[Group]) -> pd.DataFrame:
    """Mean CRPS and mean width of the 95 % interval [log return], with errors."""
    rows = []
    for group in found:
        day = group.rows["day"].to_numpy()
        score = mean_over_days(group.rows["crps"].to_numpy(), day, group.block)
        width = mean_over_days(group.rows["width"].to_numpy(), day, group.block)
        rows.append(
            {
                **group.key,
                **_columns("crps", score),
                "width_95": width.value,
                "width_95_error": width.standard_error,
                "forecasts": score.n,
            }
        )
    return pd.DataFrame(rows)


def skill_table(found: Sequence[Group]) -> pd.DataFrame:
    """Paired comparisons of CRPS, the first forecaster against each other one.

    ``difference`` is negative, and ``skill`` positive, where the first is better.
    """
    first = found[0].forecaster
    scores = {
        (group.horizon, group.kind, group.label): group
        for group in found
        if group.forecaster == first
    }
    rows = []
    for group in found:
        if group.forecaster == first:
            continue
        mine = scores[group.horizon, group.kind, group.label]
        result = compare(_crps(mine), _crps(group), group.rows["day"].to_numpy(), group.block)
        rows.append(
            {
                **group.key,
                "forecaster": first,
                "against": group.forecaster,
                **_columns("difference", result.difference),
                **_columns("skill", result.skill),
                "p_value": result.p_value,
                "forecasts": result.difference.n,
            }
        )
    return pd.DataFrame(rows)


def _crps(group: Group) -> FloatArray:
    return group.rows["crps"].to_numpy()
