"""What every weight rule has in common."""

from abc import abstractmethod
from typing import Any, NamedTuple

import equinox as eqx

from dtaojax.numerics.shapes import PathNumber, PerSubnet
from dtaojax.state.network import NetworkState, Subnets


class Seen(NamedTuple):
    """What a rule may remember of a step.

    Attributes:
        user_tao: users' net TAO into the pool, net of fees [TAO].
        protocol_tao: TAO that the protocol put in, less what root's claims took out [TAO].
        root_proportion: rho at the end of the step's coinbase, RootProp [-].
    """

    user_tao: PerSubnet
    protocol_tao: PerSubnet
    root_proportion: PerSubnet


class WeightRule(eqx.Module):
    """Pre-gate shares of the TAO emission, with a memory if the rule needs one (§3.6).

    A rule is registered by one line in ``dtaojax.mechanism.weight_rule.config``, under which a
    config names it. Most rules derive from
    :class:`~dtaojax.mechanism.weight_rule.memoryless.Memoryless` and write one method.
    """

    @property
    def charges_burn(self) -> bool:
        """Whether weights are charged for what owners withhold from miners.

        Owners then have a reason to withhold less.
        """
        return False

    @abstractmethod
    def begin(self, path: PathNumber, subnets: Subnets, state: NetworkState) -> Any:
        """The memory at the start of a path."""

    @abstractmethod
    def prepare(self, memory: Any, state: NetworkState, subnets: Subnets, blocks: int) -> Any:
        """The memory with which to decide on the ``blocks`` blocks that follow ``state``."""

    @abstractmethod
    def shares(self, memory: Any, state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Shares that add up to 1 over the emit set and are 0 outside, or are all 0 [-].

        Args:
            memory: as :meth:`prepare` left it.
            state: before the step.
            subnets: who takes part.
        """

    @abstractmethod
    def record(self, memory: Any, seen: Seen) -> Any:
        """The memory after a step."""

    def record_waiting(self, memory: Any, seen: Seen) -> Any:
        """The memory after a step under another rule, where a run has several in turn."""
        return memory

    def resume(self, memory: Any, former: Any, state: NetworkState, subnets: Subnets) -> Any:
        """The memory with which the rule comes into force in the midst of a path.

        It is as in a path that begins in that state, but for what other rules have kept for it.

        Args:
            memory: its own, as :meth:`record_waiting` left it.
            former: that of the rule in force before.
            state: after the last step under that rule.
            subnets: who takes part.
        """
        return memory
