"""What a regime has none of, and so is not reported as a row of zeros."""

from __future__ import annotations

from typing import Final

import pandas as pd

from dtaojax.mechanism.config import MechanismConfig
from dtaojax.world.observation import CONCENTRATION, EVENTS

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


def present(table: pd.DataFrame, rules: MechanismConfig) -> pd.DataFrame:
    """The rows of a table of estimates about quantities that there are under the rules.

    Args:
        table: with the column ``quantity``.
        rules: of the run.
    """
    if rules.pool.kind != "none":
        return table
    return table[~table["quantity"].isin(WITHOUT_POOLS)].reset_index(drop=True)
