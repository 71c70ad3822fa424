"""How numbers of a comparison are written."""

from __future__ import annotations

from typing import Final

from dtaojax.report.display import display_of, interval, unit_of, written
from dtaojax.report.document import Number
from dtaojax.results.estimates import Estimate
from dtaojax.studies.compare.result import Comparison, Difference

VERDICTS: Final = {
    "higher": "higher",
    "lower": "lower",
    "not shown": "no difference shown",
    "equal": "the same on every path",
}
"""What a 95 % interval says of a difference, in words."""


def value_number(quantity: str, value: float, error: float, unit: str) -> Number:
    """A run's own number with its standard error."""
    text, shown = written(quantity, Estimate(value, error, value, value, unit))
    return Number(text, shown, value)


def difference_number(quantity: str, found: Difference) -> Number:
    """A difference with its sign and its standard error."""
    text, error = written(quantity, _estimate(found))
    sign = "+" if found.difference > 0.0 and any(digit in text for digit in "123456789") else ""
    return Number(sign + text, error, found.difference)


def difference_interval(quantity: str, found: Difference) -> str:
    """The 95 % interval of a difference."""
    return interval(quantity, _estimate(found))


def difference_text(quantity: str, found: Difference) -> str:
    """A difference in a sentence: ``+3.21 (95 %: 3.02 to 3.40)``."""
    suffix = " %-points" if display_of(quantity) == "percent" else ""
    shown = difference_number(quantity, found).text
    if found.verdict == "equal":
        return f"{shown}{suffix}, the same on every path"
    return f"{shown}{suffix} (95 %: {difference_interval(quantity, found)})"


def value_text(comparison: Comparison, run: int, quantity: str, day: float) -> str:
    """A run's own mean in a sentence, with its unit where that is short."""
    found = comparison.get(max(run, 1), quantity, day)
    if found is None:
        return "n/a"
    value, error = (
        (found.value, found.value_error) if run else (found.baseline_value, found.baseline_error)
    )
    shown = value_number(quantity, value, error, found.unit)
    unit = unit_of(quantity, found.unit)
    return f"{shown.text} {unit}" if unit in ("%", "TAO", "USD") else shown.text


def _estimate(found: Difference) -> Estimate:
    return Estimate(found.difference, found.standard_error, found.ci_low, found.ci_high, found.unit)
