"""What it costs to register a neuron, in the chain's whole rao (§3.11)."""

from decimal import Context, Decimal

_EXACT = Context(prec=60)
"""Digits enough that a floor of 64-bit integers is the true one."""


def neuron_burn_price(
    burn_rao: int, multiple: float, half_life: int, registrations: int, blocks: int
) -> int:
    """``burn multiple**registrations``, then each block ``floor(burn 2**(-1/half_life))`` [rao].

    On the host, in exact integers, since every block's truncation feeds the next.

    Args:
        burn_rao: before [rao].
        multiple: BurnIncreaseMult, read as its shortest decimal [-].
        half_life: BurnHalfLife [blocks].
        registrations: that come before the blocks pass.
        blocks: that pass.

    Source: §3.11 [REG-04].
    """
    raised = _EXACT.power(Decimal(repr(multiple)), registrations)
    price = int(_EXACT.multiply(Decimal(burn_rao), raised))
    decay = _EXACT.power(Decimal(2), _EXACT.divide(Decimal(-1), Decimal(half_life)))
    for _ in range(blocks):
        price = int(_EXACT.multiply(Decimal(price), decay))
    return price
