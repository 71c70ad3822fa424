"""What to beware of in the numbers of a run, in words, for the report."""

from __future__ import annotations

from dtaojax.config import Config
from dtaojax.metrics.portfolio import CONFIDENCES
from dtaojax.results import QUANTILE_LEVELS, paths_needed


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
