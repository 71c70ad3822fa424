"""Outcomes turned into tables of scores, one row a forecaster, horizon and group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from dtaojax.scoring.blocks import BlockEstimate, compare, mean_over_days
from dtaojax.scoring.pit import BINS, coverage, uniformity
from dtaojax.scoring.tails import (
    Transitions,
    christoffersen_conditional,
    christoffersen_independence,
    kupiec,
    simulated_tests,
    traffic_light,
    transitions,
    z1,
    z2,
)
from dtaojax.studies.backtest.prices.forecasters import FloatArray
from dtaojax.studies.backtest.prices.groups import OutcomeGroup


def _columns(name: str, estimate: BlockEstimate) -> dict[str, float]:
    return {
        name: estimate.value,
        f"{name}_error": estimate.standard_error,
        f"{name}_low": estimate.ci_low,
        f"{name}_high": estimate.ci_high,
    }


def coverage_table(found: Sequence[OutcomeGroup], levels: Sequence[float]) -> pd.DataFrame:
    """Tabulate coverage of central intervals: ``coverage`` with its error over blocks of days."""
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


def pit_table(found: Sequence[OutcomeGroup]) -> pd.DataFrame:
    """Tabulate histograms of the probability-integral transform, and tests of their uniformity.

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


def crps_table(found: Sequence[OutcomeGroup]) -> pd.DataFrame:
    """Tabulate mean CRPS and mean width of the 95 % interval [log return], with errors."""
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


def skill_table(found: Sequence[OutcomeGroup]) -> pd.DataFrame:
    """Compare CRPS in pairs, the first forecaster against each other one.

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


def _crps(group: OutcomeGroup) -> FloatArray:
    return group.rows["crps"].to_numpy()


LIGHT_DAYS = 60
"""Forecasts of a series from which it gets a traffic light of its own."""


def exceedance_table(found: Sequence[OutcomeGroup], levels: Sequence[float]) -> pd.DataFrame:
    """Tabulate exceedances of the VaR, with tests.

    ``rate`` and its error, and ``p_value_blocks`` of that rate, use all forecasts and respect
    blocks of days. The textbook tests (Kupiec, Christoffersen, traffic light) take exceedances for
    independent; so that forecasts do not overlap, they use every ``horizon``-th origin only:
    ``tested`` of them, ``tested_exceeded`` above the VaR. Subnets that fall on the same day make
    their p-values too small and the zones too strict. ``series_green`` and its neighbours count
    the series with at least 60 forecasts by their own zone.
    """
    rows: list[dict[str, Any]] = []
    for group in found:
        apart = _apart(group)
        for level in levels:
            p = 1.0 - level
            hits = (group.rows["pit"] < p).to_numpy()
            rate = mean_over_days(hits.astype(float), group.rows["day"].to_numpy(), group.block)
            tested = hits[apart]
            exceeded, total = int(tested.sum()), len(tested)
            pairs = _pairs(group, hits, apart)
            light = traffic_light(exceeded, total, p)
            error = rate.standard_error
            rows.append(
                {
                    **group.key,
                    "level": level,
                    "forecasts": rate.n,
                    "exceeded": int(hits.sum()),
                    "expected": p * rate.n,
                    "rate": rate.value,
                    "rate_error": error,
                    "p_value_blocks": (
                        float(2.0 * stats.norm.sf(abs(rate.value - p) / error)) if error else np.nan
                    ),
                    "tested": total,
                    "tested_exceeded": exceeded,
                    "kupiec": kupiec(exceeded, total, p).statistic,
                    "kupiec_p_value": kupiec(exceeded, total, p).p_value,
                    "independence": christoffersen_independence(pairs).statistic,
                    "independence_p_value": christoffersen_independence(pairs).p_value,
                    "conditional": christoffersen_conditional(pairs, p).statistic,
                    "conditional_p_value": christoffersen_conditional(pairs, p).p_value,
                    "zone": light.zone,
                    "yellow_from": light.yellow_from,
                    "red_from": light.red_from,
                    **_series_zones(group, hits, apart, p),
                }
            )
    return pd.DataFrame(rows)


def shortfall_table(
    found: Sequence[OutcomeGroup], levels: Sequence[float], tails: dict[float, FloatArray]
) -> pd.DataFrame:
    """Tabulate Acerbi and Szekely's Z1 and Z2, 0 in expectation and negative if losses are worse.

    ``z1_p_value`` and ``z2_p_value`` come from simulated histories of independent outcomes, on
    every ``horizon``-th origin; ``z2_error`` uses all forecasts and respects blocks of days.
    """
    rows: list[dict[str, Any]] = []
    for group in found:
        apart = _apart(group)
        for level in levels:
            p = 1.0 - level
            loss = -np.expm1(group.rows["outcome"].to_numpy())
            shortfall = group.rows[f"es_{100 * level:g}"].to_numpy()
            hits = (group.rows["pit"] < p).to_numpy()
            terms = 1.0 - np.where(hits, loss / shortfall, 0.0) / p
            over_all = mean_over_days(terms, group.rows["day"].to_numpy(), group.block)
            observed = (
                z1(loss[apart], hits[apart], shortfall[apart]),
                z2(loss[apart], hits[apart], shortfall[apart], p),
            )
            first, second = simulated_tests(observed, tails[level][group.places[apart]], p)
            rows.append(
                {
                    **group.key,
                    "level": level,
                    "forecasts": len(loss),
                    "z1": z1(loss, hits, shortfall),
                    "z2": over_all.value,
                    "z2_error": over_all.standard_error,
                    "tested": int(apart.sum()),
                    "z1_tested": first.statistic,
                    "z1_p_value": first.p_value,
                    "z2_tested": second.statistic,
                    "z2_p_value": second.p_value,
                }
            )
    return pd.DataFrame(rows)


def _apart(group: OutcomeGroup) -> NDArray[np.bool_]:
    """Return which rows are of forecasts that do not overlap."""
    day = group.rows["day"].to_numpy()
    return (day - day.min()) % group.horizon == 0


def _pairs(group: OutcomeGroup, hits: NDArray[np.bool_], apart: NDArray[np.bool_]) -> Transitions:
    """Count pairs of consecutive forecasts of each series that do not overlap."""
    day = group.rows["day"].to_numpy()[apart]
    step = (day - day.min()) // group.horizon
    series = np.unique(group.rows["series"].to_numpy()[apart], return_inverse=True)[1]
    shape = (int(step.max()) + 1, int(series.max()) + 1)
    grid, known = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    grid[step, series] = hits[apart]
    known[step, series] = True
    return transitions(grid, known)


class _Zones(NamedTuple):
    series_green: int
    series_yellow: int
    series_red: int


def _series_zones(
    group: OutcomeGroup, hits: NDArray[np.bool_], apart: NDArray[np.bool_], p: float
) -> dict[str, int]:
    """Count the series in each zone, of those with enough forecasts."""
    series = np.unique(group.rows["series"].to_numpy()[apart], return_inverse=True)[1]
    totals = np.bincount(series)
    exceeded = np.bincount(series, weights=hits[apart]).astype(int)
    zones = [
        traffic_light(int(x), int(n), p).zone
        for x, n in zip(exceeded, totals, strict=True)
        if n >= LIGHT_DAYS
    ]
    return _Zones(zones.count("green"), zones.count("yellow"), zones.count("red"))._asdict()
