"""Habits and schedules by which cohorts sell the alpha they hold, and buy."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from dtaojax.cohorts.settlement import Income, plus
from dtaojax.demand.clock import Clock, Window, window
from dtaojax.numerics.shapes import ByCohort, PerCohort, PerSubnet, PerSubnetBool, Scalar


class Selling(eqx.Module):
    """A habit of selling; habits add up, and nobody sells more than they hold."""

    @abstractmethod
    def begin(self, held: ByCohort) -> Any:
        """Return the habit's memory at the start of a path."""

    @abstractmethod
    def sales(
        self, memory: Any, clock: Clock, held: ByCohort, paid: Income
    ) -> tuple[ByCohort, Any]:
        """Return what is to be sold in a step [alpha], and the memory after it.

        Args:
            memory: Memory of this habit on this path.
            clock: Clock of the step.
            held: Alpha held after the step's pay [alpha].
            paid: Pay of the step.
        """

    def forget(self, memory: Any, gone: PerSubnetBool) -> Any:
        """Return the memory once subnets are dissolved."""
        return memory


def scaled(parts: PerCohort, amounts: ByCohort) -> ByCohort:
    """Return each cohort's part of its amounts."""
    return tuple(part * amount for part, amount in zip(parts, amounts, strict=True))


class SellIncome(Selling):
    """Each cohort sells a fixed fraction of what a step pays it, at once.

    Attributes:
        earned: Fraction of what is earned by work that is sold [-].
        dividends: Fraction of dividends that is sold [-].
    """

    earned: PerCohort
    dividends: PerCohort

    def begin(self, held: ByCohort) -> None:
        """Return no memory."""

    def sales(
        self, memory: None, clock: Clock, held: ByCohort, paid: Income
    ) -> tuple[ByCohort, None]:
        """Return the step's sales [alpha]."""
        return plus(scaled(self.earned, paid.earned), scaled(self.dividends, paid.dividends)), None


class SellIncomeLater(Selling):
    """Each cohort sells a fraction of its pay after an exponential time, with a mean of its own.

    Attributes:
        at_once: Sales of a step's pay, as if they did not wait.
        rate: Inverse of the mean wait; infinite where it is sold at once [1/day].
    """

    at_once: SellIncome
    rate: PerCohort

    def begin(self, held: ByCohort) -> ByCohort:
        """Return the alpha that waits at the start, none [alpha]."""
        return tuple(map(jnp.zeros_like, held))

    def sales(
        self, memory: ByCohort, clock: Clock, held: ByCohort, paid: Income
    ) -> tuple[ByCohort, ByCohort]:
        """Return the step's sales, and what still waits [alpha]."""
        more, _ = self.at_once.sales(None, clock, held, paid)
        waiting = plus(memory, more)
        left = jnp.exp(-self.rate * clock.days)
        return scaled(1.0 - left, waiting), scaled(left, waiting)

    def forget(self, memory: ByCohort, gone: PerSubnetBool) -> ByCohort:
        """Return what waits, which is nothing in a dissolved subnet [alpha]."""
        return tuple(jnp.where(gone, 0.0, waiting) for waiting in memory)


class SellHoldings(Selling):
    """Each cohort sells a fixed fraction of its holdings a day.

    Attributes:
        per_day: Fraction of what is held [1/day].
    """

    per_day: PerCohort

    def begin(self, held: ByCohort) -> None:
        """Return no memory."""

    def sales(
        self, memory: None, clock: Clock, held: ByCohort, paid: Income
    ) -> tuple[ByCohort, None]:
        """Return the step's sales: a fraction of which a day's steps leave ``1 - per_day``."""
        return scaled(1.0 - (1.0 - self.per_day) ** clock.days, held), None


class SellOnSchedule(Selling):
    """An exit: a cohort sells a fraction of its holdings, in equal parts over a window.

    Attributes:
        cohort: Number of the cohort.
        where: 1 in subnets where it sells, else 0, shape (subnets,) [-].
        fraction: Fraction that is sold of what is held when the window begins; what is added later
            goes likewise [-].
        window: Window over which it trades.
    """

    cohort: int = eqx.field(static=True)
    where: PerSubnet
    fraction: Scalar
    window: Window

    def begin(self, held: ByCohort) -> None:
        """Return no memory."""

    def sales(
        self, memory: None, clock: Clock, held: ByCohort, paid: Income
    ) -> tuple[ByCohort, None]:
        """Return the step's sales: with n of N blocks gone and k in the step, ``f k / (N - f n)``.

        That leaves ``1 - f`` of a holding that nothing is added to, and nothing of any if f is 1.
        """
        blocks = self.window.blocks_in(clock)
        left = self.window.length - self.fraction * self.window.before(clock)
        part = jnp.where(blocks > 0, blocks / jnp.where(left > 0.0, left, 1.0), 0.0)
        rows = [jnp.zeros_like(alpha) for alpha in held]
        rows[self.cohort] = self.fraction * part * self.where * held[self.cohort]
        return tuple(rows), None


class BuyOnSchedule(eqx.Module):
    """An entry: a cohort spends TAO in equal parts over a window.

    Attributes:
        cohort: Number of the cohort.
        tao: TAO spent in each subnet, in all, shape (subnets,) [TAO].
        window: Window over which it trades.
    """

    cohort: int = eqx.field(static=True)
    tao: PerSubnet
    window: Window

    def purchases(self, clock: Clock, cohorts: int) -> ByCohort:
        """Return the TAO that each of some number of cohorts wants to spend in a step [TAO]."""
        rows = [jnp.zeros_like(self.tao)] * cohorts
        rows[self.cohort] = self.window.share(clock) * self.tao
        return tuple(rows)


def selling_of_income(
    *, earned: Sequence[float], dividends: Sequence[float], lag_days: Sequence[float]
) -> tuple[Selling, ...]:
    """Build the habit of selling out of income; none where nobody sells.

    Args:
        earned: Fraction of what is earned by work that each cohort sells [-].
        dividends: Fraction of dividends that each cohort sells [-].
        lag_days: Mean time for which each cohort keeps what it sells [days].
    """
    if not (any(earned) or any(dividends)):
        return ()
    at_once = SellIncome(jnp.asarray(np.array(earned)), jnp.asarray(np.array(dividends)))
    if not any(lag_days):
        return (at_once,)
    # Who sells at once among cohorts that wait has the rate infinity, of which nothing is left.
    with np.errstate(divide="ignore"):
        return (SellIncomeLater(at_once, jnp.asarray(1.0 / np.array(lag_days))),)


def selling_of_holdings(per_day: Sequence[float]) -> tuple[Selling, ...]:
    """Build the habit of selling a fraction of holdings a day [1/day]; none where nobody does."""
    return (SellHoldings(jnp.asarray(np.array(per_day))),) if any(per_day) else ()


def exit_over(
    cohort: int, *, where: ArrayLike, fraction: float, day: float, days: float
) -> SellOnSchedule:
    """Build an exit that begins on a day and lasts some days; the rest as the attributes."""
    return SellOnSchedule(cohort, jnp.asarray(where), jnp.asarray(fraction), window(day, days))


def entry_over(cohort: int, *, tao: ArrayLike, day: float, days: float) -> BuyOnSchedule:
    """Build an entry that begins on a day and lasts some days; the rest as the attributes."""
    return BuyOnSchedule(cohort, jnp.asarray(tao), window(day, days))
