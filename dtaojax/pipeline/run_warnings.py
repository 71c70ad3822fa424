"""What to beware of in the numbers of a run, in words, for the report."""

from __future__ import annotations

from typing import Final

from dtaojax.config import Config
from dtaojax.results import QUANTILE_LEVELS, paths_needed

_FEWEST_TAIL_PATHS: Final = 10
"""Paths that an expected shortfall should rest on at the least."""


def flow_averages_start_from_zero(config: Config) -> bool:
    """Whether shares follow averages of TAO flows, which no network file holds."""
    return config.mechanism.weight_rule.kind in ("user_flow", "net_flow")


def run_warnings(config: Config, used: int) -> list[str]:
    """Sentences, each about one thing.

    Args:
        config: of the run.
        used: paths that its numbers rest on.
    """
    needed = max(paths_needed("quantile", level) for level in QUANTILE_LEVELS)
    found = []
    if used < needed:
        found.append(
            f"{used} paths are too few for intervals of the outermost quantiles, which "
            f"then end at the most extreme path; use at least {needed} paths"
        )
    tail = used // 100
    if not config.portfolio.is_empty and tail < _FEWEST_TAIL_PATHS:
        found.append(
            f"the expected shortfall at 99 % rests on the worst {tail} paths, too few for its "
            f"interval to be trusted; use at least {100 * _FEWEST_TAIL_PATHS:,} paths"
        )
    if flow_averages_start_from_zero(config):
        found.append(
            "shares follow averages of TAO flows, which start from zero, since a network file does "
            "not hold them; concentration and shares of the first weeks are those of the simulated "
            "flows alone"
        )
    if config.run.precision == "float32":
        found.append(
            "float32 was asked for: emission into deep pools is lost to rounding, about 0.2 % of "
            "their growth in a year of steps of 360 blocks"
        )
    return found
