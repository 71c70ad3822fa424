"""How strongly people answer to what they see."""

import equinox as eqx
import jax.numpy as jnp

from dtaojax.numerics.shapes import PerSubnet, Scalar


class Response(eqx.Module):
    """Demand in proportion to a signal while it is small, and never more than a bound.

    ``most * tanh(strength * signal / most)``: without a bound, demand that feeds on its own effect
    would grow without limit.

    Attributes:
        strength: of small signals [change of log(tao_in) per day and unit of the signal].
        most: bound [change of log(tao_in) per day].
    """

    strength: Scalar
    most: Scalar

    def __call__(self, signal: PerSubnet) -> PerSubnet:
        """Demand [change of log(tao_in) per day]."""
        return self.most * jnp.tanh(self.strength * signal / self.most)


def response(strength: float, most: float) -> Response:
    """Builds the response; arguments as the attributes of :class:`Response`."""
    return Response(jnp.asarray(strength), jnp.asarray(most))
