"""The measures that an experiment can name: one line each, and nothing else to register.

To add one, write it in a module of ``dtaojax/experiments/measures/`` and list it here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from dtaojax.experiments.measure import Measure
from dtaojax.experiments.measures.cohort_profit import cohort_profit
from dtaojax.experiments.measures.cohort_return import cohort_return
from dtaojax.experiments.measures.collapsed import collapsed
from dtaojax.experiments.measures.duplicate_share import duplicate_share
from dtaojax.experiments.measures.early_advantage import early_advantage
from dtaojax.experiments.measures.entry_cost import entry_cost
from dtaojax.experiments.measures.entry_return import entry_return
from dtaojax.experiments.measures.exit_slippage import exit_slippage
from dtaojax.experiments.measures.fed_by_quality import fed_by_quality
from dtaojax.experiments.measures.fed_in_sector import fed_in_sector
from dtaojax.experiments.measures.halvings import halvings
from dtaojax.experiments.measures.holder_loss import holder_loss
from dtaojax.experiments.measures.income_share import income_share
from dtaojax.experiments.measures.log_price import log_price
from dtaojax.experiments.measures.mean_emission_share import mean_emission_share
from dtaojax.experiments.measures.mean_log_price import mean_log_price
from dtaojax.experiments.measures.network_figure import network_figure
from dtaojax.experiments.measures.quality_rank_correlation import quality_rank_correlation
from dtaojax.experiments.measures.subnet_drawdown import subnet_drawdown
from dtaojax.experiments.measures.survival import survival
from dtaojax.experiments.measures.tao_locked import tao_locked
from dtaojax.experiments.measures.tao_released import tao_released
from dtaojax.experiments.measures.threshold_revenue import threshold_revenue
from dtaojax.experiments.measures.typical_entry_return import typical_entry_return
from dtaojax.experiments.measures.unrecovered import unrecovered
from dtaojax.experiments.measures.usd_released import usd_released
from dtaojax.experiments.measures.withdrawal_loss import withdrawal_loss

_ALL: Final = (
    cohort_profit,
    cohort_return,
    collapsed,
    duplicate_share,
    early_advantage,
    entry_cost,
    entry_return,
    exit_slippage,
    fed_by_quality,
    fed_in_sector,
    halvings,
    holder_loss,
    income_share,
    log_price,
    mean_emission_share,
    mean_log_price,
    network_figure,
    quality_rank_correlation,
    subnet_drawdown,
    survival,
    tao_locked,
    tao_released,
    threshold_revenue,
    typical_entry_return,
    unrecovered,
    usd_released,
    withdrawal_loss,
)

MEASURES: Final[Mapping[str, Measure]] = MappingProxyType(
    {measure.name: measure for measure in _ALL}
)
"""All measures by name."""
