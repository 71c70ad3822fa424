"""The measures that an experiment can name: one line each, and nothing else to register.

To add one, write it in a module of ``dtaojax/experiments/measures/`` and list it here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from dtaojax.experiments.measure import Measure
from dtaojax.experiments.measures.exit_slippage import exit_slippage
from dtaojax.experiments.measures.network_figure import network_figure
from dtaojax.experiments.measures.withdrawal_loss import withdrawal_loss

_ALL: Final = (
    exit_slippage,
    network_figure,
    withdrawal_loss,
)

MEASURES: Final[Mapping[str, Measure]] = MappingProxyType(
    {measure.name: measure for measure in _ALL}
)
"""All measures by name."""
