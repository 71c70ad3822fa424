"""The state of a network at one block as NumPy arrays, and figures over slots for its subnets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dtaojax.files.errors import SourceError

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
BoolArray: TypeAlias = NDArray[np.bool_]

NOT_STARTED = -1
"""``first_emission_block`` of a subnet whose owner has not called start_call."""

UNHELD_PARTS: Final = ("protocol_alpha", "burned_alpha", "basket_alpha")
"""Columns with the parts of ``alpha_out`` that no participant holds (§12.4)."""

CLAIMABLE: Final = "claimable_alpha"
"""A further part, of states from before root had baskets (R4 to R7, §3.10)."""

FLOW_AVERAGES: Final = ("user_flow_ema", "protocol_flow_ema")
"""Columns with what the chain remembers of flows of TAO, for rules that follow them (§3.6)."""


class NetworkError(SourceError):
    """A network that cannot be used; the message names the file, the row or column, and the fix."""


@dataclass(frozen=True, eq=False, kw_only=True)
class NetworkTable:
    """All subnets but root, sorted by netuid, and the facts that are not per subnet.

    Names follow the Bittensor SDK and §2 of the mechanism specification; amounts are in TAO and
    alpha, not rao. Arrays have shape (subnets,) and are read-only.

    Attributes:
        name: name of the network.
        block: height of the state [block].
        total_issuance: TAO issued at that block [TAO].
        root_tao: TAO staked to root, row 0's ``tao_in`` [TAO].
        gate_bar: the emission bar in force; 0 where it is not known.
        last_lock_cost: price of the last registration; None where it is not known [TAO].
        last_lock_block: height of the last registration [block].
        netuid: ids of the subnets, rising.
        names: names as the chain holds them, verbatim; see `dtaojax.files.text`.
        registered_at: block of registration [block].
        first_emission_block: block of the first emission [block], or -1 where not started.
        tao_in: TAO reserve of the pool [TAO].
        alpha_in: alpha reserve of the pool [alpha].
        alpha_out: alpha outside the pool [alpha].
        moving_price: the price EMA [TAO per alpha].
        emission_enabled: true for subnets that may receive TAO.
        miner_burned: withheld share of the miners' incentive [-].
        owner_cut_enabled: true for owners who take the cut, or where the file does not say.
        w_tao: weight of the pool's TAO side [-].
        protocol_alpha: alpha that the chain bought, a part of ``alpha_out`` [alpha].
        burned_alpha: alpha that nobody holds, a part of ``alpha_out`` (§12.4) [alpha].
        basket_alpha: alpha in root's baskets, a part of ``alpha_out`` (§3.10) [alpha].
        claimable_alpha: alpha that root stake has earned and not claimed, a part of ``alpha_out``;
            0 where the file does not say (R4 to R7, RootClaimable, §3.10) [alpha].
        user_flow_ema: average of users' net TAO into the pool, SubnetEmaTaoFlow; None where the
            file does not say (§3.6 E-flow) [TAO per block].
        protocol_flow_ema: average of the protocol's, SubnetEmaProtocolFlow; None where the file
            does not say (§3.6 E-netflow) [TAO per block].
        unknown_parts: names of the columns with these parts that the file does not have, and that
            are 0 here for want of better.
        observed: records of the chain by column name (``observed_tao_in_emission``,
            ``observed_alpha_in_emission``, ``observed_excess_tao``) [per block]; None where the
            file has no such column.
        other: further figures, by column name (``tempo``, ``subnet_volume``, ``validators``,
            ``miners``), as far as the file has them; NaN where a cell is empty.
        notes: sentences on where the network comes from, and what of it is assumed.
    """

    name: str
    block: int
    total_issuance: float
    root_tao: float
    gate_bar: float
    last_lock_cost: float | None
    last_lock_block: int
    netuid: IntArray
    names: tuple[str, ...]
    registered_at: IntArray
    first_emission_block: IntArray
    tao_in: FloatArray
    alpha_in: FloatArray
    alpha_out: FloatArray
    moving_price: FloatArray
    emission_enabled: BoolArray
    miner_burned: FloatArray
    owner_cut_enabled: BoolArray
    w_tao: FloatArray
    protocol_alpha: FloatArray
    burned_alpha: FloatArray
    basket_alpha: FloatArray
    claimable_alpha: FloatArray
    user_flow_ema: FloatArray | None
    protocol_flow_ema: FloatArray | None
    unknown_parts: tuple[str, ...]
    observed: dict[str, FloatArray] | None
    other: dict[str, FloatArray]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        further = (self.observed or {}) | self.other
        for column in (*vars(self).values(), *further.values()):
            if isinstance(column, np.ndarray):
                column.flags.writeable = False

    @property
    def n_subnets(self) -> int:
        """Number of subnets besides root."""
        return len(self.names)

    @property
    def started(self) -> BoolArray:
        """Subnets that have had their start call, shape (subnets,)."""
        return self.first_emission_block != NOT_STARTED

    @property
    def held_alpha(self) -> FloatArray:
        """Alpha that participants hold outside the pool [alpha]."""
        return self.alpha_out - self.protocol_alpha - self.burned_alpha - self.root_alpha

    @property
    def root_alpha(self) -> FloatArray:
        """Alpha that root stake has earned and not sold, in baskets or to be claimed [alpha]."""
        return self.basket_alpha + self.claimable_alpha

    def row_of(self, netuid: int) -> int:
        """Return the place of a subnet in the arrays.

        Args:
            netuid: id of the subnet.

        Returns:
            Index into the arrays.

        Raises:
            NetworkError: there is no such subnet.
        """
        row = int(np.searchsorted(self.netuid, netuid))
        if row < self.n_subnets and self.netuid[row] == netuid:
            return row
        text = f"there is no subnet {netuid}; netuids here are {ranges(self.netuid.tolist())}"
        raise NetworkError(self.name, [text])


def ranges(netuids: list[int]) -> str:
    """Write rising numbers, with runs as ``1-128``."""
    runs: list[list[int]] = []
    for netuid in netuids:
        if runs and netuid == runs[-1][1] + 1:
            runs[-1][1] = netuid
        else:
            runs.append([netuid, netuid])
    return ", ".join(f"{low}" if low == high else f"{low}-{high}" for low, high in runs)


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
        """Return a figure that is the same everywhere but in the subnets that are named.

        Raises:
            NetworkError: a netuid is not in the network.
        """
        column = np.full(self.count, everywhere)
        for netuid, figure in by_netuid.items():
            column[self.table.row_of(netuid)] = figure
        return column
