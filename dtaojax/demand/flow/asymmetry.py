"""A mean of flows that grows with their variance: sums over weeks are skewed."""

import equinox as eqx
import jax.numpy as jnp

from dtaojax.demand.process import Clock
from dtaojax.numerics.shapes import PathNumber, PerSubnet, Scalar
from dtaojax.numerics.streams import Stream, named_stream


class Asymmetry(eqx.Module):
    """Drift of a normal variance-mean mixture, as strong as a path draws it.

    A flow of variance ``v**2`` a day has ``strength * v**2`` a day on top of its mean (Barndorff-
    Nielsen, Kent and Sørensen, "Normal variance-mean mixtures and z distributions", International
    Statistical Review 50, 1982). Where it is positive, wild subnets rise more than calm ones and
    returns over weeks are skewed to the right, for as long as variance lasts. All subnets of a path
    have the strength in common, so that it moves baskets too.

    Attributes:
        stream: of random numbers.
        mean: of the strength over paths [-].
        sd: its standard deviation over paths [-].
    """

    stream: Stream
    mean: Scalar
    sd: Scalar

    def begin(self, path: PathNumber) -> Scalar:
        """Draw the strength of a path [-]."""
        score = self.stream.for_path(path).normals(jnp.zeros((), jnp.int32), 1)[0]
        return self.mean + self.sd * score.astype(self.mean.dtype)


def lean(strength: Scalar, volatility: PerSubnet, clock: Clock) -> PerSubnet:
    """Return what a strength adds to a step's change of ``log(tao_in)`` [-]."""
    return strength * jnp.square(volatility) * clock.days


def asymmetry(seed: int, *, name: str, mean: float, sd: float) -> Asymmetry | None:
    """Build it under a seed and the name of its process; None where there is none."""
    if mean == 0.0 and sd == 0.0:
        return None
    return Asymmetry(named_stream(seed, f"{name}.asymmetry"), jnp.asarray(mean), jnp.asarray(sd))
