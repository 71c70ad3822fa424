"""Those who are paid in alpha sell part of it."""

import jax.numpy as jnp

from dtaojax.demand.process import Clock, DemandProcess, selling
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.numerics.shapes import Scalar, ScalarInt
from dtaojax.numerics.streams import Source
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets


class EmissionSelling(DemandProcess):
    """Each class sells a fixed fraction of what a step pays it, at once.

    Miners sell out of what they receive: the part that the owner withholds (MinerBurned) is never
    sold. Root's part stays in its baskets.

    Attributes:
        owner: fraction of the owner's cut that is sold [-].
        miner: fraction of the miners' income that is sold [-].
        validator: fraction of the validators' and their nominators' income that is sold [-].
    """

    owner: Scalar
    miner: Scalar
    validator: Scalar

    @property
    def source(self) -> Source:
        """Whose doing its random numbers stand for."""
        return "selling"

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> None:
        """Nothing is remembered."""

    def intents(
        self, memory: None, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, None]:
        """The step's sales."""
        payout = paid.payout
        received = payout.server * (1.0 - jnp.minimum(subnets.miner_burned, 1.0))
        sale = self.owner * payout.owner + self.miner * received + self.validator * payout.validator
        return selling(sale), None
