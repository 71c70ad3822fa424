"""Regimes without a gate (before R7)."""

import equinox as eqx

from dtaojax.numerics.shapes import PerSubnet, Scalar, ScalarInt


class NoGate(eqx.Module):
    """Leaves shares as the weight rule made them."""

    def refresh(self, bar: Scalar, shares: PerSubnet, block: ScalarInt, blocks: int) -> Scalar:
        """The bar as it was: there is none to keep."""
        return bar

    def __call__(self, shares: PerSubnet, bar: Scalar) -> PerSubnet:
        """The shares themselves."""
        return shares
