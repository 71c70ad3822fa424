"""Behaviour under rules that give it nothing to do."""

from typing import Any

import equinox as eqx

from dtaojax.behaviour.process import BehaviourProcess
from dtaojax.behaviour.root_claims import ClaimMemory, RootClaims
from dtaojax.demand.process import Clock
from dtaojax.mechanism.composition import Mechanism
from dtaojax.numerics.shapes import PathNumber
from dtaojax.numerics.streams import Source
from dtaojax.state.network import NetworkState, Subnets


class Waiting(BehaviourProcess):
    """A process that keeps its memory and does nothing, until rules come that it answers to.

    Attributes:
        process: that waits.
    """

    process: BehaviourProcess

    @property
    def source(self) -> Source:
        """Whose doing the numbers of the process stand for."""
        return self.process.source

    def begin(self, path: PathNumber, subnets: Subnets, state: NetworkState) -> Any:
        """Return the memory of the process."""
        return self.process.begin(path, subnets, state)

    def act(
        self,
        memory: Any,
        clock: Clock,
        subnets: Subnets,
        state: NetworkState,
        mechanism: Mechanism,
    ) -> tuple[Subnets, Any]:
        """Leave everything as it is."""
        return subnets, memory


class WaitingClaims(eqx.Module):
    """Claims out of root's baskets under rules that do not leave them to stakers.

    Attributes:
        claims: that wait.
    """

    claims: RootClaims

    def begin(self, path: PathNumber) -> ClaimMemory:
        """Draw the mean rate of a path."""
        return self.claims.begin(path)

    def rules(self, memory: ClaimMemory, clock: Clock, mechanism: Mechanism) -> Mechanism:
        """Return the rules as they are."""
        return mechanism
