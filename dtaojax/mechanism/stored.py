"""The chain's stored integers as the fractions that they stand for (§5)."""

from dtaojax import chain


def u16_fraction(stored: int) -> float:
    """A fee rate, owner cut or take: ``stored / 65535`` [-]."""
    return stored / chain.U16_MAX


def tao_weight(stored: int) -> float:
    """Weight of root stake: ``TaoWeight / (2**64 - 1)`` (§3.4) [-]."""
    return stored / chain.TAO_WEIGHT_ONE


def flow_smoothing(stored: int) -> float:
    """Rate of the flow EMA: ``FlowEmaSmoothingFactor / (2**63 - 1)`` (§3.6 E-flow) [1/block]."""
    return stored / chain.FLOW_SMOOTHING_ONE


def moving_price_rate(bits: int) -> float:
    """Rate of the price EMA: 32 fractional bits of SubnetMovingAlpha (§3.3) [1/block]."""
    return bits / 2**32
