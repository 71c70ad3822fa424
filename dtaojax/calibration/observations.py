"""Daily net flows out of a price history, with what their size depends on."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dtaojax.history import Panel

FloatArray = NDArray[np.float64]

FLOW_OF_RETURN: Final = 0.5
"""Change of ``log(tao_in)`` by trades over that of ``log(price)``: p = T**2/k in a constant-product
pool, and balanced injections leave the price as it is (§3.4)."""
DRIFT_DAYS: Final = 30
"""Days over which the drift is taken to be the same."""
REFERENCE_DEPTH: Final = 1_000.0
"""Depth at which a process states its scale [TAO]."""
_YOUNGEST: Final = 0.5
"""Age that a younger subnet is taken to have: the first half day is no daily return [days]."""


class Observations(NamedTuple):
    """Daily flows, and what a volatility model takes their size to depend on.

    Attributes:
        flow: Change of ``log(tao_in)`` that a day's trades make, 0 where ``seen`` is false,
            shape (days, series) [-].
        seen: True where a flow is known and counts, shape (days, series).
        log_depth: Log of the depth on the eve over 1,000 TAO, 0 where not known, shape (days,
            series) [-].
        log_depth_after: Log of the depth at the end of the last day, shape (series,) [-].
        age: Age at the end of the day, shape (days, series) [days].
        block: Number of the drift that rules a day, shape (days,).
    """

    flow: FloatArray
    seen: NDArray[np.bool_]
    log_depth: FloatArray
    log_depth_after: FloatArray
    age: FloatArray
    block: NDArray[np.int32]


def observe(panel: Panel, youngest: float) -> Observations:
    """Read flows from prices.

    A flow needs the close of the day and that of its eve, so a missing day costs two flows. A close
    that equals the one before to the last digit is no flow of 0 but a feed that stood still, and
    counts as not seen. Blocks of equal drift are counted from the last day back, so that a
    forecast's drift rests on 30 days.

    Args:
        panel: History of prices.
        youngest: Age below which flows of subnets are left out [days].
    """
    flow = FLOW_OF_RETURN * panel.log_returns()
    age = _filled(panel.age)
    seen = np.isfinite(flow) & (flow != 0.0) & (age >= youngest)
    depth = _filled(panel.tao_in)
    known = np.isfinite(depth) & (depth > 0.0)
    log_depth = np.log(np.where(known, depth, REFERENCE_DEPTH) / REFERENCE_DEPTH)
    if known.any():
        log_depth = np.where(known, log_depth, np.median(log_depth[known]))
    back = np.arange(panel.n_days)[::-1] // DRIFT_DAYS
    return Observations(
        flow=np.where(seen, flow, 0.0),
        seen=seen,
        log_depth=np.vstack([log_depth[:1], log_depth[:-1]]),
        log_depth_after=log_depth[-1],
        age=np.maximum(np.where(np.isfinite(age), age, 1e4), _YOUNGEST),
        block=(back[0] - back).astype(np.int32),
    )


def _filled(values: FloatArray) -> FloatArray:
    """Return the last known value of each series, shape (days, series)."""
    known = np.isfinite(values)
    row = np.maximum.accumulate(np.where(known, np.arange(len(values))[:, None], 0), axis=0)
    return np.take_along_axis(values, row, axis=0)


def padded(observations: Observations, blocks: int, series: int) -> Observations:
    """Return the same with unseen days in front and unseen series behind.

    Programs are compiled once a shape; with padding a growing history has few shapes.

    Args:
        observations: Observations as they are.
        blocks: Number of which the count of blocks is made a multiple.
        series: Number of which the count of series is made a multiple.
    """
    days = DRIFT_DAYS * blocks
    more_days = -len(observations.block) % days
    more_series = -observations.flow.shape[1] % series
    wide = ((more_days, 0), (0, more_series))
    return Observations(
        flow=np.pad(observations.flow, wide),
        seen=np.pad(observations.seen, wide),
        log_depth=np.pad(observations.log_depth, wide),
        log_depth_after=np.pad(observations.log_depth_after, (0, more_series)),
        age=np.pad(observations.age, wide, constant_values=1e4),
        block=(np.arange(len(observations.block) + more_days) // DRIFT_DAYS).astype(np.int32),
    )
