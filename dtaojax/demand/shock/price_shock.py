"""Prices that jump by a given factor: a correlated crash, or an owner who leaves."""

from dtaojax.demand.log_price import push_for
from dtaojax.demand.process import Clock, DemandProcess, pushing
from dtaojax.demand.shock.window import Window
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.numerics.shapes import PerSubnet, ScalarInt
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets


class PriceShock(DemandProcess):
    """Trades that change each subnet's price by a factor of its own, on top of all else.

    Attributes:
        window: over which the log price moves, evenly.
        log_change: of the price over the whole window [-].
    """

    window: Window
    log_change: PerSubnet

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> None:
        """Nothing is remembered."""

    def intents(
        self, memory: None, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, None]:
        """The step's pushes."""
        return pushing(push_for(self.log_change * self.window.share(clock), state.pools)), None
