"""Scripted shocks: a whale, a price shock, a pump, a wave of unstaking, a drought.

Each happens on every path on the same days (article, A14 and A15).
"""

from typing import Any, Literal

import equinox as eqx
import jax.numpy as jnp
from jax.typing import ArrayLike

from dtaojax.demand.clock import Clock, Window, window, window_after
from dtaojax.demand.process import DemandProcess, pushing, selling
from dtaojax.demand.signals import push_for
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.mechanism.liquidity.pools import weight_ratio
from dtaojax.numerics import elementary
from dtaojax.numerics.shapes import PerSubnet, Scalar, ScalarInt
from dtaojax.numerics.streams import Source
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets


class WhaleHolding(eqx.Module):
    """Alpha that a whale moves: a fraction of all that participants hold as it begins.

    Attributes:
        window: Window over which it is moved, evenly.
        fraction: Fraction of the alpha that participants hold, shape (subnets,) [-].
    """

    window: Window
    fraction: PerSubnet

    def begin(self) -> PerSubnet:
        """Return the amount of the window before it has begun: nothing [alpha]."""
        return jnp.zeros_like(self.fraction)

    def moved(
        self, total: PerSubnet, clock: Clock, state: NetworkState
    ) -> tuple[PerSubnet, PerSubnet]:
        """Return the alpha of the step, and of the whole window once that has begun [alpha]."""
        held = state.participants_alpha
        total = jnp.where(self.window.begins(clock), self.fraction * held, total)
        return total * self.window.share(clock), total


class WhaleExit(DemandProcess):
    """A whale sells through the pool.

    Attributes:
        holding: Alpha that is sold, and when.
    """

    holding: WhaleHolding

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> PerSubnet:
        """Return the alpha of the whole exit, 0 until it has begun [alpha]."""
        return self.holding.begin()

    def intents(
        self, memory: PerSubnet, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, PerSubnet]:
        """Return the step's sales."""
        sale, total = self.holding.moved(memory, clock, state)
        return selling(sale), total


class WhaleEntry(DemandProcess):
    """A whale buys through the pool: the mirror of an exit.

    The price rises by the factor by which the exit of as much alpha would lower it. In a
    constant-product pool the whale spends that alpha's value at the price before, and gets less of
    it, since buying moves the price.

    Attributes:
        holding: Alpha that is bought, and when.
    """

    holding: WhaleHolding

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> PerSubnet:
        """Return the alpha of the whole entry, 0 until it has begun [alpha]."""
        return self.holding.begin()

    def intents(
        self, memory: PerSubnet, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, PerSubnet]:
        """Return the step's pushes."""
        alpha, total = self.holding.moved(memory, clock, state)
        pools = state.pools
        alpha_in = jnp.where(pools.alpha_in > 0.0, pools.alpha_in, 1.0)
        return pushing(elementary.log1p(alpha / alpha_in) / weight_ratio(pools.w_tao)), total


def whale(
    action: Literal["exit", "entry"], *, day: float, days: float, fraction: ArrayLike
) -> WhaleExit | WhaleEntry:
    """Build an exit or an entry that begins on a day and lasts some days.

    Args:
        action: Name of what the whale does.
        day: Time from the start of the run to its beginning [days].
        days: Length; 0 for at once [days].
        fraction: Fraction of the alpha outside the pool, shape (subnets,) [-].
    """
    moves = {"exit": WhaleExit, "entry": WhaleEntry}[action]
    return moves(WhaleHolding(window(day, days), jnp.asarray(fraction)))


class PriceShock(DemandProcess):
    """Trades that change each subnet's price by a factor of its own, on top of all else.

    Attributes:
        window: Window over which the log price moves, evenly.
        log_change: Log change of the price over the whole window, shape (subnets,) [-].
    """

    window: Window
    log_change: PerSubnet

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> None:
        """Return no memory."""

    def intents(
        self, memory: None, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, None]:
        """Return the step's pushes."""
        return pushing(push_for(self.log_change * self.window.share(clock), state.pools)), None


def price_shock(*, day: float, days: float, price_change: ArrayLike) -> PriceShock:
    """Build the shock; ``price_change`` is relative, -0.5 for half, shape (subnets,) [-]."""
    return PriceShock(window(day, days), jnp.log1p(price_change))


