"""Numbers as text: as many digits as the standard error allows, and no more."""

from __future__ import annotations

import math
from typing import Any, Final

UNKNOWN: Final = "not known"
"""Shown for the standard error of a number that has one, but too few paths tell how large it is."""
MISSING: Final = "n/a"
"""Shown for a number that is not finite, for example a mean over no paths."""

_MAX_DIGITS: Final = 6
_EXACT_DIGITS: Final = 4
_MAX_DECIMALS: Final = 9
_TWO_DIGITS_UP_TO: Final = 35
_ROUNDING: Final = 1e-13
"""A standard error below this part of its number is the rounding of a sum of equal numbers."""


def _fixed(value: float, decimals: int) -> str:
    """Write with ``decimals`` decimals; where they are negative, rounded to tens, hundreds ..."""
    text = f"{round(value, decimals):,.{max(decimals, 0)}f}"
    # What rounds to zero has no sign.
    if float(text.replace(",", "")) == 0.0:
        text = text.removeprefix("-")
    # A true minus sign is as wide as a digit, so columns stay in line.
    return text.replace("-", "−")


def _place(value: float, digits: int) -> int:
    """Return the decimals that show ``digits`` significant digits; negative for a large value."""
    if value == 0.0:
        return 0
    magnitude = math.floor(math.log10(abs(value)))
    return min(digits - 1 - magnitude, _MAX_DECIMALS)


def _decimals(value: float, digits: int) -> int:
    """Return the same, but drop none of the whole digits."""
    return max(_place(value, digits), 0)


def plain(value: float | None, digits: int = 3) -> str:
    """Write a number with at least ``digits`` significant digits, thousands set off by commas.

    Whole digits are never rounded away (123456 stays 123,456) and whole numbers get no decimals.
    """
    if value is None or not math.isfinite(value):
        return MISSING
    if value == round(value):
        return _fixed(value, 0)
    return _fixed(value, _decimals(value, digits))


def with_error(
    value: float | None, standard_error: float | None, digits: int = _MAX_DIGITS
) -> tuple[str, str]:
    """Write a value and its standard error, both to the digits that the error allows.

    The error shows one significant digit, or two if they are at most 35, as the Particle Data
    Group does; the value is rounded to the same place, 2,052,758 ± 2,901 to 2,052,800 ± 2,900, and
    shows at most ``digits`` significant digits. A number without error (the start state, for
    example) shows four.

    Args:
        value: The estimate, in any unit.
        standard_error: Standard error of the estimate, in the same unit; 0 or None where there is
            none, NaN where it is not known.
        digits: Most significant digits to show; whole digits are kept.

    Returns:
        The two texts; the second is empty where there is no error.
    """
    if value is None or not math.isfinite(value):
        return MISSING, ""
    if standard_error is not None and math.isnan(standard_error):
        return plain(value, _EXACT_DIGITS), UNKNOWN
    if (
        standard_error is None
        or not math.isfinite(standard_error)
        or standard_error <= _ROUNDING * abs(value)
    ):
        return plain(value, _EXACT_DIGITS), ""
    # One digit of the error, or two where rounding to one would change it by much.
    decimals = _place(standard_error, 1)
    if round(standard_error * 10.0 ** (decimals + 1)) <= _TWO_DIGITS_UP_TO:
        decimals = _place(standard_error, 2)
    decimals = min(decimals, _decimals(value, digits) if value else decimals)
    error = _fixed(standard_error, decimals)
    if float(error.replace(",", "")) == 0.0:
        error = f"{standard_error:.0e}".replace("-", "−")
    return _fixed(value, decimals), error


def plus_minus(text: str, error: str) -> str:
    """Return ``text ± error``, or the text alone where there is no error."""
    return f"{text} ± {error}" if error else text


def percent(fraction: float | None, digits: int = 3) -> str:
    """Write a fraction as percent, at most two decimals: 0.1234 -> ``12.3 %``."""
    if fraction is None or not math.isfinite(fraction):
        return MISSING
    value = 100.0 * fraction
    if 0.0 < abs(value) < 0.005:
        return ("<" if value > 0.0 else ">−") + "0.01 %"
    return f"{_fixed(value, min(_decimals(value, digits), 2))} %"


def probability(
    value: float, standard_error: float, ci_low: float, ci_high: float
) -> tuple[str, str]:
    """Write a probability and its standard error in percent, without the sign.

    Where no path shows the event, or every one, the estimate is 0 or 1 however few paths there
    were; then the bound of the 95 % interval is shown: ``<0.18``, ``>99.82``.

    Args:
        value: The estimate as a fraction.
        standard_error: Standard error, as a fraction.
        ci_low: Lower end of its 95 % Monte Carlo interval, as a fraction.
        ci_high: Upper end of the interval.
    """
    if value == 0.0 and ci_high > 0.0:
        return f"<{plain(100.0 * ci_high, 2)}", ""
    if value == 1.0 and ci_low < 1.0:
        missing = 100.0 * (1.0 - ci_low)
        return f">{_fixed(100.0 - missing, _decimals(missing, 2))}", ""
    return with_error(100.0 * value, 100.0 * standard_error)


def compact(value: float, digits: int = 4) -> str:
    """Write a short number for a figure: 2050000 -> ``2.05M``, 0.0123 -> ``0.0123``."""
    if value == 0.0:
        return "0"
    size, suffix = next(
        (
            (size, suffix)
            for least, size, suffix in ((1e9, 1e9, "B"), (1e6, 1e6, "M"), (1e4, 1e3, "k"))
            if abs(value) >= least
        ),
        (1.0, ""),
    )
    scaled = value / size
    if abs(scaled) < 1e-5:
        return f"{scaled:.1e}".replace("-", "−")
    magnitude = math.floor(math.log10(abs(scaled)))
    text = f"{scaled:.{max(digits - 1 - magnitude, 0)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return (text + suffix).replace("-", "−")


def amount(value: Any, digits: int = 6) -> Any:
    """Write a fact of the manifest: whole numbers in full, others to ``digits``, the rest as is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return _fixed(value, 0) if isinstance(value, int) else plain(value, digits)


def days(day: float) -> str:
    """Write a number of days with its word: ``1 day``, ``90 days``, ``0.5 days``."""
    return f"{day:g} day" if day == 1.0 else f"{day:g} days"
