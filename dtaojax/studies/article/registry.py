"""The measures that an experiment can name: one line each, and nothing else to register.

To add one, write it in a module of ``dtaojax/studies/article/measures/`` and list it here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from dtaojax.studies.article.measure import Measure
from dtaojax.studies.article.measures.cohort_profit import cohort_profit
from dtaojax.studies.article.measures.cohort_return import cohort_return
from dtaojax.studies.article.measures.collapsed import collapsed
from dtaojax.studies.article.measures.duplicate_share import duplicate_share
from dtaojax.studies.article.measures.early_advantage import early_advantage
from dtaojax.studies.article.measures.emission_share import emission_share
from dtaojax.studies.article.measures.entry_cost import entry_cost
from dtaojax.studies.article.measures.entry_return import entry_return
from dtaojax.studies.article.measures.exit_slippage import exit_slippage
from dtaojax.studies.article.measures.fed_by_quality import fed_by_quality
from dtaojax.studies.article.measures.fed_in_sector import fed_in_sector
from dtaojax.studies.article.measures.halvings import halvings
from dtaojax.studies.article.measures.holder_loss import holder_loss
from dtaojax.studies.article.measures.income_share import income_share
from dtaojax.studies.article.measures.issuance_gap import issuance_gap
from dtaojax.studies.article.measures.log_price import log_price
from dtaojax.studies.article.measures.mean_emission_share import mean_emission_share
from dtaojax.studies.article.measures.mean_log_price import mean_log_price
from dtaojax.studies.article.measures.moves_by_day import moves_by_day
from dtaojax.studies.article.measures.network_figure import network_figure
from dtaojax.studies.article.measures.newborn_survival import newborn_survival
from dtaojax.studies.article.measures.pool_part import pool_part
from dtaojax.studies.article.measures.price_rank_correlation import price_rank_correlation
from dtaojax.studies.article.measures.quality_rank_correlation import quality_rank_correlation
from dtaojax.studies.article.measures.sell_pressure import sell_pressure
from dtaojax.studies.article.measures.split_gap import split_gap
from dtaojax.studies.article.measures.subnet_drawdown import subnet_drawdown
from dtaojax.studies.article.measures.subnet_figure import subnet_figure
from dtaojax.studies.article.measures.survival import survival
from dtaojax.studies.article.measures.survival_gap import survival_gap
from dtaojax.studies.article.measures.tao_locked import tao_locked
from dtaojax.studies.article.measures.tao_released import tao_released
from dtaojax.studies.article.measures.threshold_revenue import threshold_revenue
from dtaojax.studies.article.measures.typical_entry_return import typical_entry_return
from dtaojax.studies.article.measures.unrecovered import unrecovered
from dtaojax.studies.article.measures.usd_released import usd_released
from dtaojax.studies.article.measures.validator_power import validator_power
from dtaojax.studies.article.measures.volatility_ratio import volatility_ratio
from dtaojax.studies.article.measures.withdrawal_loss import withdrawal_loss

_ALL: Final = (
    cohort_profit,
    cohort_return,
    collapsed,
    duplicate_share,
    early_advantage,
    emission_share,
    entry_cost,
    entry_return,
    exit_slippage,
    fed_by_quality,
    fed_in_sector,
    halvings,
    holder_loss,
    income_share,
    issuance_gap,
    log_price,
    mean_emission_share,
    mean_log_price,
    moves_by_day,
    network_figure,
    newborn_survival,
    pool_part,
    price_rank_correlation,
    quality_rank_correlation,
    sell_pressure,
    split_gap,
    subnet_drawdown,
    subnet_figure,
    survival,
    survival_gap,
    tao_locked,
    tao_released,
    threshold_revenue,
    typical_entry_return,
    unrecovered,
    usd_released,
    validator_power,
    volatility_ratio,
    withdrawal_loss,
)

MEASURES: Final[Mapping[str, Measure]] = MappingProxyType(
    {measure.name: measure for measure in _ALL}
)
"""All measures by name."""
