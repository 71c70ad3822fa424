"""What a path of a world carries from step to step."""

from typing import Any, Final, NamedTuple

from dtaojax.cohorts.follower import Books
from dtaojax.numerics.shapes import PerSubnetBool, PerSubnetInt, ScalarInt
from dtaojax.state.network import NetworkState, Subnets
from dtaojax.world.followers.emission_flow import Pressed
from dtaojax.world.followers.lifecycle import Registry
from dtaojax.world.followers.portfolio import Holdings

TALLIES: Final = (
    "sales_limited",
    "trades_refused",
    "chain_buys_refused",
    "root_sales_refused",
    "unstaking_limited",
)
"""Counted on every path: sales and unstaking cut to what holders have, and swaps that a pool did
not take."""


class Carry(NamedTuple):
    """Everything that a path carries from step to step.

    Attributes:
        subnets: who takes part; None while that is the same on every path.
        state: of the network.
        memories: of the demand processes.
        tao_usd: memory of the price of TAO, if it is followed.
        holdings: of the holder, if there is one.
        registry: of registrations, if there are any.
        books: of the cohorts, if they are told apart.
        pressed: of the emission and its sale, if that is followed.
        ever_fell: whether the subnet of the start was ever below the gate's bar, or unpaid where
            there is no gate.
        tallies: counts, in the order of ``TALLIES``: of each subnet, and the last of root.
        acts: memories of the processes of behaviour.
        claims: memory of the claims out of root's baskets, if stakers choose when.
    """

    subnets: Subnets | None
    state: NetworkState
    memories: tuple[Any, ...]
    tao_usd: Any
    holdings: Holdings | None
    registry: Registry | None
    books: Books | None
    pressed: Pressed | None
    ever_fell: PerSubnetBool
    tallies: tuple[PerSubnetInt | ScalarInt, ...]
    acts: tuple[Any, ...] = ()
    claims: Any = None
