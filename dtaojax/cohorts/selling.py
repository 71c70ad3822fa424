"""When cohorts sell the alpha they hold."""

from abc import abstractmethod
from typing import Any

import equinox as eqx
import jax.numpy as jnp

from dtaojax.cohorts.settlement import Income, plus
from dtaojax.demand.process import Clock
from dtaojax.demand.shock.window import Window
from dtaojax.numerics.shapes import ByCohort, PerCohort, PerSubnet, PerSubnetBool, Scalar


class Selling(eqx.Module):
    """A habit of selling; habits add up, and nobody sells more than he holds."""

    @abstractmethod
    def begin(self, held: ByCohort) -> Any:
        """The habit's memory at the start of a path."""

    @abstractmethod
    def sales(
        self, memory: Any, clock: Clock, held: ByCohort, paid: Income
    ) -> tuple[ByCohort, Any]:
        """What is to be sold in a step [alpha], and the memory after it.

        Args:
            memory: of this habit on this path.
            clock: of the step.
            held: after the step's pay [alpha].
            paid: the step's pay.
        """

    def forget(self, memory: Any, gone: PerSubnetBool) -> Any:
        """The memory once subnets are dissolved."""
        return memory


def scaled(parts: PerCohort, amounts: ByCohort) -> ByCohort:
    """Each cohort's part of its amounts."""
    return tuple(part * amount for part, amount in zip(parts, amounts, strict=True))


class SellIncome(Selling):
    """Each cohort sells a fixed fraction of what a step pays it, at once.

    Attributes:
        earned: fraction of what is earned by work that is sold [-].
        dividends: fraction of dividends that is sold [-].
    """

    earned: PerCohort
    dividends: PerCohort

    def begin(self, held: ByCohort) -> None:
        """Nothing is remembered."""

    def sales(
        self, memory: None, clock: Clock, held: ByCohort, paid: Income
    ) -> tuple[ByCohort, None]:
        """The step's sales."""
        return plus(scaled(self.earned, paid.earned), scaled(self.dividends, paid.dividends)), None


class SellIncomeLater(Selling):
    """The same, but what is to be sold waits an exponential time, with a mean of its own a cohort.

    Attributes:
        at_once: what is to be sold of a step's pay.
        rate: inverse of the mean wait; infinite where it is sold at once [1/day].
    """

    at_once: SellIncome
    rate: PerCohort

    def begin(self, held: ByCohort) -> ByCohort:
        """Nothing waits [alpha]."""
        return tuple(map(jnp.zeros_like, held))

    def sales(
        self, memory: ByCohort, clock: Clock, held: ByCohort, paid: Income
    ) -> tuple[ByCohort, ByCohort]:
        """The step's sales, and what still waits [alpha]."""
        more, _ = self.at_once.sales(None, clock, held, paid)
        waiting = plus(memory, more)
        left = jnp.exp(-self.rate * clock.days)
        return scaled(1.0 - left, waiting), scaled(left, waiting)

    def forget(self, memory: ByCohort, gone: PerSubnetBool) -> ByCohort:
        """Nothing waits in a dissolved subnet."""
        return tuple(jnp.where(gone, 0.0, waiting) for waiting in memory)


class SellHoldings(Selling):
    """Each cohort sells a fixed fraction of its holdings a day.

    Attributes:
        per_day: fraction of what is held [1/day].
    """

    per_day: PerCohort

    def begin(self, held: ByCohort) -> None:
        """Nothing is remembered."""

    def sales(
        self, memory: None, clock: Clock, held: ByCohort, paid: Income
    ) -> tuple[ByCohort, None]:
        """The step's sales: a fraction of which a day's steps leave ``1 - per_day``."""
        return scaled(1.0 - (1.0 - self.per_day) ** clock.days, held), None


class SellOnSchedule(Selling):
    """An exit: a cohort sells a fraction of its holdings, in equal parts over a window.

    Attributes:
        cohort: its number.
        where: 1 in subnets where it sells, else 0 [-].
        fraction: of what is held when the window begins; what is added later goes likewise [-].
        window: when.
    """

    cohort: int = eqx.field(static=True)
    where: PerSubnet
    fraction: Scalar
    window: Window

    def begin(self, held: ByCohort) -> None:
        """Nothing is remembered."""

    def sales(
        self, memory: None, clock: Clock, held: ByCohort, paid: Income
    ) -> tuple[ByCohort, None]:
        """The step's sales: with n of N blocks gone and k in the step, ``f k / (N - f n)`` of it.

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
        cohort: its number.
        tao: spent in each subnet, in all [TAO].
        window: when.
    """

    cohort: int = eqx.field(static=True)
    tao: PerSubnet
    window: Window

    def purchases(self, clock: Clock, cohorts: int) -> ByCohort:
        """TAO that each of some number of cohorts wants to spend in a step [TAO]."""
        rows = [jnp.zeros_like(self.tao)] * cohorts
        rows[self.cohort] = self.window.share(clock) * self.tao
        return tuple(rows)
