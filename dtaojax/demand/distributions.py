"""Distributions that several processes draw from.

Student-t variance multiples and gamma rates are tabulated at equal steps of a standard normal
score: a look-up costs less than the quantile function in every step, and one normal deviate a draw
keeps common random numbers common when a parameter changes.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from scipy import special

from dtaojax.numerics import elementary
from dtaojax.numerics.shapes import PerSubnet, Scalar, ScalarInt
from dtaojax.numerics.streams import Stream

TABLE_EDGE: Final = 6.5
"""Score at which the tables end; a stream's normal deviates stay within 6.3."""
TABLE_STEP: Final = 2.0**-7
_RATE_STEP: Final = 2.0**-6


class VolatilityTable(NamedTuple):
    """Log of a day's volatility multiple, at equal steps of a standard normal score.

    Attributes:
        log_multiple: Log of the multiple at each score, shape (knots,) [-].
    """

    log_multiple: Float[Array, " knots"]

    def __call__(self, score: PerSubnet) -> PerSubnet:
        """Return the multiples at standard normal scores, linear in the log between knots [-]."""
        position = (score + TABLE_EDGE) / TABLE_STEP
        last = self.log_multiple.shape[0] - 2
        knot = jnp.clip(jnp.floor(position), 0, last).astype(jnp.int32)
        low, high = self.log_multiple[knot], self.log_multiple[knot + 1]
        return elementary.exp(low + (position - knot) * (high - low))


def volatility_table(degrees_of_freedom: float, largest: float) -> VolatilityTable:
    """Tabulate ``sqrt(nu / chi2_nu)``, truncated to values up to ``largest``.

    A normal deviate times this multiple is Student-t with nu degrees of freedom. It is truncated
    because the exponential of a t variable has no mean: without a bound on a day's volatility the
    expected price would not exist, and estimates of it would never settle. The truncation is part
    of the distribution, not a limit applied to its draws.

    Args:
        degrees_of_freedom: Degrees of freedom nu, above 2 so that the variance exists.
        largest: Most that a day's volatility can be, in units of the scale.
    """
    score = np.arange(-TABLE_EDGE, TABLE_EDGE + TABLE_STEP, TABLE_STEP)
    within = special.chdtrc(degrees_of_freedom, degrees_of_freedom / largest**2)
    chi2 = special.chdtri(degrees_of_freedom, special.ndtr(score) * within)
    return VolatilityTable(jnp.asarray(0.5 * np.log(degrees_of_freedom / chi2)))


class KnownFrom(NamedTuple):
    """A rate and the evidence that it rests on.

    Attributes:
        rate: Mean rate [1/day].
        events: Number of observed events that carry as much information; infinite where the rate
            is known.
    """

    rate: float
    events: float


class UncertainRates(eqx.Module):
    """Gamma distributions of rates, of which a path draws one value each and keeps it.

    A rate of which k events were seen in T days has, with the prior that goes as ``1/rate``, the
    posterior ``Gamma(k, T)``: mean ``k/T`` and relative variance ``1/k`` (Gelman et al., "Bayesian
    Data Analysis", 3rd ed., section 2.6). So the spread over paths holds what the history leaves
    open.

    Attributes:
        quantile: Quantile of each rate at the scores of the table, shape (rates, knots) [1/day].
    """

    quantile: Float[Array, "rates knots"]

    def __call__(self, scores: Float[Array, " rates"]) -> Float[Array, " rates"]:
        """Return the rates at standard normal scores, linear between knots [1/day]."""
        last = self.quantile.shape[1] - 2
        position = (scores.astype(self.quantile.dtype) + TABLE_EDGE) / _RATE_STEP
        knot = jnp.clip(jnp.floor(position), 0, last).astype(jnp.int32)
        rate = jnp.arange(self.quantile.shape[0])
        low, high = self.quantile[rate, knot], self.quantile[rate, knot + 1]
        return low + (position - knot) * (high - low)


def uncertain_rates(known: Sequence[KnownFrom]) -> UncertainRates:
    """Tabulate the distributions of rates, in the order given."""
    score = np.arange(-TABLE_EDGE, TABLE_EDGE + _RATE_STEP, _RATE_STEP)
    chance = special.ndtr(score)
    rows = [
        np.full_like(score, part.rate)
        if np.isinf(part.events)
        else part.rate * special.gammaincinv(part.events, chance) / part.events
        for part in known
    ]
    return UncertainRates(jnp.asarray(np.stack(rows)))


class StationaryBootstrap(eqx.Module):
    """Blocks of days of random, geometric length, in a history whose end joins its start.

    Politis and Romano, "The stationary bootstrap", Journal of the American Statistical Association
    89 (1994): the rows drawn are a stationary series, each row as likely as any other.

    Attributes:
        rows: Number of days in the history.
        restart: Probability that a day begins a new block, one over the mean length [-].
    """

    rows: int = eqx.field(static=True)
    restart: Scalar

    def next_row(self, stream: Stream, day: ScalarInt, row: ScalarInt) -> ScalarInt:
        """Return the row of a day, given that of the day before; the first day begins a block."""
        begins, where = stream.uniforms(day, 2)
        fresh = jnp.minimum(jnp.floor(where * self.rows), self.rows - 1).astype(row.dtype)
        begins_block = (day == 0) | (begins < self.restart)
        return jnp.where(begins_block, fresh, (row + 1) % self.rows)


def stationary_bootstrap(rows: int, mean_block_days: float) -> StationaryBootstrap:
    """Build the bootstrap of so many days, in blocks of a mean length [days]."""
    return StationaryBootstrap(rows, jnp.asarray(1.0 / mean_block_days))


def less_log_mean(rows: np.ndarray) -> np.ndarray:
    """Return rows less the log of the mean of their exponentials, column by column.

    A row drawn at random then changes what it is the log of by nothing in expectation.
    """
    # Taken off first, the largest row keeps the exponentials from overflowing.
    most = rows.max(axis=0)
    return rows - most - np.log(np.exp(rows - most).mean(axis=0))
