"""What a run follows along its paths, and so records."""

import jax.numpy as jnp
import numpy as np

from dtaojax import chain
from dtaojax.config.config import Config
from dtaojax.config.run import PortfolioConfig
from dtaojax.demand.holders.config import EmissionSellingConfig
from dtaojax.mechanism.gate.config import NoGateConfig
from dtaojax.network import NetworkTable
from dtaojax.network.table import Slots
from dtaojax.world.follower import Follower
from dtaojax.world.followers.network import EmissionFlow, TaoPrice, TurnoverFigures
from dtaojax.world.followers.portfolio import Portfolio
from dtaojax.world.followers.subnet_metrics import BuyingToBar, Rank

_BY_PRICE = ("ema_price", "ema_price_burn")
"""Weight rules under which a subnet's weight is in proportion to its moving price."""


def build_followers(config: Config, slots: Slots) -> tuple[Follower, ...]:
    """Return the followers of a run, in the order in which tables have their figures.

    Args:
        config: Config of the run.
        slots: Slots of the network that it starts from.
    """
    tao_usd = config.tao_usd and config.tao_usd.build(config.run.seed, config.folder)
    sellers = [part for part in config.demand if isinstance(part, EmissionSellingConfig)]
    followers = (
        tao_usd and TaoPrice(tao_usd),
        TurnoverFigures() if config.arrivals.anybody else None,
        EmissionFlow() if config.report.speaks_to("designer") else None,
        config.cohorts and config.cohorts.build(slots, sellers),
        build_portfolio(config.portfolio, slots.table),
        Rank() if config.report.speaks_to("owner") else None,
        BuyingToBar() if config.report.speaks_to("owner") and _is_bar_reached(config) else None,
    )
    return tuple(follower for follower in followers if follower is not None)


def build_portfolio(config: PortfolioConfig, table: NetworkTable) -> Portfolio | None:
    """Return the holder's positions, or None if nothing is held."""
    if config.is_empty:
        return None
    slots = [table.row_of(netuid) for netuid in config.alpha]
    return Portfolio(
        slot=jnp.asarray(np.array(slots, dtype=np.int32)),
        alpha=jnp.asarray(np.array(list(config.alpha.values()), dtype=float)),
        root_tao=jnp.asarray(config.root_tao),
        delegate_take=jnp.asarray(config.delegate_take_u16 / chain.U16_MAX),
        exit_fall=jnp.asarray(config.exit_fall),
    )


def _is_bar_reached(config: Config) -> bool:
    """Return whether buying moves a subnet towards a bar by a known rule, under all rules."""
    return all(
        rules.weight_rule.kind in _BY_PRICE and not isinstance(rules.gate, NoGateConfig)
        for rules in config.mechanism.in_turn
    )
