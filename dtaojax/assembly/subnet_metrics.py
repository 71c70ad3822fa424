"""What a run records for those who are to read its report."""

from dtaojax.config.config import Config
from dtaojax.mechanism.gate.config import NoGateConfig
from dtaojax.world.followers.emission_flow import Pressure
from dtaojax.world.followers.subnet_metrics import BuyingToBar, Gauge, Rank

_BY_PRICE = ("ema_price", "ema_price_burn")
"""Weight rules under which a subnet's weight is in proportion to its moving price."""


def build_standing(config: Config) -> tuple[Gauge, ...]:
    """What owners of subnets ask: a rank and, where buying moves it by a known rule, how much."""
    if not config.report.speaks_to("owner"):
        return ()
    has_distance = all(
        rules.weight_rule.kind in _BY_PRICE and not isinstance(rules.gate, NoGateConfig)
        for rules in config.mechanism.in_turn
    )
    return (Rank(), BuyingToBar()) if has_distance else (Rank(),)


def build_pressure(config: Config) -> Pressure | None:
    """What the network's designers ask: where emission goes, and how much of it is sold."""
    return Pressure() if config.report.speaks_to("designer") else None
