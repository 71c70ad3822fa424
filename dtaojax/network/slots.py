"""Figures by subnet as arrays over slots, of which those of later subnets come last."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dtaojax.network import NetworkTable

NOBODY = 0
"""Stands for the netuid of a slot that is empty at the start; root's, which has no slot."""


@dataclass(frozen=True)
class Slots:
    """Places for the subnets of a network, and for those that may come.

    Attributes:
        table: the network.
        count: number of slots, at least one for each of its subnets.
    """

    table: NetworkTable
    count: int

    @property
    def netuid(self) -> NDArray[np.int64]:
        """Of each slot; ``NOBODY`` for one that is empty at the start."""
        free = self.count - self.table.n_subnets
        return np.pad(self.table.netuid, (0, free), constant_values=NOBODY)

    def column(self, everywhere: float, by_netuid: Mapping[int, float]) -> NDArray[np.float64]:
        """A figure that is the same everywhere but in the subnets that are named.

        Raises:
            NetworkError: a netuid is not in the network.
        """
        column = np.full(self.count, everywhere)
        for netuid, figure in by_netuid.items():
            column[self.table.row_of(netuid)] = figure
        return column
