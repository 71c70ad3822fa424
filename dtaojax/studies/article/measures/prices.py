"""Measures of prices: levels, moves, drawdowns, half-lives and collapses."""

from __future__ import annotations

import numpy as np

from dtaojax.studies.article.measures.measure import Curve, PerPath, in_band, measure
from dtaojax.studies.article.record import BoolArray, FloatArray, Record


@measure(
    "log price",
    "Natural logarithm of a subnet's price. The difference of two arms is, for small ones, the "
    "relative difference of their prices.",
)
def log_price(record: Record, *, netuid: int) -> Curve:
    """Return ``log p`` at every moment.

    Args:
        record: record of the arm.
        netuid: netuid of the subnet, which must have a price.
    """
    with np.errstate(divide="ignore"):
        return np.log(record.gauges["price"][:, :, record.place(netuid)])


@measure(
    "log price",
    "Mean logarithm of the prices of all subnets, or of all but some. The difference of two arms "
    "is, for small ones, the relative difference of their prices.",
)
def mean_log_price(record: Record, *, without: tuple[int, ...] = ()) -> Curve:
    """Average ``log p`` over subnets that have a price at the start.

    Args:
        record: record of the arm, in which no subnet goes.
        without: netuids of subnets that are left out.

    Raises:
        KeyError: one of them is not there.
    """
    price = record.gauges["price"]
    counts: BoolArray = np.all(price[:, 0] > 0.0, axis=0)
    counts[[record.place(netuid) for netuid in without]] = False
    with np.errstate(divide="ignore"):
        return np.log(price[:, :, counts]).mean(axis=-1)


@measure(
    "log price",
    "Logarithm of a subnet's price on a day less a given part of that right after a shock. Against "
    "an arm without the shock it is above 0 once less than that part of a fall is left.",
)
def unrecovered(
    record: Record, *, netuid: int, after_shock: float, day: float, part: float
) -> PerPath:
    """Return ``log p(day) - part log p(after_shock)``.

    With g the gap of the log price to the arm without the shock, the difference of this figure is
    ``g(day) - part g(after_shock)``.

    Args:
        record: record of the arm.
        netuid: netuid of the subnet.
        after_shock: day on which the shock is over.
        day: day on which it is looked at.
        part: part of the gap [-].
    """
    place = record.place(netuid)
    with np.errstate(divide="ignore"):
        price = np.log(record.gauges["price"][:, :, place])
    return price[:, record.moment(day)] - part * price[:, record.moment(after_shock)]


@measure(
    "ratio",
    "Log return of a subnet's price since the day recorded before, without its sign, over the "
    "square root of the days between; the median over subnets. At the start, that of the next day.",
)
def moves_by_day(record: Record) -> Curve:
    """Return the median of ``|log p(t) - log p(s)| / sqrt(t - s)``, s the moment before t.

    Args:
        record: record of the arm, in which no subnet is gone.
    """
    steps = np.sqrt(np.diff(record.days))[None, :, None]
    moves = np.abs(np.diff(np.log(record.gauges["price"]), axis=1)) / steps
    median = np.median(moves, axis=2)
    return np.concatenate([median[:, :1], median], axis=1)


def daily_volatility(record: Record, first: float, last: float) -> FloatArray:
    """Return the root mean square of daily log returns over subnets and days, by path."""
    price = record.gauges["price"][:, record.moment(first) : record.moment(last) + 1]
    days = np.diff(record.days[record.moment(first) : record.moment(last) + 1])
    returns = np.diff(np.log(price), axis=1)
    return np.sqrt((returns**2 / days[None, :, None]).mean(axis=(1, 2)))


@measure(
    "log ratio",
    "Logarithm of the daily volatility of prices in an early time over that in a later one; "
    "negative if the early time is the calmer one.",
)
def volatility_ratio(
    record: Record, *, early: tuple[float, float], late: tuple[float, float]
) -> PerPath:
    """Return ``log(v(early) / v(late))``, v the root mean square of daily log returns.

    Args:
        record: record of the arm, recorded often; no subnet may be gone.
        early: first and last day.
        late: first and last day.
    """
    return np.log(daily_volatility(record, *early) / daily_volatility(record, *late))


@measure(
    "ratio",
    "Largest fall of a subnet's price from a peak between two days, as a part of the peak; a "
    "quantile over subnets. Between recorded days prices are not looked at.",
)
def subnet_drawdown(record: Record, *, first: float, last: float, level: float) -> PerPath:
    """Return ``max over t of 1 - p(t) / max over u <= t of p(u)``, its quantile over subnets.

    Args:
        record: record of the arm.
        first: day on which it begins.
        last: day on which it ends.
        level: level of the quantile over subnets; 0.5 for the typical one.
    """
    price = record.gauges["price"][:, record.moment(first) : record.moment(last) + 1]
    peak = np.maximum.accumulate(price, axis=1)
    fall = np.where(peak > 0.0, 1.0 - price / np.where(peak > 0.0, peak, 1.0), np.nan)
    return np.nanquantile(fall.max(axis=1), level, axis=1)


@measure(
    "halvings",
    "How often a figure of the typical subnet in a band of latent quality has halved "
    "since the start; negative where it grew. Days over this are its half-life.",
)
def halvings(record: Record, *, gauge: str, lowest: float, part: float) -> Curve:
    """Return the median over those subnets of ``-log2(g(t) / g(0))``, at every moment.

    Args:
        record: record of the arm.
        gauge: the figure, ``price`` or ``emission_share``; subnets that begin at 0 are left out.
        lowest: quantile of quality at which the band begins.
        part: part of the subnets that are in it.
    """
    asked = in_band(record.quality, lowest, part)[:, None, :]
    figure = record.gauges[gauge]
    counts = (figure[:, :1] > 0.0) & asked
    with np.errstate(divide="ignore", invalid="ignore"):
        fallen = np.where(counts, -np.log2(figure / figure[:, :1]), np.nan)
    return np.nanmedian(fallen, axis=-1)


def has_collapsed(record: Record, factor: float) -> BoolArray:
    """Mark subnets whose price is below ``factor`` of the start's: (paths, moments, subnets)."""
    price = record.gauges["price"]
    return price < factor * price[:, :1]


@measure(
    "ratio",
    "Part of the subnets in a band of latent quality whose price has fallen below a given part of "
    "its start.",
)
def collapsed(record: Record, *, lowest: float, part: float, factor: float) -> Curve:
    """Average ``p(t) < factor p(0)`` over those subnets, at every moment.

    Args:
        record: record of the arm.
        lowest: quantile of quality at which the band begins.
        part: part of the subnets that are in it.
        factor: part of the price at the start [-].
    """
    asked = in_band(record.quality, lowest, part)[:, None, :]
    fallen = has_collapsed(record, factor) & asked
    return fallen.sum(axis=-1) / np.maximum(asked.sum(axis=-1), 1)
