"""The track record: forecasts of a ledger held against the states that came, and how they did.

A forecast counts if it was in the ledger before the block of the state. One that was added later
could have been made to fit; it is scored as well, and told apart everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from dtaojax import chain
from dtaojax.scoring.blocks import mean_over_days
from dtaojax.scoring.scores import (
    PitInterval,
    brier,
    crps_of_quantiles,
    inside_part,
    place,
    place_histogram,
)
from dtaojax.studies.ledger.forecast import (
    LEVEL_COLUMNS,
    OUTCOME_COLUMNS,
    PROBABILITY_COLUMNS,
    QUANTILE_COLUMNS,
    WHOLE_NETWORK,
    date_of,
)
from dtaojax.studies.ledger.schema import Content, LedgerEntry, Score

INTERVALS: Final = (0.5, 0.8, 0.95)
"""Levels of the central intervals whose coverage is told."""
HORIZONS: Final = (1.0, 3.0, 7.0, 14.0, 30.0, 60.0, 90.0)
"""Upper ends of the groups of horizons [days]; a last group is beyond."""
RELATIVE: Final = ("price", "moving_price", "tao_in")
"""Figures of subnets that are scored in units of their start, so that each subnet weighs alike."""
FEWEST_DATES: Final = 5
"""Dates below which resampled blocks of days would tell no error."""
BINS: Final = 10
"""Bins of the histogram of places."""
ALL: Final = "network"
"""Stands for all figures of the network together; their units differ, so they have no CRPS."""
_TOLD: Final = ("price", "moving_price", "tao_in", "emission_share")
"""Figures of subnets, in the order in which they are told."""


@dataclass(frozen=True)
class TrackRecord:
    """Tables that tell how the forecasts of a ledger did.

    Attributes:
        forecasts: one row a forecast, in the order in which they were added.
        states: one row a state, in the same order; ``in_force`` is false for one corrected later.
        cases: one row a figure that was held against what came.
        events: one row an event that came or did not.
        coverage: ``cases`` by figure and horizon, apart for those that count.
        briers: ``events`` by event and horizon, apart for those that count.
        places: histograms of the transform by figure, apart for those that count.
    """

    forecasts: pd.DataFrame
    states: pd.DataFrame
    cases: pd.DataFrame
    events: pd.DataFrame
    coverage: pd.DataFrame
    briers: pd.DataFrame
    places: pd.DataFrame


def record_of(content: Content) -> TrackRecord:
    """Return the track record of all that a ledger holds."""
    in_force = scores_in_force(content)
    cases, events = cases_of(content, in_force), _events(content, in_force)
    return TrackRecord(
        forecasts=_forecasts(content, in_force),
        states=_states(content, in_force),
        cases=cases,
        events=events,
        coverage=pd.DataFrame(list(_coverage(cases))),
        briers=pd.DataFrame(list(_briers(events))),
        places=pd.DataFrame(list(_places(cases))),
    )


def horizon_group(day: float) -> float:
    """Return the upper end of the group that a horizon falls into; infinite beyond the last."""
    return next((end for end in HORIZONS if day <= end), math.inf)


def counts(content: Content, score: Score) -> bool:
    """Return whether a forecast was in the ledger before the block of the state that it met."""
    block = content.states[score.state].about["block"]
    return content.forecasts[score.forecast].added < date_of(block)


def scores_in_force(content: Content) -> list[Score]:
    """Return the scores that stand: of several states of one block, the best for each forecast.

    A whole state is better than weights only, and a later one is a correction of the earlier.
    """
    best: dict[tuple[int, int], Score] = {}
    for score in content.scores.values():
        key = score.forecast, content.states[score.state].about["block"]
        if key not in best or _rank(content, score) > _rank(content, best[key]):
            best[key] = score
    return sorted(best.values(), key=lambda score: score.number)


def _rank(content: Content, score: Score) -> tuple[bool, int]:
    return bool(content.states[score.state].about["whole"]), score.state


def _joined(
    content: Content, scores: Sequence[Score], table: str, columns: Sequence[str], key: str
) -> pd.DataFrame:
    """Return rows of forecasts beside what came of them, a row a case."""
    outcomes = pd.DataFrame(content.rows["outcomes"], columns=["score", *OUTCOME_COLUMNS])
    told = pd.DataFrame(content.rows[table], columns=["forecast", *columns])
    met = pd.DataFrame(
        [
            {
                "score": score.number,
                "forecast": score.forecast,
                "state": score.state,
                "day": score.day,
                "block": content.states[score.state].about["block"],
                "counted": counts(content, score),
            }
            for score in scores
        ],
        columns=["score", "forecast", "state", "day", "block", "counted"],
    )
    came = met.merge(outcomes.rename(columns={"quantity": key, "value": "outcome"}), on="score")
    found = came.merge(told, on=["forecast", key, "netuid", "day"])
    return found.assign(
        counted=found["counted"].astype(bool),
        horizon=[horizon_group(day) for day in found["day"]],
        date=found["block"] // chain.BLOCKS_PER_DAY,
    )


def cases_of(content: Content, scores: Sequence[Score]) -> pd.DataFrame:
    """Return figures beside what came of them, with their places and scores, a row a case."""
    found = _joined(content, scores, "quantiles", QUANTILE_COLUMNS, "quantity")
    levels = np.array(list(LEVEL_COLUMNS))
    quantiles = found[list(LEVEL_COLUMNS.values())].to_numpy(float)
    outcome, start = (found[name].to_numpy(float) for name in ("outcome", "start"))
    at = place(levels, quantiles, outcome)
    is_relative = found["quantity"].isin(RELATIVE).to_numpy() & (start > 0.0)
    unit = np.where(is_relative, start, 1.0)
    kept = ["forecast", "state", "day", "horizon", "block", "date", "counted", "quantity",
            "netuid", "unit", "start", "outcome"]  # fmt: skip
    return found[kept].assign(
        of=np.where(found["netuid"] == WHOLE_NETWORK, "network", "subnets"),
        median=quantiles[:, _column(0.5)],
        low=quantiles[:, _column(0.025)],
        high=quantiles[:, _column(0.975)],
        place_low=at.low,
        place_high=at.high,
        crps=crps_of_quantiles(levels, quantiles, outcome) / unit,
        crps_unchanged=np.abs(start - outcome) / unit,
        **{
            f"inside_{level:g}": np.where(
                _kept(found, 0.5 - level / 2), inside_part(at, level), np.nan
            )
            for level in INTERVALS
        },
    )


def _column(level: float) -> int:
    return int(np.argmin(np.abs(np.array(list(LEVEL_COLUMNS)) - level)))


def _kept(found: pd.DataFrame, level: float) -> np.ndarray:
    """Return which cases are of forecasts that kept quantiles of a level at all."""
    column = list(LEVEL_COLUMNS.values())[_column(level)]
    return found[column].notna().groupby(found["forecast"]).transform("any").to_numpy(bool)


def _events(content: Content, scores: Sequence[Score]) -> pd.DataFrame:
    found = _joined(content, scores, "probabilities", PROBABILITY_COLUMNS, "event")
    return found.drop(columns="score")


def _groups(
    table: pd.DataFrame, keys: Sequence[str]
) -> Iterator[tuple[dict[str, Any], pd.DataFrame]]:
    """Yield groups with their keys, those that count first."""
    for key, rows in table.groupby(list(keys), sort=False):
        yield dict(zip(keys, key, strict=True)), rows


def _order(table: pd.DataFrame) -> pd.DataFrame:
    place_of = {name: at for at, name in enumerate(_TOLD)}
    order = table["quantity"].map(lambda name: place_of.get(name, len(place_of)))
    sortable = table.assign(order=order, late=~table["counted"], whole=table["of"] == "network")
    return sortable.sort_values(["late", "whole", "order", "quantity", "horizon"], kind="stable")


def _coverage(cases: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield how often intervals held, by figure and horizon; the network's also all together."""
    keys = ("of", "quantity", "horizon", "counted")
    unscored = dict.fromkeys(("crps", "crps_unchanged"), math.nan)
    pooled = cases[cases["of"] == "network"].assign(quantity=ALL, **unscored)
    for key, rows in _groups(_order(pd.concat([cases, pooled])), keys):
        row = {
            **key,
            "cases": len(rows),
            "dates": rows["date"].nunique(),
            "forecasts": rows["forecast"].nunique(),
        }
        for level in INTERVALS:
            inside = rows[f"inside_{level:g}"]
            row |= {
                f"coverage_{level:g}": float(inside.mean()),
                f"cases_{level:g}": int(inside.notna().sum()),
                f"binomial_{level:g}": math.sqrt(level * (1.0 - level) / max(len(rows), 1)),
                f"blocked_{level:g}": blocked_error(inside, rows["date"], float(rows["day"].max())),
            }
        row |= {name: float(rows[name].mean()) for name in ("crps", "crps_unchanged")}
        yield row


