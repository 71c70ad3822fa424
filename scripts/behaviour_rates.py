"""Rates of miner burn and of the emission switch from states of the network on several dates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize, stats

NOTHING, PART, ALL = 0, 1, 2
"""States of miner burn."""


class Prior(NamedTuple):
    """A gamma distribution of a rate before any event is seen.

    Attributes:
        rate: the mean [1/day].
        events: the shape, as many events weigh as much.
    """

    rate: float
    events: float


VAGUE: Final = Prior(0.01, 0.5)
"""Half an event in 50 days: for rates of which nothing is known but their size."""
RELUCTANT: Final = Prior(0.002, 1.0)
"""An event in 500 days: for owners who would lose emission by it. An assumption."""
EAGER: Final = Prior(0.02, 1.0)
"""An event in 50 days: for owners who would gain emission by it. An assumption."""

ENGAGED_PRIORS: Final = (RELUCTANT, RELUCTANT, EAGER, RELUCTANT, EAGER, EAGER)
"""Of owners whom burn costs emission, in the order of the six rates."""
IDLE_PRIORS: Final = (VAGUE,) * 6
"""Of all others."""


class Moves(NamedTuple):
    """Moves of subnets between two dates.

    Attributes:
        days: between the dates (n,) [days].
        before: state at the first (n,).
        after: state at the second (n,).
        engaged: whether burn cost the owner emission at the first (n,).
    """

    days: NDArray[np.float64]
    before: NDArray[np.int64]
    after: NDArray[np.int64]
    engaged: NDArray[np.bool_]


class Fitted(NamedTuple):
    """A rate and the information behind it.

    Attributes:
        rate: mode of the posterior of its logarithm [1/day].
        events: inverse variance of that logarithm.
    """

    rate: float
    events: float


def burn_states(burned: NDArray[np.float64], nothing_below: float, everything_from: float):
    """Return the state of each burn: nothing, a part, all."""
    return np.where(burned < nothing_below, NOTHING, np.where(burned < everything_from, PART, ALL))


def _generator(rates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the generator of a chain of three states from its six rates, row by row [1/day]."""
    matrix = np.zeros((3, 3))
    matrix[[0, 0, 1, 1, 2, 2], [1, 2, 0, 2, 0, 1]] = rates
    np.fill_diagonal(matrix, -matrix.sum(axis=1))
    return matrix


def fit_burn_rates(moves: Moves, priors: Sequence[Prior]) -> tuple[Fitted, ...]:
    """Fit the six rates of a three-state Markov chain that was seen on some dates only.

    The likelihood of a move over ``t`` days is an entry of ``expm(Q t)`` (Kalbfleisch and Lawless,
    "The analysis of panel data under a Markov assumption", JASA 80, 1985), so that moves between
    the dates which nobody saw are accounted for. The posterior of the logarithms is taken as normal
    about its mode.

    Args:
        moves: that were seen.
        priors: of the rates, in the order of the result.

    Returns:
        The rates nothing to part, nothing to all, part to nothing, part to all, all to nothing,
        all to part.
    """
    rate, events = (np.array(column) for column in zip(*priors, strict=True))
    counts = {float(days): np.zeros((3, 3)) for days in np.unique(moves.days)}
    for days, before, after in zip(moves.days, moves.before, moves.after, strict=True):
        counts[float(days)][before, after] += 1.0

    def loss(logs: NDArray[np.float64]) -> float:
        rates = np.exp(logs)
        chain = _generator(rates)
        seen = sum(
            float(np.sum(count * np.log(np.maximum(linalg.expm(chain * days), 1e-300))))
            for days, count in counts.items()
        )
        prior = np.sum(events * (logs - rates / rate))
        return -seen - float(prior)

    best = optimize.minimize(loss, np.log(rate), method="BFGS", options={"gtol": 1e-6}).x
    variance = np.diag(np.linalg.inv(_hessian(loss, best)))
    return tuple(
        Fitted(float(np.exp(log)), float(1.0 / spread))
        for log, spread in zip(best, variance, strict=True)
    )


def _hessian(function, at: NDArray[np.float64], step: float = 1e-3) -> NDArray[np.float64]:
    """Return second differences of a function."""
    count = len(at)
    unit = np.eye(count) * step
    value = np.empty((count, count))
    for i in range(count):
        for j in range(count):
            corners = (
                (at + unit[i] + unit[j], 1.0),
                (at + unit[i] - unit[j], -1.0),
                (at - unit[i] + unit[j], -1.0),
                (at - unit[i] - unit[j], 1.0),
            )
            value[i, j] = sum(sign * function(corner) for corner, sign in corners)
    return value / (4.0 * step * step)


def fit_single_rate(events: float, days: float) -> Fitted:
    """Return the posterior of a rate of which events were seen in so many days of exposure."""
    shape = events + VAGUE.events
    return Fitted(shape / (days + VAGUE.events / VAGUE.rate), shape)


class Steps(NamedTuple):
    """How a partial burn moves.

    Attributes:
        rate: at which it steps.
        scale: of a step of the logit, Student-t [-].
        wiggle: standard deviation over a day of what is no step [1/sqrt(day)].
    """

    rate: Fitted
    scale: float
    wiggle: float


def fit_steps(changes: Sequence[tuple[float, float]], degrees_of_freedom: float) -> Steps:
    """Fit steps of the logit of a partial burn: small changes all the time, and steps at a rate.

    Args:
        changes: days between two dates, and the change of the logit.
        degrees_of_freedom: of a step.
    """
    days, change = (np.array(column) for column in zip(*changes, strict=True))

    def loss(logs: NDArray[np.float64]) -> float:
        rate, scale, wiggle = np.exp(logs)
        stays = np.exp(-rate * days)
        still = stats.norm.pdf(change, scale=wiggle * np.sqrt(days))
        stepped = stats.t.pdf(change, degrees_of_freedom, scale=scale)
        prior = VAGUE.events * (logs[0] - rate / VAGUE.rate)
        return -float(np.sum(np.log(stays * still + (1.0 - stays) * stepped))) - float(prior)

    start = np.log([0.06, 0.9, 0.02])
    best = optimize.minimize(loss, start, method="BFGS").x
    variance = np.linalg.inv(_hessian(loss, best))[0, 0]
    rate, scale, wiggle = (float(value) for value in np.exp(best))
    return Steps(Fitted(rate, float(1.0 / variance)), scale, wiggle)
