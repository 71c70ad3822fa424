"""Rates that are known from a number of events only, drawn anew on each path."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from scipy import special

_EDGE: Final = 6.5
_STEP: Final = 2.0**-6


class KnownFrom(NamedTuple):
    """A rate and what it rests on.

    Attributes:
        rate: the mean [1/day].
        events: as many observed events carry as much information; infinite where it is known.
    """

    rate: float
    events: float


class UncertainRates(eqx.Module):
    """Gamma distributions of rates, tabulated at equal steps of a standard normal score.

    A rate of which k events were seen in T days has, with the prior that goes as ``1/rate``, the
    posterior ``Gamma(k, T)``: mean ``k/T`` and relative variance ``1/k`` (Gelman et al., "Bayesian
    Data Analysis", 3rd ed., section 2.6). A path draws one value of each rate and keeps it, so that
    the spread over paths holds what the history leaves open.

    Attributes:
        quantile: of each rate, at the scores of the table [1/day].
    """

    quantile: Float[Array, "rates knots"]

    def __call__(self, scores: Float[Array, " rates"]) -> Float[Array, " rates"]:
        """Return the rates at standard normal scores, linear between knots [1/day]."""
        last = self.quantile.shape[1] - 2
        position = (scores.astype(self.quantile.dtype) + _EDGE) / _STEP
        knot = jnp.clip(jnp.floor(position), 0, last).astype(jnp.int32)
        rate = jnp.arange(self.quantile.shape[0])
        low, high = self.quantile[rate, knot], self.quantile[rate, knot + 1]
        return low + (position - knot) * (high - low)


def uncertain_rates(known: Sequence[KnownFrom]) -> UncertainRates:
    """Tabulate the distributions of rates, in the order given."""
    score = np.arange(-_EDGE, _EDGE + _STEP, _STEP)
    chance = special.ndtr(score)
    rows = [
        np.full_like(score, part.rate)
        if np.isinf(part.events)
        else part.rate * special.gammaincinv(part.events, chance) / part.events
        for part in known
    ]
    return UncertainRates(jnp.asarray(np.stack(rows)))
