"""The weight rule in force, beside the memories of those that were and will be."""

from typing import Any

import equinox as eqx

from dtaojax.mechanism.weight_rule.rule import Seen, WeightRule
from dtaojax.numerics.shapes import PathNumber, PerSubnet
from dtaojax.state.network import NetworkState, Subnets


class RuleInForce(WeightRule):
    """A weight rule of a run that has several kinds in turn. The memory has that of each kind.

    Averages of flows stay as they are while another rule is in force, as on chain when shares went
    back to prices (R6).

    Attributes:
        rule: that is in force.
        kinds: a rule of each kind, the one in force among them.
        place: of its kind among them.
    """

    rule: WeightRule
    kinds: tuple[WeightRule, ...]
    place: int = eqx.field(static=True)

    @property
    def charges_burn(self) -> bool:
        """Whether the rule in force charges for burn."""
        return self.rule.charges_burn

    def begin(self, path: PathNumber, subnets: Subnets, state: NetworkState) -> tuple[Any, ...]:
        """The memories of all kinds at the start of a path."""
        return tuple(kind.begin(path, subnets, state) for kind in self.kinds)

    def prepare(
        self, memory: tuple[Any, ...], state: NetworkState, subnets: Subnets, blocks: int
    ) -> tuple[Any, ...]:
        """The memories, where the rule in force has taken in what it decides on."""
        own = self.rule.prepare(memory[self.place], state, subnets, blocks)
        return self._with(memory, own)

    def shares(self, memory: tuple[Any, ...], state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Pre-gate shares of the rule in force [-]."""
        return self.rule.shares(memory[self.place], state, subnets)

    def record(self, memory: tuple[Any, ...], seen: Seen) -> tuple[Any, ...]:
        """The memories after a step of the rule in force."""
        waited = tuple(
            kind.record_waiting(own, seen) for kind, own in zip(self.kinds, memory, strict=True)
        )
        return self._with(waited, self.rule.record(memory[self.place], seen))

    def follow(
        self, former: int, memory: tuple[Any, ...], state: NetworkState, subnets: Subnets
    ) -> tuple[Any, ...]:
        """The memories when the rule comes into force after one of another kind.

        Args:
            former: place of that kind.
            memory: of all kinds, after the last step under that rule.
            state: after it.
            subnets: who takes part.
        """
        own = self.rule.resume(memory[self.place], memory[former], state, subnets)
        return self._with(memory, own)

    def _with(self, memory: tuple[Any, ...], own: Any) -> tuple[Any, ...]:
        return (*memory[: self.place], own, *memory[self.place + 1 :])
