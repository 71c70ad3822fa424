"""What to beware of in the numbers of a run, in words, for the report."""

from __future__ import annotations

from typing import Final

from dtaojax.config.config import Config
from dtaojax.metrics.portfolio import CONFIDENCES
from dtaojax.network import FLOW_AVERAGES, NetworkTable
from dtaojax.results.contract import QUANTILE_LEVELS, paths_needed

_FLOWS_OF: Final = {"user_flow": FLOW_AVERAGES[:1], "net_flow": FLOW_AVERAGES}
"""By kind of weight rule, the averages of flows that decide its shares."""


def flow_averages_from_zero(config: Config, network: NetworkTable) -> list[str]:
    """Return the averages of TAO flows that decide the shares and that the network lacks."""
    needed = _FLOWS_OF.get(config.mechanism.weight_rule.kind, ())
    return [column for column in needed if getattr(network, column) is None]


def later_averages_from_zero(config: Config, network: NetworkTable) -> list[str]:
    """Return the averages that rules which come within the run need, and nobody has kept."""
    found, kept = [], [name for name in FLOW_AVERAGES if getattr(network, name) is not None]
    for place, rules in enumerate(config.mechanism.in_turn):
        needed = _FLOWS_OF.get(rules.weight_rule.kind, ())
        found += [name for name in needed if place and name not in kept]
        kept += needed
    return list(dict.fromkeys(found))


def run_warnings(config: Config, network: NetworkTable, used: int) -> list[str]:
    """Sentences, each about one thing.

    Args:
        config: of the run.
        network: that it starts from.
        used: paths that its numbers rest on.
    """
    needed = max(paths_needed("quantile", level) for level in QUANTILE_LEVELS)
    found = []
    if used < needed:
        found.append(
            f"{used} paths are too few for intervals of the outermost quantiles, and no end is "
            f"given that may lie beyond the most extreme path; use at least {needed} paths"
        )
    missing = [
        f"{name} {100 * level:.0f} % needs {needed:,}"
        for statistic, name in (("var", "VaR"), ("es", "ES"))
        for level in CONFIDENCES
        if used < (needed := paths_needed(statistic, level))
    ]
    if not config.portfolio.is_empty and missing:
        found.append(
            f"{used} paths are too few for measures of the tail, which are not given where their "
            f"intervals could not be trusted: {', '.join(missing)} paths"
        )
    lacking = flow_averages_from_zero(config, network)
    if lacking:
        found.append(
            "shares follow averages of TAO flows, which start from zero, since the network file "
            f"has no {' and no '.join(lacking)}; concentration and shares of the first weeks are "
            "those of the simulated flows"
        )
    if config.run.precision == "float32":
        found.append(
            "float32 was asked for: emission into deep pools is lost to rounding, about 0.2 % of "
            "their growth in a year of steps of 360 blocks"
        )
    return found
