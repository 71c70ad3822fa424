"""The Hill gate, which gives subnets below a bar next to nothing (§3.6 G)."""

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.cadence import is_due
from dtaojax.numerics.elementary import exp, log, quotient
from dtaojax.numerics.order_statistic import nth_largest
from dtaojax.numerics.ordered import ordered_sum
from dtaojax.numerics.shapes import PerSubnet, Scalar, ScalarInt


def rank_bar(shares: PerSubnet, rank: int) -> Scalar:
    """The ``rank``-th largest positive share; the smallest positive one if there are fewer.

    0 if no share is positive. Source: §3.6 G, rank mode of maybe_update_emission_gate_bar.
    """
    bar = nth_largest(shares, min(rank, shares.shape[-1]))
    smallest = jnp.min(shares, where=shares > 0.0, initial=jnp.inf)
    return jnp.where(bar > 0.0, bar, jnp.where(jnp.isfinite(smallest), smallest, 0.0))


def hill_gate(shares: PerSubnet, bar: Scalar, exponent: Scalar) -> PerSubnet:
    """Shares after the gate: ``s**(h+1) / (s**h + bar**h)``, renormalised.

    Far above the bar a share is kept, at the bar it is halved, far below it falls as ``s**(h+1)``.
    Where every product underflows, the shares stay ungated. Source: §3.6 G, apply_emission_gate.

    Args:
        shares: before the gate, adding up to 1 or all 0 [-].
        bar: theta [-].
        exponent: h [-].
    """
    positive = shares > 0.0
    # exp(h log r) takes half the time of a power whose exponent is not known to the compiler.
    ratio = quotient(jnp.broadcast_to(bar, shares.shape), shares, otherwise=1.0)
    gated = quotient(shares, 1.0 + exp(exponent * log(ratio)), where=positive)
    total = ordered_sum(gated)
    return quotient(gated, total, otherwise=shares)


class HillRankGate(eqx.Module):
    """Hill gate whose bar is a rank, refreshed every so many blocks (R8).

    Attributes:
        rank: N; the bar is the N-th largest share.
        interval_blocks: blocks between refreshes, EMISSION_BAR_UPDATE_INTERVAL.
        exponent: h, EmissionGateExponent [-].
    """

    rank: int = eqx.field(static=True)
    interval_blocks: int = eqx.field(static=True)
    exponent: Scalar

    def refresh(self, bar: Scalar, shares: PerSubnet, block: ScalarInt, blocks: int) -> Scalar:
        """The bar in force during the ``blocks`` blocks that follow ``block``.

        Renewed if one of them is a multiple of the interval, or if the bar is unset (0).
        """
        due = is_due(block, blocks, self.interval_blocks)
        return jnp.where(due | (bar == 0.0), rank_bar(shares, self.rank), bar)

    def __call__(self, shares: PerSubnet, bar: Scalar) -> PerSubnet:
        """Shares after the gate."""
        return hill_gate(shares, bar, self.exponent)
