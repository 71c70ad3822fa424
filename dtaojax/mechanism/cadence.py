"""When something that is renewed every so many blocks is due."""

from dtaojax.numerics.shapes import ScalarBool, ScalarInt


def is_due(block: ScalarInt, blocks: int, interval: int) -> ScalarBool:
    """Whether a multiple of ``interval`` is among the ``blocks`` blocks that follow ``block``."""
    return (block + blocks) // interval > block // interval
