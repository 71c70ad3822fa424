"""The record of an arm of an experiment: every subnet on every path, as NumPy arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from dtaojax.config.config import Config
from dtaojax.schema.errors import suggestion

FloatArray: TypeAlias = NDArray[np.float64]
BoolArray: TypeAlias = NDArray[np.bool_]
IntArray: TypeAlias = NDArray[np.int64]


Array = TypeVar("Array", FloatArray, BoolArray)


class Figures(dict[str, Array]):
    """Figures by name; one that was not recorded is refused in words."""

    def __missing__(self, name: str) -> NoReturn:
        """Refuse a name with those that are known.

        Raises:
            KeyError: always.
        """
        text = (
            f'"{name}" was not recorded; figures of cohorts, positions, TAO in dollars and '
            f"registrations need those in the config; {suggestion(name, self)}"
        )
        raise KeyError(text)


@dataclass(frozen=True, eq=False, kw_only=True)
class Record:
    """An arm's paths at the start and on its report days.

    Subnets are those of the start, in the order of the network; paths are in order.

    Attributes:
        config: config that was run.
        days: days of the moments, the start first, shape (moments,) [days].
        netuid: netuids of the subnets, shape (subnets,).
        gauges: figures of subnets by name, shape (paths, moments, subnets): those of a run,
            ``alpha_in`` and ``alpha_out``. Amounts, prices and shares are 0 once a subnet is gone.
        events: facts about them by name, true or false, same shape.
        scalars: figures of the path by name, shape (paths, moments): those of a run,
            ``total_issuance``, ``root_tao``, and for each position ``alpha_held[netuid]`` and
            ``paid[netuid]``.
        quality: latent quality of the subnets at the start, shape (paths, subnets) [-].
        sector: their lines of work, same shape.
        finite: paths on which every number stayed finite, shape (paths,).
    """

    config: Config
    days: FloatArray
    netuid: IntArray
    gauges: Figures[FloatArray]
    events: Figures[BoolArray]
    scalars: Figures[FloatArray]
    quality: FloatArray
    sector: IntArray
    finite: BoolArray

    def moment(self, day: float) -> int:
        """Return the index of a day.

        Raises:
            KeyError: nothing was recorded on that day.
        """
        found = np.flatnonzero(np.isclose(self.days, day, rtol=0.0, atol=1e-6))
        if not found.size:
            known = ", ".join(f"{known:g}" for known in self.days)
            raise KeyError(f"day {day:g} is not among the days recorded: {known}")
        return int(found[0])

    def place(self, netuid: int) -> int:
        """Return the index of a subnet.

        Raises:
            KeyError: there is no such subnet.
        """
        found = np.flatnonzero(self.netuid == netuid)
        if not found.size:
            raise KeyError(f"there is no subnet {netuid}")
        return int(found[0])
