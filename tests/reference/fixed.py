"""Numbers of the reference: integers of rao, and decimals of 50 digits for everything between.

An *amount* is an ``int`` of rao when the chain's truncation is modelled (`FLOOR`) and a ``Decimal``
of rao when it is not (`EXACT`); a ratio, price, weight or share is always a ``Decimal``. No binary
floating point takes part in a block. Sections (§) are those of the mechanism specification.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import (
    ROUND_DOWN,
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    localcontext,
)
from functools import wraps
from typing import ParamSpec, Protocol, TypeVar

Amount = int | Decimal
"""rao, or rao of alpha."""

ONE_TOKEN = 10**9
"""Rao in one TAO and in one alpha (§2)."""
MAX_SUPPLY = 21 * 10**15
"""Cap of TAO's issuance and of each alpha's [rao] (§3.1)."""
U16_MAX = 65_535
PERQUINTILL = Decimal(1).scaleb(-18)
"""Resolution of a pool weight on the chain (§2.1)."""

CONTEXT = Context(
    prec=50, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow]
)

P = ParamSpec("P")
R = TypeVar("R")


def precise(function: Callable[P, R]) -> Callable[P, R]:
    """Run `function` with 50 decimal digits, whatever the caller's decimal context is."""

    @wraps(function)
    def in_context(*args: P.args, **kwargs: P.kwargs) -> R:
        with localcontext(CONTEXT):
            return function(*args, **kwargs)

    return in_context


def ratio(numerator: Amount, denominator: Amount) -> Decimal:
    """Quotient of two amounts to 50 digits (two ints must never meet Python's float division)."""
    return CONTEXT.divide(Decimal(numerator), Decimal(denominator))


def power(base: Decimal, exponent: Decimal) -> Decimal:
    """``base ** exponent`` for base >= 0, exact where the exponent is one (equal pool weights)."""
    if exponent == 1 or base == 1:
        return base
    if base == 0:
        return Decimal(0)
    return CONTEXT.power(base, exponent)


class Rounding(Protocol):
    """What happens to a quantity when it becomes part of the state."""

    def rao(self, amount: Amount) -> Amount:
        """An amount as it is booked."""

    def weight(self, weight: Decimal) -> Decimal:
        """A pool weight as it is stored."""


@dataclass(frozen=True)
class Floor:
    """The chain: amounts truncated to whole rao (§7.1), weights to 1e-18 (Perquintill, §2.1)."""

    def rao(self, amount: Amount) -> int:
        """Truncate towards zero, as the chain's conversions to u64 do."""
        return int(amount)

    def weight(self, weight: Decimal) -> Decimal:
        """Truncate to the Perquintill's 18 decimals."""
        return weight.quantize(PERQUINTILL, rounding=ROUND_DOWN)


@dataclass(frozen=True)
class Exact:
    """The same mechanism without truncation: what a model over the reals computes."""

    def rao(self, amount: Amount) -> Amount:
        """Leave the amount as it is."""
        return amount

    def weight(self, weight: Decimal) -> Decimal:
        """Leave the weight as it is."""
        return weight


FLOOR = Floor()
EXACT = Exact()


@precise
def block_emission(issuance: Amount, rounding: Rounding = FLOOR) -> Amount:
    """Emission per block by issuance, of TAO and of each alpha (§3.1, get_block_emission).

    ``E = 1e9 / 2**n`` with ``n = floor(log2(1 / (1 - I/M)))``: the largest n for which
    ``(M - I) * 2**n <= M``, which needs integers only and so switches exactly at a threshold. The
    chain's emission is whole rao, so the last halving that leaves one ends it, whatever the
    rounding: rules that ask whether there is an emission see none.

    Args:
        issuance: tokens issued so far [rao].
        rounding: how the emission is booked.

    Returns:
        Emission [rao per block]; 0 once less than a rao is left of it, or the cap is reached.
    """
    left = MAX_SUPPLY - issuance
    if left <= 0:
        return 0
    halvings = 0
    while left * 2 ** (halvings + 1) <= MAX_SUPPLY:
        halvings += 1
    emission = ratio(ONE_TOKEN, 2**halvings)
    return rounding.rao(emission) if emission >= 1 else 0
