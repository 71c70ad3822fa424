"""Figures of single paths, read back from ``paths.parquet`` under the names of the tables."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

import numpy as np

from dtaojax.metrics.portfolio import (
    VALUATIONS,
    PortfolioSample,
    part_losses,
    slowest,
    total,
    worth_in_usd,
)
from dtaojax.studies.run.path_table import PathTableReader

_USD: Final = "_usd"


def portfolio_sample(
    reader: PathTableReader, netuids: Sequence[int], day: float, *, with_usd: bool
) -> PortfolioSample:
    """The portfolio on every used path at a day, each column read when it is needed.

    Args:
        reader: of the run's paths.
        netuids: of the positions, root (0) last.
        day: of the moment [days].
        with_usd: whether the run follows the price of TAO.
    """
    values = {
        valuation: reader.columns([f"value_{valuation}[{n}]" for n in netuids], day)
        for valuation in VALUATIONS
    }
    drawdown = partial(reader.sample, "max_drawdown", day)
    exit_days = reader.columns([f"exit_days[{n}]" for n in netuids], day)
    tao_usd = partial(reader.sample, "tao_usd", day) if with_usd else None
    return PortfolioSample(day, values, drawdown, tao_usd, exit_days)


class PathFigures:
    """Any quantity of the tables ``network`` and ``portfolio`` on every used path."""

    def __init__(self, reader: PathTableReader, netuids: Sequence[int]) -> None:
        """Takes the run's paths, and the netuids of its positions, root (0) last."""
        self._reader = reader
        self._netuids = tuple(netuids)

    def among(self, used: np.ndarray) -> PathFigures:
        """The same, on those of the paths that are marked."""
        return PathFigures(self._reader.among(used), self._netuids)

    def sample(self, quantity: str, day: float, netuid: int | None = None) -> np.ndarray:
        """A quantity on every used path, as the run had it when it made its tables.

        Args:
            quantity: a name of the tables, for example ``emission_hhi`` or ``loss_spot_usd``.
            day: of the moment [days].
            netuid: of a position; None for the network or the whole portfolio.

        Raises:
            KeyError: the run has no such figure.
        """
        if quantity == "exit_days":
            held = self._netuids if netuid is None else (netuid,)
            return slowest(self._reader.columns([f"exit_days[{n}]" for n in held], day))
        kind, _, valuation = quantity.removesuffix(_USD).partition("_")
        if kind not in ("value", "loss") or valuation not in VALUATIONS:
            return self._reader.sample(quantity, day)
        held = self._netuids if netuid is None else (netuid,)
        now = self._portfolio(held, day, quantity)
        if kind == "value":
            return self._worth(now, valuation, quantity)
        start = self._portfolio(held, 0.0, quantity)
        if quantity.endswith(_USD):
            return worth_in_usd(start, valuation) - worth_in_usd(now, valuation)
        return total(part_losses(start, now, valuation))

    def _portfolio(self, held: Sequence[int], day: float, quantity: str) -> PortfolioSample:
        return portfolio_sample(self._reader, held, day, with_usd=quantity.endswith(_USD))

    def _worth(self, sample: PortfolioSample, valuation: str, quantity: str) -> np.ndarray:
        if quantity.endswith(_USD):
            return worth_in_usd(sample, valuation)
        return total(sample.values[valuation])
