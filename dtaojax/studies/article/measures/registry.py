"""The measures that an experiment can name: one line each, and nothing else to register.

To add one, write it in a module of ``dtaojax/studies/article/measures/`` and list it here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from dtaojax.studies.article.measures.emission import (
    duplicate_share,
    emission_share,
    fed_by_quality,
    fed_in_sector,
    mean_emission_share,
    price_rank_correlation,
    quality_rank_correlation,
    validator_power,
)
from dtaojax.studies.article.measures.holders import (
    early_advantage,
    entry_return,
    holder_loss,
    typical_entry_return,
    withdrawal_loss,
)
from dtaojax.studies.article.measures.measure import Measure
from dtaojax.studies.article.measures.pay import (
    cohort_profit,
    cohort_return,
    income_share,
    sell_pressure,
    split_gap,
)
from dtaojax.studies.article.measures.pools import (
    entry_cost,
    exit_slippage,
    issuance_gap,
    pool_part,
    tao_locked,
    tao_released,
    usd_released,
)
from dtaojax.studies.article.measures.prices import (
    collapsed,
    halvings,
    log_price,
    mean_log_price,
    moves_by_day,
    subnet_drawdown,
    unrecovered,
    volatility_ratio,
)
from dtaojax.studies.article.measures.recorded import network_figure, subnet_figure
from dtaojax.studies.article.measures.survival import (
    newborn_survival,
    survival,
    survival_gap,
    threshold_revenue,
)

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
