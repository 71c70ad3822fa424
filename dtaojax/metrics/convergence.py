"""How numbers settle as paths are added: the same estimates from fewer of them."""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Float

from dtaojax.metrics.estimate import Estimate
from dtaojax.metrics.tables import Row, mean_within, range_of, row
from dtaojax.metrics.tail import expected_shortfall, value_at_risk
from dtaojax.results.contract import Scope, Statistic, paths_needed

PARTS: Final = (16, 8, 4, 2, 1)
"""The first so-manyth parts of the paths that are looked at."""
_FEWEST: Final = 16
"""Paths below which nothing is estimated; measures of the tail need more."""

Sample = Float[np.ndarray, " paths"]


class Watched(NamedTuple):
    """A number whose settling is told: which estimate of which figure."""

    quantity: str
    scope: Scope
    statistic: Statistic
    level: float
    day: float
    unit: str


_TAILS: Final[Mapping[Statistic, Callable[[Sample, float], Estimate]]] = {
    "var": value_at_risk,
    "es": expected_shortfall,
}


def convergence_rows(
    watched: Watched, sample: Sample, most_subnets: float = math.inf
) -> Iterator[Row]:
    """Yield the estimate from the first 1/16, 1/8, 1/4, 1/2 and all of the paths.

    Args:
        watched: Number that is estimated.
        sample: Figure on every used path, in the order of paths.
        most_subnets: Number of subnets that the network can hold.
    """
    sizes = dict.fromkeys(len(sample) // part for part in PARTS)
    needed = paths_needed(watched.statistic, watched.level)
    for paths in sizes:
        if paths >= max(min(_FEWEST, len(sample)), needed):
            first = sample[:paths]
            if watched.statistic == "mean":
                within = range_of(watched.quantity, watched.unit, most_subnets)
                estimate = mean_within(first, within)
            else:
                estimate = _TAILS[watched.statistic](first, watched.level)
            yield row(
                watched.quantity,
                watched.scope,
                None,
                watched.day,
                watched.statistic,
                watched.level,
                estimate,
                paths,
                watched.unit,
            )
