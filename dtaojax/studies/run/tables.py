"""The tables of a run, from what was counted and from the single paths."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from dtaojax.cohorts.follower import COHORT_FIGURES
from dtaojax.config.config import Config
from dtaojax.engine.merge import Statistics
from dtaojax.engine.statistics import Bins
from dtaojax.mechanism.config import MechanismConfig
from dtaojax.metrics.cohorts import cohort_table
from dtaojax.metrics.convergence import Watched, convergence_rows
from dtaojax.metrics.paired import batch_table
from dtaojax.metrics.portfolio import loss_histogram, portfolio_rows
from dtaojax.metrics.subnets import subnet_table
from dtaojax.metrics.tables import Row, frame, sample_rows
from dtaojax.network import NetworkTable
from dtaojax.results.contract import Statistic
from dtaojax.studies.inspect.next_block import initial_table
from dtaojax.studies.run.path_table import PathFigures, PathTableReader, portfolio_sample
from dtaojax.world.observation import CONCENTRATION, EVENTS, NETWORK_SCALARS
from dtaojax.world.world import World

_MAIN = ("emission_effective_number", "emission_top10_share", "starved_subnets", "sum_price")
"""Figures of the network whose convergence is told."""
_TAILS: tuple[tuple[Statistic, float], ...] = (("var", 0.95), ("es", 0.95), ("es", 0.99))
"""Measures of the loss whose convergence is told."""


def run_tables(
    config: Config,
    world: World,
    network: NetworkTable,
    statistics: Statistics,
    bins: Bins,
    days: tuple[float, ...],
    reader: PathTableReader,
) -> dict[str, pd.DataFrame]:
    """Return all tables but that of the paths, by name.

    Args:
        config: The run's config.
        world: World that was run.
        network: State at its start.
        statistics: Counts over all paths.
        bins: Bins in which subnets' figures were counted.
        days: Days at which paths were observed.
        reader: Reader of the single paths' figures.
    """
    # Loss days are observed for the portfolio alone.
    reported = [day for day in days if day == 0.0 or day in config.run.report_days]
    most_subnets = len(world.subnets.registered)
    network_rows = [
        row
        for day in reported
        for name, unit in world.network_scalars.items()
        for row in sample_rows(
            name,
            "network",
            None,
            day,
            reader.sample(name, day),
            unit,
            most_subnets=most_subnets,
        )
    ]
    subnets = subnet_table(
        statistics,
        bins,
        world.gauges,
        world.event_names,
        network.netuid,
        np.array(days),
        most_subnets=most_subnets,
    )
    tables = {
        "network": applicable(frame(network_rows), config.mechanism),
        "subnets": applicable(
            subnets[subnets["day"].isin(reported)].reset_index(drop=True), config.mechanism
        ),
        "initial": initial_table(
            config.mechanism, network, config.portfolio.alpha, config.run.seed
        ),
    }
    tables["batches"] = batch_table(
        statistics.batches,
        bins,
        tuple(world.gauges),
        world.event_names,
        network.netuid,
        reader.used,
    )
    settling: list[Row] = []
    for each in _settling(config):
        settling += convergence_rows(each, reader.sample(each.quantity, each.day), most_subnets)
    parties = dict.fromkeys(figure.party for figure in world.figures if figure.party)
    if parties:
        tables["cohorts"] = cohort_table(reader.sample, COHORT_FIGURES, tuple(parties), reported)
    if not config.portfolio.is_empty:
        netuids, with_usd = position_netuids(config), config.tao_usd is not None
        # Columns are read when a figure asks for them: not all need fit in memory at once.
        start, *later = (
            portfolio_sample(reader, netuids, day, with_usd=with_usd)
            for day in (0.0, *config.loss_days)
        )
        amounts = {**config.portfolio.alpha, 0: config.portfolio.root_tao}
        tables["portfolio"] = frame(list(portfolio_rows(start, later, amounts)))
        tables["losses"] = loss_histogram(start, later)
        figures = PathFigures(reader, netuids)
        for measure in _TAILS:
            loss = Watched("loss_realizable", "portfolio", *measure, config.loss_days[-1], "TAO")
            settling += convergence_rows(loss, figures.sample(loss.quantity, loss.day))
    return tables | {"convergence": applicable(frame(settling), config.mechanism)}


def position_netuids(config: Config) -> tuple[int, ...]:
    """Return netuids of the positions, root last."""
    return (*config.portfolio.alpha, 0)


def figure_names(world: World, config: Config) -> tuple[str, ...]:
    """Return the names of the columns of the paths, with the netuids of positions."""
    netuids = position_netuids(config)
    return tuple(figure.column(netuids) for figure in world.figures)


def _settling(config: Config) -> list[Watched]:
    """Return the numbers of the network whose convergence is told."""
    day = config.run.horizon_days
    units = {name: NETWORK_SCALARS[name] for name in _MAIN}
    return [Watched(name, "network", "mean", np.nan, day, unit) for name, unit in units.items()]


WITHOUT_POOLS: Final = frozenset(
    {
        *(f"tao_in_{name}" for name in CONCENTRATION),
        *("total_tao_in", "sum_price", "chain_buy_share"),
        *("price", "moving_price", "tao_in"),
        *("emission_on_sale", "exit_days"),
        *("starved_subnets", *EVENTS),
    }
)
"""Figures and events of pools, of their prices, and of what goes by price: the gate and pruning."""


def applicable(table: pd.DataFrame, rules: MechanismConfig) -> pd.DataFrame:
    """Return the rows of a table of estimates about quantities that there are under the rules.

    Args:
        table: Table with the column ``quantity``.
        rules: Rules of the run.
    """
    if rules.pool.kind != "none":
        return table
    return table[~table["quantity"].isin(WITHOUT_POOLS)].reset_index(drop=True)
