"""How a day's variance becomes the flow of a step."""

import jax.numpy as jnp
import numpy as np

from dtaojax.demand.process import Clock
from dtaojax.numerics.shapes import PerSubnet, Scalar
from dtaojax.numerics.streams import Stream


def flow_within_day(
    stream: Stream, clock: Clock, volatility: PerSubnet, common_share: Scalar, drift: Scalar
) -> PerSubnet:
    """A step's change ``g`` of ``log(tao_in)``, normal with variance ``v**2`` a day [-].

    The mean of ``g`` is set so that the expected change of ``tao_in`` is ``drift`` a day.

    Args:
        stream: of the path's flows within a day.
        clock: of the step.
        volatility: v, the day's, of each subnet [1/sqrt(day)].
        common_share: part of the variance that all subnets have in common [-].
        drift: expected flow [fraction of tao_in per day].
    """
    lanes = volatility.shape[-1]
    normals = stream.normals(clock.step, lanes + 2).astype(volatility.dtype)
    own, common = normals[:lanes], normals[lanes]
    mixed = jnp.sqrt(1.0 - common_share) * own + jnp.sqrt(common_share) * common
    spread = volatility * np.sqrt(clock.days)
    return spread * mixed - 0.5 * spread * spread + drift * clock.days
