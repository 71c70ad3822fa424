"""Forecasts rolled through a history: at each origin only what was known then is used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dtaojax.history import Panel
from dtaojax.scoring.pit import pit
from dtaojax.scoring.scores import fair_crps
from dtaojax.studies.backtest.prices.forecasters import Fitted, FloatArray, Forecaster
from dtaojax.studies.backtest.prices.groups import BASKET, age_class, depth_class

TAIL_DRAWS = 20
"""Losses beyond the VaR that are kept of a forecast, for the simulation of its shortfall."""
_COUNTS = ("asked", "no_forecast", "no_day", "doubted", "ended", "judged")


@dataclass(frozen=True)
class RollPlan:
    """Origins, horizons and numbers of the forecasts that are rolled through a history.

    Attributes:
        origins: indices of the days from whose close is forecast, rising.
        horizons: times ahead, rising [days].
        paths: number of futures of a forecast.
        seed: seed of all random numbers.
        refit_days: time between two fits [days].
        var_levels: confidence of VaR and ES [-].
        mature_days: age from which a subnet is mature [days].
    """

    origins: tuple[int, ...]
    horizons: tuple[int, ...]
    paths: int
    seed: int
    refit_days: int
    var_levels: tuple[float, ...]
    mature_days: float


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Outcomes of all forecasts, and their scores.

    Attributes:
        table: a row for each forecaster, horizon, origin and series that every forecaster forecast:
            ``forecaster``, ``horizon``, ``day`` (index of the origin), ``series`` (or
            `dtaojax.studies.backtest.prices.groups.BASKET`), ``age`` [days], ``age_class``,
            ``depth_class``, ``outcome`` (log return), ``pit``, ``crps`` and ``width`` (of the
            95 % interval) in units of log return, and ``es_95`` ... [fraction of value].
        tails: losses beyond the VaR over the ES by VaR level, one row for each row of the table,
            shape (rows, TAIL_DRAWS) [-].
        counts: a row a horizon: ``horizon``; ``asked``, mature and young series quoted on an
            origin; ``no_forecast``, of which some forecaster could not say anything; ``no_day``,
            whose last day is missing in the history for all subnets; ``doubted``, whose quote on
            the origin or the last day is none, as later ones show; ``ended``, whose series was
            replaced or dissolved before; ``judged``, the rest.
        fits: number of times that each forecaster learnt.
    """

    table: pd.DataFrame
    tails: dict[float, FloatArray]
    counts: pd.DataFrame
    fits: int


def forecast_seed(seed: int, name: str, ordinal: int) -> int:
    """Return the seed (63 bits) of a forecaster on a day; the same whatever else is forecast."""
    words = np.random.SeedSequence([seed, ordinal, *name.encode()]).generate_state(1, np.uint64)
    return int(words[0] >> np.uint64(1))


def roll(
    panel: Panel,
    forecasters: Sequence[Forecaster],
    plan: RollPlan,
    progress: Callable[[int], None] = lambda done: None,
) -> Outcomes:
    """Forecast from every origin and compare with what came.

    A fit is made at the first origin and whenever ``refit_days`` have passed since the last one;
    in between, forecasts follow the history with the parameters of that fit.

    Args:
        panel: the whole history, by which forecasts are judged; no forecaster sees more of it than
            `Panel.until` the origin.
        forecasters: all are compared on the same series and days.
        plan: origins and horizons.
        progress: told the number of origins done.
    """
    frames: list[pd.DataFrame] = []
    tails: dict[float, list[FloatArray]] = {level: [] for level in plan.var_levels}
    counts = np.zeros((len(plan.horizons), len(_COUNTS)), dtype=np.int64)
    fitted: list[Fitted] = []
    fitted_on, fits = -plan.refit_days, 0
    for done, origin in enumerate(plan.origins):
        # Made afresh from the rows up to the origin: what later rows tell of earlier quotes is
        # no knowledge of that day.
        known = panel.until(origin)
        if origin - fitted_on >= plan.refit_days:
            fitted = [forecaster.fit(known) for forecaster in forecasters]
            fitted_on, fits = origin, fits + 1
        ordinal = int(panel.dates[origin].astype(np.int64))
        futures = [
            fit.forecast(
                known,
                plan.horizons,
                plan.paths,
                forecast_seed(plan.seed, forecaster.name, ordinal),
            )
            for forecaster, fit in zip(forecasters, fitted, strict=True)
        ]
        names = [forecaster.name for forecaster in forecasters]
        counts += _judge(panel, known, origin, names, futures, plan, frames, tails)
        progress(done + 1)
    return Outcomes(
        table=pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(),
        tails={level: np.concatenate(parts) for level, parts in tails.items() if parts},
        counts=pd.DataFrame(counts, columns=list(_COUNTS)).assign(horizon=plan.horizons),
        fits=fits,
    )


