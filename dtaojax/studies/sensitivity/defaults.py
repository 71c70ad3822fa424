"""What ``dtaojax sensitivity`` moves and looks at if nobody says: as much as a config has of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

from dtaojax.config.config import Config
from dtaojax.config.overrides import OverrideError, value_at
from dtaojax.gradients.measure_names import HOLDER_LOSS, HOLDER_LOSS_ES
from dtaojax.studies.tune.config import ParameterConfig

MEASURES_OF_ALL: Final = ("emission_hhi", "effective_number", "merit", "pool_depth")
"""Looked at in every config."""

MEASURES_OF_HOLDERS: Final = (HOLDER_LOSS, HOLDER_LOSS_ES)
"""Looked at where the config holds something."""


class _Span(NamedTuple):
    """How far a key is moved.

    Attributes:
        key: below ``mechanism``, below a demand process of a kind, or of the whole config.
        by: ``factor`` of the value, or ``to`` a value.
        low: lower end.
        high: upper end.
    """

    key: str
    by: Literal["factor", "to"]
    low: float
    high: float


_SPANS: Final = (
    _Span("mechanism.weight_rule.exponent", "factor", 0.5, 1.5),
    _Span("mechanism.gate.rank", "factor", 0.5, 2.0),
    _Span("mechanism.gate.quantile", "factor", 0.8, 1.2),
    _Span("mechanism.gate.exponent", "factor", 0.5, 2.0),
    _Span("mechanism.moving_price.rate", "factor", 0.5, 2.0),
    _Span("mechanism.root.tao_weight", "factor", 0.5, 2.0),
    _Span("mechanism.split.owner_cut_u16", "factor", 0.5, 1.5),
    _Span("demand.stochastic_variance_flow.scale_at_1000_tao", "factor", 0.5, 1.5),
    _Span("demand.stochastic_variance_flow.degrees_of_freedom", "to", 2.6, 8.0),
    _Span("demand.stochastic_variance_flow.common_share", "to", 0.0, 0.3),
    _Span("demand.stochastic_variance_flow.drift", "to", -0.002, 0.002),
    _Span("demand.student_flow.sd_at_1000_tao", "factor", 0.5, 1.5),
    _Span("demand.student_flow.common_share", "to", 0.0, 0.3),
    _Span("demand.student_flow.drift", "to", -0.002, 0.002),
    _Span("demand.emission_selling.owner", "to", 0.0, 1.0),
    _Span("demand.emission_selling.miner", "to", 0.3, 1.0),
    _Span("demand.emission_selling.validator", "to", 0.0, 1.0),
    _Span("arrivals.rate", "factor", 0.5, 2.0),
)


def default_parameters(config: Config) -> tuple[ParameterConfig, ...]:
    """The parameters of the list that the config has, with bounds that hold its own values."""
    tables = config.model_dump(mode="json")
    found = (_parameter(tables, span) for span in _SPANS)
    return tuple(each for each in found if each is not None)


def default_measures(config: Config) -> tuple[str, ...]:
    """What is looked at: the holder's losses only if something is held."""
    return MEASURES_OF_ALL + (() if config.portfolio.is_empty else MEASURES_OF_HOLDERS)


def _parameter(tables: Mapping[str, Any], span: _Span) -> ParameterConfig | None:
    try:
        start = value_at(tables, span.key)
    except OverrideError:
        return None
    if isinstance(start, bool) or not isinstance(start, int | float):
        return None
    low, high = span.low, span.high
    if span.by == "factor":
        low, high = low * start, high * start
    if isinstance(start, int):
        low, high = float(round(low)), float(round(high))
    low, high = min(low, start), max(high, start)
    return ParameterConfig(key=span.key, low=low, high=high) if low < high else None
