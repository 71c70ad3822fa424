"""Elementary functions of float64 that vectorise, since a step spends most of its time in them.

On CPU, XLA takes 3 to 4 ns for a float64 ``log`` or ``log1p`` and 2 ns for ``expm1``; these take
about 1 ns, and ``log1p`` keeps two digits more. All are within 7e-16 of the true value, relative
(`tests/numerics/test_elementary.py`). Other types are left to :mod:`jax.numpy`, which is fast
there.

Each splits its argument into a power of two and a factor near 1, as C libraries do, and evaluates a
polynomial of least maximum error (Remez) on what is left. Derivatives are closed forms.
"""

from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float, Int

_MANTISSA: Final = 52
_HALF_ROOT: Final = int(np.sqrt(np.float64(0.5)).view(np.int64))
"""Bits of sqrt(1/2), where the factor near 1 begins."""
_TINY: Final = 2.0**-1022
_SCALE_UP: Final = 54

_LN2: Final = float.fromhex("0x1.62e42fefa39efp-1")
_LN2_UPPER: Final = float.fromhex("0x1.62e42feep-1")
"""The leading 32 bits, so that a product with an exponent is exact."""
_LN2_LOWER: Final = float.fromhex("0x1.a39ef35793c76p-33")

# (2 atanh(s)/s - 2) / s**2 as a polynomial in s**2, for |s| up to (sqrt(2) - 1)/(sqrt(2) + 1).
_ATANH: Final = (
    0.147959497004483, 0.1531405055212728, 0.1818356432611905, 0.22222198573184537,
    0.2857142874238762, 0.39999999999414676, 0.6666666666666734,
)  # fmt: skip
# (exp(r) - 1 - r - r**2/2) / r**3, for |r| up to log(2)/2.
_EXP: Final = (
    2.5112318146357922e-08, 2.762229360231336e-07, 2.7557235259435738e-06, 2.480151618407019e-05,
    0.0001984126989420557, 0.001388888892063406, 0.00833333333331901, 0.041666666666619695,
    0.1666666666666668,
)  # fmt: skip

_LEAST_EXP: Final = -708.0
_LEAST_EXPM1: Final = -60.0
_LARGEST: Final = 1022
"""Power of two whose inverse is still a normal number."""

Values = Float[Array, "*shape"]


def power_of_two(exponent: Int[Array, "*shape"], like: Values) -> Values:
    """Return ``2**exponent``, exact, in the type of ``like``; for exponents of normal numbers."""
    kind = jnp.finfo(like.dtype)
    integer = jnp.int64 if kind.bits == 64 else jnp.int32
    biased = exponent.astype(integer) + (1 - kind.minexp)
    return lax.bitcast_convert_type(biased << kind.nmant, like.dtype)


def quotient(
    numerator: Values, denominator: Values, otherwise: Values | float = 0.0, where: Any = True
) -> Values:
    """Return ``numerator / denominator`` where ``where`` holds and the denominator is above 0.

    Elsewhere ``otherwise``, without a division by 0 that would spoil derivatives. A denominator
    that is no number passes: it must spoil its path. The division comes last: a compiler that fuses
    loops repeats cheap operations in all that use them, but a division it keeps, and with it
    everything before.
    """
    divisible = ~(denominator <= 0.0) & where
    return _ratio(
        jnp.where(divisible, numerator, otherwise), jnp.where(divisible, denominator, 1.0)
    )


@jax.custom_jvp
def _ratio(numerator: Values, denominator: Values) -> Values:
    return numerator / denominator


@_ratio.defjvp
def _ratio_moved(
    primals: tuple[Values, Values], tangents: tuple[Values, Values]
) -> tuple[Values, Values]:
    """Differentiate with one division more; the rule for any division takes two and a square."""
    numerator, denominator = primals
    ratio = numerator / denominator
    return ratio, (tangents[0] - ratio * tangents[1]) / denominator


@jax.custom_jvp
def log(x: Values) -> Values:
    """Return the natural logarithm; -inf at 0, nan below."""
    if x.dtype != jnp.float64:
        return jnp.log(x)
    small = x < _TINY
    normal = jnp.where(small, x * 2.0**_SCALE_UP, x)
    exponent = _exponent(normal)
    factor = _from_bits(_bits(normal) - (exponent << _MANTISSA))
    shift = jnp.where(small, _SCALE_UP, 0)
    return _log(factor - 1.0, exponent - shift, x, x)


