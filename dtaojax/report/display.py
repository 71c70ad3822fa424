"""How the estimates of a quantity are written: in percent, as whole things, or as they are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from dtaojax.report.glossary import QUANTITIES
from dtaojax.report.numerals import UNKNOWN, plain, with_error
from dtaojax.report.quantities import Display
from dtaojax.results.estimates import StoredEstimate

_TAILS: Final = {"var": "VaR", "es": "ES"}
_UNITS: Final = {"ratio": "index", "probability": "%"}


def display_of(quantity: str) -> Display:
    """Return how values of a quantity are written; without a glossary entry, as a number."""
    return QUANTITIES[quantity].display if quantity in QUANTITIES else "number"


def factor_of(quantity: str) -> float:
    """Return the factor on values of ``quantity`` before they are written."""
    return 100.0 if display_of(quantity) == "percent" else 1.0


def unit_of(quantity: str, unit: str) -> str:
    """Return the unit that stands beside written values; ``unit`` is that of the table."""
    return "%" if display_of(quantity) == "percent" else _UNITS.get(unit, unit)


def written(quantity: str, estimate: StoredEstimate) -> tuple[str, str]:
    """Write an estimate and its standard error, to the digits that the error allows."""
    factor = factor_of(quantity)
    return with_error(factor * estimate.value, factor * estimate.standard_error)


def interval(quantity: str, estimate: StoredEstimate) -> str:
    """Write the 95 % Monte Carlo interval, to the digits of the estimate."""
    factor = factor_of(quantity)
    low, high = (
        UNKNOWN
        if math.isnan(bound)
        else with_error(factor * bound, factor * estimate.standard_error)[0]
        for bound in (estimate.ci_low, estimate.ci_high)
    )
    return f"{low} to {high}"


def quantiles(quantity: str, found: Mapping[float, StoredEstimate]) -> dict[float, str]:
    """Write quantiles over paths by level, rounded to the same place, that of the least exact.

    A quantile of a count can lie between two counts; beside the median it is then moved outwards
    to the next, so that a band holds at least what it promises. One of which only a bound is known
    is written as that: ``≤0.002``.
    """
    # Quantiles that stand side by side are rounded alike, or a band could end inside the median.
    errors = [each.standard_error for each in found.values() if math.isfinite(each.standard_error)]
    worst, is_count = max(errors, default=0.0), display_of(quantity) == "count"

    def text(level: float, each: StoredEstimate) -> str:
        if sign := bound_sign(each):
            return sign + plain(factor_of(quantity) * each.value)
        if is_count:
            return plain(_outwards(level, each.value))
        return written(quantity, each._replace(standard_error=worst))[0]

    return {level: text(level, each) for level, each in found.items()}


def bound_sign(estimate: StoredEstimate) -> str:
    """Return ``≤`` or ``≥`` where the value is but a bound, whose interval is open; else nothing.

    So it is with quantiles beyond the bins in which a run counts
    (:func:`dtaojax.metrics.binned.quantile_of_bins`).
    """
    if estimate.ci_low == -math.inf:
        return "≤"
    return "≥" if estimate.ci_high == math.inf else ""


def tail_words(statistic: str, level: float) -> str:
    """Return the name of a measure of the tail: ``VaR 99 %``."""
    return f"{_TAILS[statistic]} {100.0 * level:.0f} %"


def _outwards(level: float, value: float) -> float:
    if level == 0.5 or not math.isfinite(value):
        return value
    return float(math.floor(value) if level < 0.5 else math.ceil(value))


def start(quantity: str, now: StoredEstimate, then: StoredEstimate) -> str:
    """Write the start state, known exactly, to the digits of the later estimate ``then``."""
    if display_of(quantity) == "count":
        return plain(now.value)
    return written(quantity, now._replace(standard_error=then.standard_error))[0]
