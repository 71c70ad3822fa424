"""The Hill gate, which gives subnets below a bar next to nothing, with three kinds of bar (§3.6).

R7 put the bar where the largest shares add up to a mass, R8 puts it at a rank. A rank jumps from
one whole number to the next, so that a search can only try them one by one; the soft rank, which no
chain has, moves smoothly and has R8's bar as its limit.
"""

from abc import abstractmethod

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import lax

from dtaojax.mechanism.gate.rules import Gate
from dtaojax.mechanism.integers import is_due
from dtaojax.numerics.elementary import exp, log, quotient
from dtaojax.numerics.order_statistic import mass_quantile, nth_largest
from dtaojax.numerics.ordered import ordered_sum
from dtaojax.numerics.shapes import PerSubnet, Scalar, ScalarInt

_HALVINGS = 60
"""Halvings after which the interval of a soft rank's bar is as narrow as float64 can tell."""
_WIDTHS = 40.0
"""Widths from a share at which its soft edge is 0 or 1 to float64."""


class HillGate(Gate):
    """Hill gate whose bar is refreshed every so many blocks.

    Attributes:
        interval_blocks: Blocks between two refreshes, EMISSION_BAR_UPDATE_INTERVAL [blocks].
        exponent: Exponent h of the Hill function, EmissionGateExponent [-].
    """

    interval_blocks: eqx.AbstractVar[int]
    exponent: eqx.AbstractVar[Scalar]

    @abstractmethod
    def bar_of(self, shares: PerSubnet) -> Scalar:
        """Return the bar that shares before the gate set; 0 if none is positive [-]."""

    def refresh(self, bar: Scalar, shares: PerSubnet, block: ScalarInt, blocks: int) -> Scalar:
        """Return the bar in force during the ``blocks`` blocks that follow ``block`` [-].

        It is renewed if one of them is a multiple of the interval, or if it is unset (0).
        """
        due = is_due(block, blocks, self.interval_blocks)
        return jnp.where(due | (bar == 0.0), self.bar_of(shares), bar)

    def __call__(self, shares: PerSubnet, bar: Scalar) -> PerSubnet:
        """Return the shares after the gate, :func:`hill_gate` [-]."""
        return hill_gate(shares, bar, self.exponent)


class HillRankGate(HillGate):
    """Hill gate whose bar is the share of a rank (R8).

    Attributes:
        rank: Rank N whose share is the bar.
        interval_blocks: Blocks between two refreshes, EMISSION_BAR_UPDATE_INTERVAL [blocks].
        exponent: Exponent h of the Hill function, EmissionGateExponent [-].
    """

    rank: int = eqx.field(static=True)
    interval_blocks: int = eqx.field(static=True)
    exponent: Scalar

    def bar_of(self, shares: PerSubnet) -> Scalar:
        """Return :func:`rank_bar` [-]."""
        return rank_bar(shares, self.rank)


class HillMassGate(HillGate):
    """Hill gate whose bar is a quantile of the mass of shares (R7).

    Attributes:
        interval_blocks: Blocks between two refreshes, EMISSION_BAR_UPDATE_INTERVAL [blocks].
        quantile: Mass q that the largest shares reach at the bar, EmissionBarQuantile [-].
        exponent: Exponent h of the Hill function, EmissionGateExponent [-].
    """

    interval_blocks: int = eqx.field(static=True)
    quantile: Scalar
    exponent: Scalar

    def bar_of(self, shares: PerSubnet) -> Scalar:
        """Return :func:`mass_bar` [-]."""
        return mass_bar(shares, self.quantile)


class HillSoftRankGate(HillGate):
    """Hill gate whose bar is a rank that need not be whole, for what-ifs and searches.

    Attributes:
        interval_blocks: Blocks between two refreshes [blocks].
        rank: Rank with ``rank - 1/2`` shares above the bar [-].
        width: Width of the edge with which a share counts, in log share [-].
        exponent: Exponent h of the Hill function [-].
    """

    interval_blocks: int = eqx.field(static=True)
    rank: Scalar
    width: Scalar
    exponent: Scalar

    def bar_of(self, shares: PerSubnet) -> Scalar:
        """Return :func:`soft_rank_bar` [-]."""
        return soft_rank_bar(shares, self.rank, self.width)


def hill_gate(shares: PerSubnet, bar: Scalar, exponent: Scalar) -> PerSubnet:
    """Return the shares after the gate: ``s**(h+1) / (s**h + bar**h)``, renormalised [-].

    Far above the bar a share is kept, at the bar it is halved, far below it falls as ``s**(h+1)``.
    Where every product underflows, the shares stay ungated.

    Args:
        shares: shares before the gate, adding up to 1 or all 0, shape (subnets,) [-].
        bar: theta [-].
        exponent: h [-].

    Source: §3.6 G, apply_emission_gate.
    """
    positive = shares > 0.0
    # Written as s / (1 + (bar / s)**h): powers of tiny shares would underflow one by one. And
    # exp(h log r) takes half the time of a power whose exponent is not known to the compiler.
    ratio = quotient(jnp.broadcast_to(bar, shares.shape), shares, otherwise=1.0)
    gated = quotient(shares, 1.0 + exp(exponent * log(ratio)), where=positive)
    total = ordered_sum(gated)
    return quotient(gated, total, otherwise=shares)


def rank_bar(shares: PerSubnet, rank: int) -> Scalar:
    """Return the ``rank``-th largest positive share; the smallest positive one if there are fewer.

    0 if no share is positive. Source: §3.6 G, rank mode of maybe_update_emission_gate_bar.
    """
    bar = nth_largest(shares, min(rank, shares.shape[-1]))
    smallest = jnp.min(shares, where=shares > 0.0, initial=jnp.inf)
    return jnp.where(bar > 0.0, bar, jnp.where(jnp.isfinite(smallest), smallest, 0.0))


def mass_bar(shares: PerSubnet, quantile: Scalar) -> Scalar:
    """Return the share at which the sum of shares, largest first, reaches ``quantile`` [-].

    The smallest positive share if it is never reached, 0 if none is positive. Source: §3.6 G,
    q-mass mode of maybe_update_emission_gate_bar.
    """
    return mass_quantile(shares, quantile)


def soft_rank_bar(shares: PerSubnet, rank: Scalar, width: Scalar) -> Scalar:
    """Return the bar above which there are ``rank - 1/2`` shares, counted with soft edges [-].

    The root of ``sum_i sigmoid((log s_i - log bar) / width) = rank - 1/2`` over the positive
    shares. For a width of 0 it is the rank-th largest, which counts half. The smallest positive
    share if there are not so many, 0 if none is positive.

    Args:
        shares: shares before the gate, shape (subnets,) [-].
        rank: at least 1, not necessarily whole [-].
        width: width of the edge, in log share; above 0 [-].
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
    # Far from every share all edges are flat and the slope underflows: the bar then stays as found.
    steep = enough & (slope < 0.0)
    root = near - jnp.where(steep, surplus(near) / jnp.where(steep, slope, -1.0), 0.0)
    return jnp.where(some, jnp.exp(jnp.where(enough, root, lowest)), 0.0)