log.defjvps(lambda tangent, _, x: tangent / x)


@jax.custom_jvp
def log1p(x: Values) -> Values:
    """Return ``log(1 + x)``, precise for small ``x`` too; -inf at -1, nan below."""
    if x.dtype != jnp.float64:
        return jnp.log1p(x)
    whole = 1.0 + x
    exponent = _exponent(whole)
    # (1 + x) / 2**k - 1, without the rounding of 1 + x.
    rest = (x - (power_of_two(exponent, x) - 1.0)) * power_of_two(-exponent, x)
    return _log(rest, exponent, whole, x)


log1p.defjvps(lambda tangent, _, x: tangent / (1.0 + x))


@jax.custom_jvp
def exp(x: Values) -> Values:
    """Return the exponential; that of -708 below, where float64 loses digits; above 708.7 inf."""
    if x.dtype != jnp.float64:
        return jnp.exp(x)
    exponent, grown = _expm1_near_zero(x, _LEAST_EXP)
    inverse = power_of_two(-exponent, x)
    return _divided(1.0 + grown, inverse, exponent)


exp.defjvps(lambda tangent, answer, x: tangent * answer)


@jax.custom_jvp
def expm1(x: Values) -> Values:
    """Return ``exp(x) - 1``, to full relative precision for small ``x`` too; above 708.7 inf."""
    if x.dtype != jnp.float64:
        return jnp.expm1(x)
    exponent, grown = _expm1_near_zero(x, _LEAST_EXPM1)
    inverse = power_of_two(-exponent, x)
    return _divided(grown + (1.0 - inverse), inverse, exponent)


expm1.defjvps(lambda tangent, answer, x: tangent * (1.0 + answer))


def _bits(x: Values) -> Int[Array, "*shape"]:
    return lax.bitcast_convert_type(x, jnp.int64)


def _from_bits(bits: Int[Array, "*shape"]) -> Values:
    return lax.bitcast_convert_type(bits, jnp.float64)


def _exponent(x: Values) -> Int[Array, "*shape"]:
    """Return k for which ``x / 2**k`` is between sqrt(1/2) and sqrt(2)."""
    return (_bits(x) - _HALF_ROOT) >> _MANTISSA


def _log(rest: Values, exponent: Int[Array, "*shape"], of: Values, argument: Values) -> Values:
    """Return ``log((1 + rest) * 2**exponent)``, or its limit where ``of`` is not in its range.

    With ``s = f / (2 + f)``, ``(2 + f) log(1 + f) = (2 + f) 2 atanh(s) = f (2 + s**2 P(s**2))``.
    """
    divisor = 2.0 + rest
    s = rest / divisor
    square = s * s
    near_one = rest * (2.0 + square * _polynomial(_ATANH, square))
    product = exponent.astype(jnp.float64) * (_LN2 * divisor) + near_one
    limit = jnp.where(of == 0.0, -jnp.inf, jnp.where(of < 0.0, jnp.nan, argument))
    usual = (of > 0.0) & (of < jnp.inf)
    return jnp.where(usual, product, limit) / jnp.where(usual, divisor, 1.0)


def _expm1_near_zero(x: Values, least: float) -> tuple[Values, Values]:
    """Return k and ``exp(x - k log(2)) - 1`` for the k that makes the exponent nearest to 0."""
    x = jnp.where(x < least, least, x)
    k = jnp.round(x * (1.0 / _LN2))
    r = (x - k * _LN2_UPPER) - k * _LN2_LOWER
    return k, r + (r * r) * (0.5 + r * _polynomial(_EXP, r))


def _divided(value: Values, inverse: Values, exponent: Values) -> Values:
    large = exponent > _LARGEST
    return jnp.where(large, jnp.inf, value) / jnp.where(large, 1.0, inverse)


def _polynomial(coefficients: tuple[float, ...], at: Values) -> Values:
    value = jnp.full_like(at, coefficients[0])
    for coefficient in coefficients[1:]:
        value = value * at + coefficient
    return value