def _judge(
    panel: Panel,
    known: Panel,
    origin: int,
    names: Sequence[str],
    futures: Sequence[FloatArray],
    plan: RollPlan,
    frames: list[pd.DataFrame],
    tails: dict[float, list[FloatArray]],
) -> NDArray[np.int64]:
    """Score an origin's forecasts into ``frames`` and ``tails``; return the counts."""
    quoted = np.isfinite(known.close[-1])
    mature = quoted & (known.age[-1] >= plan.mature_days)
    able = np.all([np.isfinite(future[-1, :, 0]) for future in futures], axis=0) & quoted
    ages = known.age[-1]
    depths = depth_class(known, known.n_days - 1, mature)
    whole = _columns(panel, known, origin)
    counts = np.zeros((len(plan.horizons), len(_COUNTS)), dtype=np.int64)
    for place, horizon in enumerate(plan.horizons):
        end = origin + horizon
        recorded = end < panel.n_days and bool(np.isfinite(panel.close[end]).any())
        outcome = np.full(known.n_series, np.nan)
        doubted = np.zeros(known.n_series, dtype=bool)
        if recorded:
            at_end = np.where(whole >= 0, panel.close[end, whole], np.nan)
            outcome = np.log(at_end / known.close[-1])
            doubted = (whole < 0) | np.isin(known.netuid, panel.doubted(end))
        came = np.isfinite(outcome)
        judged = able & came
        lost = able & ~came & recorded
        counts[place] = (
            quoted.sum(),
            (quoted & ~able).sum(),
            0 if recorded else able.sum(),
            (lost & doubted).sum(),
            (lost & ~doubted).sum(),
            judged.sum(),
        )
        series = np.flatnonzero(judged)
        if len(series) == 0:
            continue
        basket = np.flatnonzero(judged & mature)
        # One draw for all forecasters, so that ties are broken alike and comparisons stay paired.
        uniform = np.random.default_rng([plan.seed, origin, horizon]).random(len(series) + 1)
        for name, future in zip(names, futures, strict=True):
            samples, truth = future[place, series], outcome[series]
            labels, age = whole[series], ages[series]
            depth = depths[series]
            if len(basket):
                # The value of the basket is the mean of what its subnets become.
                samples = np.vstack([samples, _basket(future[place, basket])])
                truth = np.append(truth, _basket(outcome[basket]))
                labels, age = np.append(labels, BASKET), np.append(age, np.nan)
                depth = np.append(depth, BASKET)
            scores = _score(np.sort(samples, axis=1), truth, uniform[: len(labels)], plan, tails)
            frame = pd.DataFrame(scores)
            frame.insert(0, "forecaster", name)
            frame.insert(1, "horizon", horizon)
            frame.insert(2, "day", origin)
            frame.insert(3, "series", labels)
            frame.insert(4, "age", age)
            frame.insert(5, "age_class", age_class(age))
            frame.insert(6, "depth_class", depth)
            frames.append(frame)
    return counts


def _columns(panel: Panel, known: Panel, origin: int) -> NDArray[np.int64]:
    """Return the place in the whole history of each series that is quoted on the origin; -1 of
    those whose quote on that day later ones deny, shape (series,)."""
    there = np.flatnonzero(np.isfinite(panel.close[origin]))
    by_netuid = dict(zip(panel.netuid[there].tolist(), there.tolist(), strict=True))
    quoted = np.isfinite(known.close[-1])
    places = [by_netuid.get(netuid, -1) for netuid in known.netuid.tolist()]
    return np.where(quoted, places, -1)


def _basket(log_returns: FloatArray) -> FloatArray:
    """Return the log return of equal parts of value in each series, over the first axis."""
    return np.log(np.mean(np.exp(log_returns), axis=0))


def _score(
    samples: FloatArray,
    outcome: FloatArray,
    uniform: FloatArray,
    plan: RollPlan,
    tails: dict[float, list[FloatArray]],
) -> dict[str, FloatArray]:
    """Score sorted samples, one a row, and append their tails."""
    low, high = np.quantile(samples, [0.025, 0.975], axis=1)
    scores = {
        "outcome": outcome,
        "pit": pit(samples, outcome, uniform),
        "crps": fair_crps(samples, outcome),
        "width": high - low,
    }
    for level in plan.var_levels:
        worst = max(round((1.0 - level) * samples.shape[1]), 1)
        losses = -np.expm1(samples[:, :worst])
        shortfall = losses.mean(axis=1)
        scores[f"es_{100 * level:g}"] = shortfall
        chosen = ((np.arange(TAIL_DRAWS) + 0.5) / TAIL_DRAWS * worst).astype(int)
        tails[level].append(losses[:, chosen] / shortfall[:, None])
    return scores
