"""The JAX step against the exact reference, for every preset: random networks, orders and events.

A run is a series of segments. A segment starts with an event (a registration, a start call, a
halving that comes close, ...) and goes on for some blocks under random orders. The model starts
each segment in the reference's own state. Without truncation it then runs free and must compute the
same real numbers; with the chain's truncation each block starts in the reference's state and must
end within the few rao that truncation takes.
"""

from .compare import Evidence, compare
from .presets import PRESET_NAMES, preset_pair

__all__ = ["PRESET_NAMES", "Evidence", "compare", "preset_pair"]
