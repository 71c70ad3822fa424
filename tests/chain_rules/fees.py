"""Fees in proportion to a swap's input (§3.5 S2, S3)."""

from dtaojax.mechanism.integers import whole_rao
from dtaojax.numerics.shapes import PerSubnet, Scalar


def fee_on_offer(offered: PerSubnet, fee_rate: Scalar) -> PerSubnet:
    """Fee of an offer that is used whole, in whole rao: ``floor(offered f)`` [input token].

    Args:
        offered: what the trader brings, fee included [input token].
        fee_rate: f, FeeRate/65535 [-].
    """
    return whole_rao(fee_rate * offered)


def fee_on_net(net: PerSubnet, fee_rate: Scalar) -> PerSubnet:
    """Fee on top of what a price limit lets through: ``floor(net f / (1 - f))`` [input token].

    Args:
        net: input that moves the price [input token].
        fee_rate: f, below 1 [-].
    """
    return whole_rao(net * (fee_rate / (1.0 - fee_rate)))
