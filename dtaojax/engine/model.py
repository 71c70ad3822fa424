"""What the engine asks of a model. The engine itself knows nothing of TAO."""

from typing import Any, NamedTuple, Protocol

from jaxtyping import Array, Bool, Float, Int


class Observation(NamedTuple):
    """What is recorded of one path at one moment.

    Attributes:
        gauges: figures of each member, whose distribution over paths is estimated.
        events: what is true of each member, whose probability is estimated.
        scalars: figures of the path, each of which is kept.
    """

    gauges: Float[Array, "gauges members"]
    events: Bool[Array, "events members"]
    scalars: Float[Array, " scalars"]


class Model(Protocol):
    """A random system that can be run along independent paths.

    A model is a pytree. Its path is a pure function of the path's number, which is what makes
    results independent of how paths are divided.
    """

    def begin(self, path: Int[Array, ""]) -> Any:
        """What a path carries at its start."""
        ...

    def advance(self, carry: Any, number: Int[Array, ""]) -> Any:
        """What it carries after step ``number``, counted from 0."""
        ...

    def observe(self, carry: Any, number: Int[Array, ""]) -> Observation:
        """What is recorded of it after ``number`` steps."""
        ...

    def finite(self, carry: Any) -> Bool[Array, ""]:
        """Whether all its numbers are finite."""
        ...

    def tally(self, carry: Any) -> tuple[Int[Array, ""], ...]:
        """Counts that add up over paths."""
        ...
