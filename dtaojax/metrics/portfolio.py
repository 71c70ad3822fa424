"""Estimates about a portfolio: values, losses, their tails, and what each position adds."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Float

from dtaojax.metrics.estimate import Estimate, known, mean_of_sample
from dtaojax.metrics.tables import ANY, NOT_NEGATIVE, Row, mean_within, row, sample_rows
from dtaojax.metrics.tail import expected_shortfall, shortfall_contribution, value_at_risk
from dtaojax.results.contract import Statistic, paths_needed

CONFIDENCES: Final = (0.95, 0.99)
VALUATIONS: Final = ("spot", "realizable")
_HISTOGRAM_BINS: Final = 120


Column = Float[np.ndarray, " paths"]


class PortfolioSample(NamedTuple):
    """A portfolio on every used path at one moment.

    Attributes:
        day: Day of the report [days].
        values: by valuation a column for each position, root last [TAO]; gone through often,
            one column at a time, so that each may be read when it is needed.
        drawdown: Reader of the largest fall so far, as a part of the peak [-].
        tao_usd: Reader of the price of TAO; None where it is not followed [USD/TAO].
        exit_days: by position, root last, what leaving takes, as ``values``; None where that is not
            recorded [days].
    """

    day: float
    values: Mapping[str, Iterable[Column]]
    drawdown: Callable[[], Column]
    tao_usd: Callable[[], Column] | None = None
    exit_days: Iterable[Column] | None = None


def portfolio_rows(
    start: PortfolioSample, samples: Sequence[PortfolioSample], amounts: Mapping[int, float]
) -> Iterator[Row]:
    """Yield all estimates about the portfolio.

    A loss is what the portfolio, its staking yield included, is worth less than at the start, in
    the same valuation; a gain is a negative loss. Holds about five numbers a path at once, however
    many positions and days there are. In dollars the start counts at its own price of TAO and the
    end at the end's. Where nothing is held, nothing is lost for certain.

    Args:
        start: Portfolio at day 0.
        samples: Portfolio on the days after which losses are measured.
        amounts: Amounts that are held at the start, by netuid, root (0) last [alpha; TAO for root].
    """
    for sample in (start, *samples):
        for valuation in VALUATIONS:
            worth = total(sample.values[valuation])
            quantity = f"value_{valuation}"
            yield from sample_rows(quantity, "portfolio", None, sample.day, worth, "TAO")
            if sample.tao_usd is not None:
                worth = worth_in_usd(sample, valuation)
                quantity = f"value_{valuation}_usd"
                yield from sample_rows(quantity, "portfolio", None, sample.day, worth, "USD")
        if sample.exit_days is not None:
            yield from _exit_rows(sample.day, sample.exit_days, amounts)
    for sample in samples:
        day = sample.day
        for valuation in VALUATIONS:
            losses = total(part_losses(start, sample, valuation))
            paths = len(losses)
            quantity = f"loss_{valuation}"
            yield from _loss_rows(quantity, day, losses, "TAO")
            if sample.tao_usd is not None:
                in_usd = worth_in_usd(start, valuation) - worth_in_usd(sample, valuation)
                yield from _loss_rows(f"{quantity}_usd", day, in_usd, "USD")
            parts = part_losses(start, sample, valuation)
            for (netuid, held), part in zip(amounts.items(), parts, strict=True):
                mean = mean_within(part, ANY) if held > 0.0 else known(0.0)
                yield row(quantity, "position", netuid, day, "mean", np.nan, mean, paths, "TAO")
                for level in CONFIDENCES:
                    contribution = (
                        shortfall_contribution(losses, part, level) if held > 0.0 else known(0.0)
                    )
                    estimate = _unless_too_few("es_contribution", level, paths, contribution)
                    yield row(
                        quantity,
                        "position",
                        netuid,
                        day,
                        "es_contribution",
                        level,
                        estimate,
                        paths,
                        "TAO",
                    )
        yield from sample_rows("max_drawdown", "portfolio", None, day, sample.drawdown(), "ratio")


def _exit_rows(
    day: float, exit_days: Iterable[Column], amounts: Mapping[int, float]
) -> Iterator[Row]:
    """Estimate how long leaving takes: each position, and all of them at the same time."""
    for (netuid, held), needed in zip(amounts.items(), exit_days, strict=True):
        # The start is known, and what is not held is left at once.
        is_certain, paths = held <= 0.0 or day == 0.0, len(needed)
        mean = mean_of_sample(needed) if is_certain else mean_within(needed, NOT_NEGATIVE)
        yield row("exit_days", "position", netuid, day, "mean", np.nan, mean, paths, "days")
    yield from sample_rows("exit_days", "portfolio", None, day, slowest(exit_days), "days")


def _loss_rows(quantity: str, day: float, losses: Column, unit: str) -> Iterator[Row]:
    yield from sample_rows(quantity, "portfolio", None, day, losses, unit)
    paths = len(losses)
    for level in CONFIDENCES:
        var = _unless_too_few("var", level, paths, value_at_risk(losses, level))
        es = _unless_too_few("es", level, paths, expected_shortfall(losses, level))
        yield row(quantity, "portfolio", None, day, "var", level, var, paths, unit)
        yield row(quantity, "portfolio", None, day, "es", level, es, paths, unit)


def _unless_too_few(statistic: Statistic, level: float, paths: int, found: Estimate) -> Estimate:
    """Return a measure of the tail, or NaN where it would rest on too few paths to be trusted."""
    if paths >= paths_needed(statistic, level):
        return found
    return Estimate(*(np.asarray(np.nan) for _ in found))


def loss_histogram(start: PortfolioSample, samples: Sequence[PortfolioSample]) -> pd.DataFrame:
    """Histogram of losses for each day and valuation, over the whole range seen."""
    parts = []
    for sample in samples:
        for valuation in VALUATIONS:
            losses = total(part_losses(start, sample, valuation))
            counts, edges = np.histogram(losses, _HISTOGRAM_BINS, _histogram_range(losses))
            parts.append(
                pd.DataFrame(
                    {
                        "day": sample.day,
                        "valuation": valuation,
                        "bin_low": edges[:-1],
                        "bin_high": edges[1:],
                        "count": counts,
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


def part_losses(
    start: PortfolioSample, sample: PortfolioSample, valuation: str
) -> Iterator[Column]:
    """Return what each position is worth less than at the start."""
    # Unlike zip in a loop, map holds no column while the next is made.
    return map(np.subtract, start.values[valuation], sample.values[valuation])


def worth_in_usd(sample: PortfolioSample, valuation: str) -> Column:
    """Return the worth of the portfolio at the day's price of TAO, which must be followed [USD]."""
    assert sample.tao_usd is not None
    return total(sample.values[valuation]) * sample.tao_usd()


def slowest(columns: Iterable[Column]) -> Column:
    """Return the largest of the columns on each path."""
    return reduce(np.maximum, columns)


def total(columns: Iterable[Column]) -> Column:
    """Sum of the columns, from the first to the last."""
    remaining = iter(columns)
    added = next(remaining).copy()
    for column in remaining:
        added += column
    return added


def _histogram_range(losses: Float[np.ndarray, " paths"]) -> tuple[float, float]:
    """Range from the smallest to the largest loss; one TAO wide where only rounding differs."""
    low, high = float(losses.min()), float(losses.max())
    rounding = np.spacing(max(abs(low), abs(high)))
    if high - low <= _HISTOGRAM_BINS * rounding:
        return low - 0.5, high + 0.5
    return low, high