class Pump(DemandProcess):
    """Somebody spends TAO over days, and later sells what it bought over days.

    What is bought in a step is counted as if nobody else traded in it. The windows do not overlap.

    Attributes:
        buying: Window over which TAO is spent, evenly.
        selling: Window over which the alpha is sold, evenly.
        tao: Amount that is spent in each pool; the fee comes on top, shape (subnets,) [TAO].
    """

    buying: Window
    selling: Window
    tao: PerSubnet

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> PerSubnet:
        """Return the alpha bought so far, none [alpha]."""
        return jnp.zeros_like(self.tao)

    def intents(
        self, memory: PerSubnet, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, PerSubnet]:
        """Return the step's pushes or sales."""
        pools = state.pools
        tao_in = jnp.where(pools.tao_in > 0.0, pools.tao_in, 1.0)
        push = elementary.log1p(self.tao * self.buying.share(clock) / tao_in)
        bought = -pools.alpha_in * elementary.expm1(-weight_ratio(pools.w_tao) * push)
        total = memory + bought
        return Intents(push, total * self.selling.share(clock)), total


def pump(*, day: float, days: float, hold_days: float, sell_days: float, tao: ArrayLike) -> Pump:
    """Build the pump.

    Args:
        day: Time from the start of the run to the first purchase [days].
        days: Time over which alpha is bought; 0 for at once [days].
        hold_days: Time between the last purchase and the first sale [days].
        sell_days: Time over which it is sold; 0 for at once [days].
        tao: Amount that is spent in each pool, shape (subnets,) [TAO].
    """
    buying = window(day, days)
    return Pump(buying, window_after(buying, hold_days, sell_days), jnp.asarray(tao))


class RootExit(DemandProcess):
    """A fraction of root stake leaves, evenly over a window; what it does outside is not followed.

    Attributes:
        window: Window over which it leaves.
        fraction: Fraction of the root stake as the window begins [-].
    """

    window: Window
    fraction: Scalar

    @property
    def source(self) -> Source:
        """Source of randomness to which its numbers count."""
        return "root"

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> Scalar:
        """Return the TAO of the whole wave, 0 until it has begun [TAO]."""
        return jnp.zeros_like(state.root_tao)

    def intents(
        self, memory: Scalar, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, Scalar]:
        """Return the step's unstaking."""
        total = jnp.where(self.window.begins(clock), self.fraction * state.root_tao, memory)
        quiet = jnp.zeros_like(state.pools.tao_in)
        return Intents(quiet, quiet, -total * self.window.share(clock)), total


def root_exit(*, day: float, days: float, fraction: float) -> RootExit:
    """Build the wave, in which a fraction of root stake leaves over some days [-]."""
    return RootExit(window(day, days), jnp.asarray(fraction))


class Drought(DemandProcess):
    """Another process, whose pushes are scaled during a window; droughts stack as factors.

    The inner process draws the same numbers as without a drought, so that both runs can be compared
    path by path. Scaled pushes keep their sign and their timing, not their expectation: of a normal
    flow with variance ``v**2`` a day, whose mean is compensated, a scale s leaves a drift of
    ``-s (1 - s) v**2 / 2`` a day. What is paid in emission goes on being sold.

    Attributes:
        process: Process whose pushes are scaled.
        window: Window of the drought.
        scale: Factor of investors' pushes [-].
    """

    process: DemandProcess
    window: Window
    scale: Scalar

    @property
    def source(self) -> Source:
        """Source of randomness to which the numbers of the process count."""
        return self.process.source

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> Any:
        """Return what the inner process remembers."""
        return self.process.begin(path, subnets, state)

    def intents(
        self, memory: Any, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, Any]:
        """Return the inner intents, their pushes scaled as far as the step lies in the window."""
        wanted, memory = self.process.intents(memory, clock, subnets, state, paid)
        scale = 1.0 + self.window.part(clock) * (self.scale - 1.0)
        return wanted._replace(push=wanted.push * scale), memory


def drought(process: DemandProcess, *, day: float, days: float, scale: float) -> Drought:
    """Put a process into a drought that begins on a day and scales its pushes for some days."""
    return Drought(process, window(day, days), jnp.asarray(scale))
