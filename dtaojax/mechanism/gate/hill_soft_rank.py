"""The Hill gate with a rank for its bar that need not be whole: for what-ifs and searches.

No chain has it. A rank jumps from one whole number to the next, so that a search can only try them
one by one; this bar moves smoothly with its rank, and has the chain's as its limit.
"""

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import lax

from dtaojax.mechanism.cadence import is_due
from dtaojax.mechanism.gate.hill_rank import hill_gate
from dtaojax.numerics.elementary import log
from dtaojax.numerics.ordered import ordered_sum
from dtaojax.numerics.shapes import PerSubnet, Scalar, ScalarInt

_HALVINGS = 60
_WIDTHS = 40.0
"""So many widths from a share, its edge is 0 or 1 to float64."""


def soft_rank_bar(shares: PerSubnet, rank: Scalar, width: Scalar) -> Scalar:
    """The bar above which there are ``rank - 1/2`` shares, each counted with a soft edge.

    The root of ``sum_i sigmoid((log s_i - log bar) / width) = rank - 1/2`` over the positive
    shares. For a width of 0 it is the rank-th largest, which counts half. The smallest positive
    share if there are not so many, 0 if none is positive.

    Args:
        shares: before the gate [-].
        rank: at least 1, not necessarily whole [-].
        width: of the edge, in log share; above 0 [-].
    """
    positive = shares > 0.0
    logs = log(jnp.where(positive, shares, 1.0))
    lowest = jnp.min(logs, where=positive, initial=jnp.inf)
    highest = jnp.max(logs, where=positive, initial=-jnp.inf)
    some = jnp.any(positive)
    lowest, highest = jnp.where(some, lowest, 0.0), jnp.where(some, highest, 0.0)

    def surplus(bar: Scalar) -> Scalar:
        edges = jax.nn.sigmoid((logs - bar) / width)
        return ordered_sum(jnp.where(positive, edges, 0.0)) - (rank - 0.5)

    def halve(_: ScalarInt, ends: tuple[Scalar, Scalar]) -> tuple[Scalar, Scalar]:
        low, high = ends
        middle = 0.5 * (low + high)
        too_many = surplus(middle) > 0.0
        return jnp.where(too_many, middle, low), jnp.where(too_many, high, middle)

    ends = (lowest - _WIDTHS * width, highest + _WIDTHS * width)
    # Halving has no derivative; the step of Newton's method after it has that of the root.
    low, high = lax.fori_loop(0, _HALVINGS, halve, lax.stop_gradient(ends))
    near = lax.stop_gradient(0.5 * (low + high))
    edges = jax.nn.sigmoid((logs - near) / width)
    slope = -ordered_sum(jnp.where(positive, edges * (1.0 - edges), 0.0)) / width
    slope = lax.stop_gradient(slope)
    enough = jnp.sum(positive) > rank - 0.5
    steep = enough & (slope < 0.0)
    root = near - jnp.where(steep, surplus(near) / jnp.where(steep, slope, -1.0), 0.0)
    return jnp.where(some, jnp.exp(jnp.where(enough, root, lowest)), 0.0)


class HillSoftRankGate(eqx.Module):
    """Hill gate whose bar is a soft rank, refreshed every so many blocks.

    Attributes:
        interval_blocks: blocks between refreshes.
        rank: the bar has ``rank - 1/2`` shares above it [-].
        width: of the edge with which a share counts, in log share [-].
        exponent: h [-].
    """

    interval_blocks: int = eqx.field(static=True)
    rank: Scalar
    width: Scalar
    exponent: Scalar

    def refresh(self, bar: Scalar, shares: PerSubnet, block: ScalarInt, blocks: int) -> Scalar:
        """The bar in force during the ``blocks`` blocks that follow ``block``.

        Renewed if one of them is a multiple of the interval, or if the bar is unset (0).
        """
        due = is_due(block, blocks, self.interval_blocks)
        return jnp.where(due | (bar == 0.0), soft_rank_bar(shares, self.rank, self.width), bar)

    def __call__(self, shares: PerSubnet, bar: Scalar) -> PerSubnet:
        """Shares after the gate."""
        return hill_gate(shares, bar, self.exponent)
