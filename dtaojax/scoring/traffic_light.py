"""The Basel traffic light, for any number of days."""

from __future__ import annotations

from typing import Literal, NamedTuple

from scipy import stats

Zone = Literal["green", "yellow", "red"]

YELLOW_FROM = 0.95
RED_FROM = 0.9999


class TrafficLight(NamedTuple):
    """The zone of a VaR model.

    Attributes:
        zone: ``green``, ``yellow`` or ``red``.
        cumulative: probability of at most as many exceedances under a right model [-].
        yellow_from: fewest exceedances of the yellow zone.
        red_from: fewest exceedances of the red zone.
    """

    zone: Zone
    cumulative: float
    yellow_from: int
    red_from: int


def traffic_light(exceeded: int, total: int, probability: float) -> TrafficLight:
    """Zone by the cumulative binomial probability of the exceedances.

    The Basel Committee (1996, Supervisory framework for the use of "backtesting") sets its zones
    for 250 days of a VaR 99 %: yellow begins where the cumulative probability reaches 95 %, at 5
    exceedances, and red where it reaches 99.99 %, at 10. The same two probabilities define the
    zones here for any number of days and any VaR. Too few exceedances are always green.

    Args:
        exceeded: number of losses above the VaR.
        total: number of days.
        probability: 0.01 for a VaR 99 %.
    """
    binomial = stats.binom(total, probability)
    yellow_from, red_from = int(binomial.ppf(YELLOW_FROM)), int(binomial.ppf(RED_FROM))
    zone: Zone = "green"
    if exceeded >= red_from:
        zone = "red"
    elif exceeded >= yellow_from:
        zone = "yellow"
    return TrafficLight(zone, float(binomial.cdf(exceeded)), yellow_from, red_from)
