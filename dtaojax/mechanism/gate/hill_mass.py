"""The Hill gate with its bar where a mass of shares is reached (R7, §3.6 G)."""

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.cadence import is_due
from dtaojax.mechanism.gate.hill_rank import hill_gate
from dtaojax.numerics.order_statistic import mass_quantile
from dtaojax.numerics.shapes import PerSubnet, Scalar, ScalarInt


def mass_bar(shares: PerSubnet, quantile: Scalar) -> Scalar:
    """The share at which the sum of shares, largest first, reaches ``quantile``.

    The smallest positive share if it is never reached, 0 if none is positive. Source: §3.6 G,
    q-mass mode of maybe_update_emission_gate_bar.
    """
    return mass_quantile(shares, quantile)


class HillMassGate(eqx.Module):
    """Hill gate whose bar is a quantile of the mass of shares, refreshed every so many blocks (R7).

    Attributes:
        interval_blocks: blocks between refreshes, EMISSION_BAR_UPDATE_INTERVAL.
        quantile: q, EmissionBarQuantile [-].
        exponent: h, EmissionGateExponent [-].
    """

    interval_blocks: int = eqx.field(static=True)
    quantile: Scalar
    exponent: Scalar

    def refresh(self, bar: Scalar, shares: PerSubnet, block: ScalarInt, blocks: int) -> Scalar:
        """The bar in force during the ``blocks`` blocks that follow ``block``.

        Renewed if one of them is a multiple of the interval, or if the bar is unset (0).
        """
        due = is_due(block, blocks, self.interval_blocks)
        return jnp.where(due | (bar == 0.0), mass_bar(shares, self.quantile), bar)

    def __call__(self, shares: PerSubnet, bar: Scalar) -> PerSubnet:
        """Shares after the gate."""
        return hill_gate(shares, bar, self.exponent)