def blocked_error(values: pd.Series, date: pd.Series, days: float) -> float:
    """Return the standard error of a mean over cases that share dates and spans of days.

    Args:
        values: one a case; NaN is left out.
        date: of the state that each case met [days].
        days: the longest horizon, over which cases share a past.

    Returns:
        NaN where there are fewer than :data:`FEWEST_DATES` dates.
    """
    known = values.notna()
    if date[known].nunique() < FEWEST_DATES:
        return math.nan
    block = max(1, math.ceil(days))
    return mean_over_days(
        values[known].to_numpy(float), date[known].to_numpy(np.int64), block
    ).standard_error


def _briers(events: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield how good probabilities were, by event and horizon."""
    ordered = events.sort_values(["counted", "event", "horizon"], ascending=[False, True, True])
    for key, rows in _groups(ordered, ("event", "horizon", "counted")):
        came = rows["outcome"].to_numpy(float) > 0.5
        yield {
            **key,
            "cases": len(rows),
            "dates": rows["date"].nunique(),
            "happened": int(came.sum()),
            "expected": float(rows["probability"].sum()),
            "brier": brier(rows["probability"].to_numpy(float), came),
            "brier_unchanged": brier(rows["start"].to_numpy(float), came),
            "blocked": blocked_error(
                np.square(rows["probability"] - came), rows["date"], float(rows["day"].max())
            ),
        }


def _places(cases: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield densities of the transform over bins, by figure of subnets and for the network's."""
    named = cases.assign(quantity=cases["quantity"].where(cases["of"] == "subnets", ALL))
    for key, rows in _groups(_order(named), ("of", "quantity", "counted")):
        at = PitInterval(rows["place_low"].to_numpy(float), rows["place_high"].to_numpy(float))
        for number, density in enumerate(place_histogram(at, BINS)):
            yield {**key, "cases": len(rows), "bin": number, "density": float(density)}


def _forecasts(content: Content, scores: Sequence[Score]) -> pd.DataFrame:
    met: dict[int, list[Score]] = {}
    for score in scores:
        met.setdefault(score.forecast, []).append(score)
    rows = []
    for kept in content.forecasts.values():
        own = met.get(kept.number, [])
        early = sum(counts(content, score) for score in own)
        about = kept.about
        rows.append(
            {
                "forecast": kept.number,
                "name": kept.name,
                "title": about["title"],
                "added": kept.added.isoformat(timespec="seconds"),
                "start_block": about["block"],
                "start": date_of(about["block"]).isoformat(timespec="minutes"),
                **{key: about[key] for key in ("rules", "demand", "behaviour", "recipe", "paths")},
                "horizon_days": about["horizon_days"],
                "counted": early,
                "in_hindsight": len(own) - early,
                "waiting": len(about["report_days"]) - len({score.day for score in own}),
            }
        )
    return pd.DataFrame(rows)


def _states(content: Content, scores: Sequence[Score]) -> pd.DataFrame:
    states = {score.state for score in scores}
    return pd.DataFrame([_state(kept, kept.number in states) for kept in content.states.values()])


def _state(kept: LedgerEntry, in_force: bool) -> dict[str, Any]:
    block = kept.about["block"]
    return {
        "state": kept.number,
        "name": kept.name,
        "file": kept.about["file"],
        "block": block,
        "date": date_of(block).isoformat(timespec="minutes"),
        "whole": bool(kept.about["whole"]),
        "added": kept.added.isoformat(timespec="seconds"),
        "in_force": in_force,
    }
