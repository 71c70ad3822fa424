"""A world some of whose sources of randomness draw as on other paths."""

from collections.abc import Mapping

import equinox as eqx

from dtaojax.engine.model import Observation
from dtaojax.numerics.shapes import PathNumber, ScalarBool, ScalarInt
from dtaojax.numerics.streams import Source
from dtaojax.world.carry import Carry
from dtaojax.world.world import World


class Mixed(eqx.Module):
    """A model for the engine: ``world``, whose path *i* takes each source's numbers from another.

    Two such models that differ in one source's shift share all random numbers but that source's,
    which is what a variance is taken apart by (Sobol's pick and freeze).

    Attributes:
        world: whose paths are run.
        shifts: by how much further on the path stands from which a source's numbers are taken;
            arrays, so that one program serves all of them.
    """

    world: World
    shifts: Mapping[Source, ScalarInt]

    def begin(self, path: PathNumber) -> Carry:
        """Start a path."""
        paths: dict[Source, ScalarInt] = {
            source: path + shift for source, shift in self.shifts.items()
        }
        return self.world.begin_from(paths)

    def advance(self, carry: Carry, number: ScalarInt) -> Carry:
        """Take the path a step further."""
        return self.world.advance(carry, number)

    def observe(self, carry: Carry, number: ScalarInt) -> Observation:
        """Observe the path."""
        return self.world.observe(carry, number)

    def finite(self, carry: Carry) -> ScalarBool:
        """Say whether every number of the path is finite."""
        return self.world.finite(carry)

    def tally(self, carry: Carry) -> tuple[ScalarInt, ...]:
        """Return the counts of the path."""
        return self.world.tally(carry)
