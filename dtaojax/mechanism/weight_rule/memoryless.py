"""Weight rules that look at the present state alone."""

from abc import abstractmethod

from dtaojax.mechanism.weight_rule.rule import Seen, WeightRule
from dtaojax.numerics.shapes import PathNumber, PerSubnet
from dtaojax.state.network import NetworkState, Subnets


class Memoryless(WeightRule):
    """A rule that is a function of the state and the subnets."""

    @abstractmethod
    def __call__(self, state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Shares that add up to 1 over the emit set and are 0 outside, or are all 0 [-]."""

    def begin(self, path: PathNumber, subnets: Subnets, state: NetworkState) -> None:
        """Nothing is remembered."""

    def prepare(self, memory: None, state: NetworkState, subnets: Subnets, blocks: int) -> None:
        """Nothing is remembered."""

    def shares(self, memory: None, state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Pre-gate shares [-]."""
        return self(state, subnets)

    def record(self, memory: None, seen: Seen) -> None:
        """Nothing is remembered."""
