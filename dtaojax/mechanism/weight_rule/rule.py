"""What every weight rule has in common, and the rule in force where a run has several in turn."""

from abc import abstractmethod
from typing import Any, NamedTuple

import equinox as eqx

from dtaojax.numerics.shapes import PathNumber, PerSubnet
from dtaojax.state.network import NetworkState, Subnets


class StepSummary(NamedTuple):
    """What a weight rule may remember of a step.

    Attributes:
        user_tao: Users' net TAO into the pools, net of fees, shape (subnets,) [TAO].
        protocol_tao: TAO that the protocol put into the pools, less what root's claims took out,
            shape (subnets,) [TAO].
        root_proportion: Root proportion at the end of the step's coinbase, RootProp, shape
            (subnets,) [-].
    """

    user_tao: PerSubnet
    protocol_tao: PerSubnet
    root_proportion: PerSubnet


class WeightRule(eqx.Module):
    """Rule for the pre-gate shares of the TAO emission, with a memory if it needs one (§3.6).

    A rule is registered by one line in ``dtaojax.mechanism.weight_rule.config``, under which a
    config names it. Most rules derive from :class:`Memoryless` and write one method.
    """

    @property
    def charges_burn(self) -> bool:
        """Return whether weights are charged for what owners withhold from miners.

        Owners then have a reason to withhold less.
        """
        return False

    @abstractmethod
    def begin(self, path: PathNumber, subnets: Subnets, state: NetworkState) -> Any:
        """Return the memory at the start of a path."""

    @abstractmethod
    def prepare(self, memory: Any, state: NetworkState, subnets: Subnets, blocks: int) -> Any:
        """Return the memory with which to decide on the ``blocks`` blocks that follow ``state``."""

    @abstractmethod
    def shares(self, memory: Any, state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Return shares that add up to 1 over the emit set and are 0 outside, or are all 0 [-].

        Args:
            memory: the memory as :meth:`prepare` left it.
            state: the network before the step.
            subnets: who takes part.
        """

    @abstractmethod
    def record(self, memory: Any, step: StepSummary) -> Any:
        """Return the memory after a step."""

    def record_waiting(self, memory: Any, step: StepSummary) -> Any:
        """Return the memory after a step under another rule, where a run has several in turn."""
        return memory

    def resume(self, memory: Any, former: Any, state: NetworkState, subnets: Subnets) -> Any:
        """Return the memory with which the rule comes into force in the midst of a path.

        It is as in a path that begins in that state, but for what other rules have kept for it.

        Args:
            memory: the rule's own memory, as :meth:`record_waiting` left it.
            former: the memory of the rule in force before.
            state: the network after the last step under that rule.
            subnets: who takes part.
        """
        return memory


class Memoryless(WeightRule):
    """Rule that is a function of the state and the subnets."""

    @abstractmethod
    def __call__(self, state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Return shares that add up to 1 over the emit set and are 0 outside, or are all 0 [-]."""

    def begin(self, path: PathNumber, subnets: Subnets, state: NetworkState) -> None:
        """Return no memory."""

    def prepare(self, memory: None, state: NetworkState, subnets: Subnets, blocks: int) -> None:
        """Return no memory."""

    def shares(self, memory: None, state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Return the shares by the present state [-]."""
        return self(state, subnets)

    def record(self, memory: None, step: StepSummary) -> None:
        """Return no memory."""


class RuleInForce(WeightRule):
    """Weight rule of a run that has several kinds in turn; its memory has that of each kind.

    Averages of flows stay as they are while another rule is in force, as on chain when shares went
    back to prices (R6).

    Attributes:
        rule: The rule that is in force.
        kinds: One rule of each kind, the one in force among them.
        place: Place of its kind among them.
    """

    rule: WeightRule
    kinds: tuple[WeightRule, ...]
    place: int = eqx.field(static=True)

    @property
    def charges_burn(self) -> bool:
        """Return whether the rule in force charges for burn."""
        return self.rule.charges_burn

    def begin(self, path: PathNumber, subnets: Subnets, state: NetworkState) -> tuple[Any, ...]:
        """Return the memories of all kinds at the start of a path."""
        return tuple(kind.begin(path, subnets, state) for kind in self.kinds)

    def prepare(
        self, memory: tuple[Any, ...], state: NetworkState, subnets: Subnets, blocks: int
    ) -> tuple[Any, ...]:
        """Return the memories, where the rule in force has taken in what it decides on."""
        own = self.rule.prepare(memory[self.place], state, subnets, blocks)
        return self._with(memory, own)

    def shares(self, memory: tuple[Any, ...], state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Return the shares by the rule in force [-]."""
        return self.rule.shares(memory[self.place], state, subnets)

    def record(self, memory: tuple[Any, ...], step: StepSummary) -> tuple[Any, ...]:
        """Return the memories after a step of the rule in force."""
        waited = tuple(
            kind.record_waiting(own, step) for kind, own in zip(self.kinds, memory, strict=True)
        )
        return self._with(waited, self.rule.record(memory[self.place], step))

    def follow(
        self, former: int, memory: tuple[Any, ...], state: NetworkState, subnets: Subnets
    ) -> tuple[Any, ...]:
        """Return the memories when the rule comes into force after one of another kind.

        Args:
            former: place of that kind.
            memory: the memories of all kinds, after the last step under that rule.
            state: the network after it.
            subnets: who takes part.
        """
        own = self.rule.resume(memory[self.place], memory[former], state, subnets)
        return self._with(memory, own)

    def _with(self, memory: tuple[Any, ...], own: Any) -> tuple[Any, ...]:
        """Return the memories with another one of the rule in force."""
        return (*memory[: self.place], own, *memory[self.place + 1 :])
