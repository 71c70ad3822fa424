"""Figures about the whole network that only some runs record."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import jax.numpy as jnp
from jaxtyping import Array

from dtaojax.demand.tao_usd.process import ShockedTaoUsd, TaoUsd
from dtaojax.mechanism.coinbase import emission_shares
from dtaojax.mechanism.liquidity.pools import spot_price
from dtaojax.numerics.elementary import quotient
from dtaojax.numerics.ordered import ordered_sum
from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool, Scalar
from dtaojax.world.follower import Figure, Follower, PathStart, ReportDay, TradedStep
from dtaojax.world.lifecycle import Registrations


class TaoPrice(Follower):
    """Follows the price of TAO, which no subnet moves.

    Attributes:
        process: Process of the price.
    """

    process: TaoUsd | ShockedTaoUsd

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The price of TAO."""
        return (Figure("tao_usd", "USD/TAO"),)

    def begin(self, start: PathStart) -> Any:
        """Start the price on a path of demand, since it may move with the market factor there."""
        return self.process.begin(start.paths["demand"])

    def follow(self, memory: Any, step: TradedStep) -> Any:
        """Take the price a step further."""
        return self.process.advance(memory, step.opening.clock)

    def observe(self, memory: Any, day: ReportDay) -> Mapping[str, Array]:
        """Return the price [USD/TAO]."""
        return {"tao_usd": self.process.price(memory)}


TURNOVER_FIGURES = (
    Figure("registered_subnets", "subnets"),
    Figure("registrations", "subnets"),
    Figure("deregistrations", "subnets"),
    Figure("priced_out", "applicants"),
    Figure("shut_out", "applicants"),
    Figure("lock_cost", "TAO"),
)
"""Figures in the order in which they are recorded; counts are since the start."""


class TurnoverFigures(Follower):
    """Reports what the lifecycle of a world remembers, for a world with registrations."""

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The figures, in the order in which they are recorded."""
        return TURNOVER_FIGURES

    def observe(self, memory: Any, day: ReportDay) -> Mapping[str, Array]:
        """Return counts since the start, and what a registration costs now.

        Raises:
            TypeError: The world has no registrations.
        """
        if not isinstance(day.lifecycle, Registrations):
            raise TypeError(f"no registrations in {type(day.lifecycle).__name__}")
        counts = day.registry.turnover
        cost = day.lifecycle.lock_cost(day.registry, day.state)
        figures = {
            "registered_subnets": jnp.sum(day.subnets.registered),
            "registrations": counts.registered,
            "deregistrations": counts.pruned,
            "priced_out": counts.priced_out,
            "shut_out": counts.shut_out,
            "lock_cost": cost,
        }
        return {name: number.astype(cost.dtype) for name, number in figures.items()}


EMISSION_FLOW_FIGURES = (
    Figure("emission_turnover", "ratio"),
    Figure("emission_on_sale", "ratio"),
)
"""Figures about the network since the start, in the order in which they are recorded."""


class Flowed(NamedTuple):
    """What a path carries about its emission.

    Attributes:
        shares: Shares of the TAO emission at the start [-].
        sold: Alpha of income put on sale so far, at spot [TAO].
        claimed: What root's alpha was sold for so far [TAO].
        emitted: TAO emission so far [TAO].
    """

    shares: PerSubnet
    sold: PerSubnet
    claimed: PerSubnet
    emitted: Scalar


class EmissionFlow(Follower):
    """Follows how emission moves between subnets, and how much of it comes back on sale.

    Sales are what the receivers of emission want to sell, at the price before users trade. Unlike
    the TAO that net trades take out, that sum does not depend on the length of a step.
    """

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The figures, in the order in which they are recorded."""
        return EMISSION_FLOW_FIGURES

    def begin(self, start: PathStart) -> Flowed:
        """Return the memory at the start of a path."""
        shares, _ = emission_shares(start.mechanism, start.subnets, start.state, 1)
        return self.begin_at(shares.final)

    def begin_at(self, shares: PerSubnet) -> Flowed:
        """Return the memory at the start of a path on which emission is shared like this."""
        nothing = jnp.zeros_like(shares)
        return Flowed(shares, nothing, nothing, nothing[0])

    def follow(self, memory: Flowed, step: TradedStep) -> Flowed:
        """Add what the step emitted and what was put on sale in it."""
        sold = spot_price(step.opening.state.pools) * step.intents.alpha_sale
        emitted = step.opening.clock.blocks * step.flows.coinbase.block_emission
        return self.add(memory, sold, step.flows.claims.tao, emitted)

    def add(self, memory: Flowed, sold: PerSubnet, claimed: PerSubnet, emitted: Scalar) -> Flowed:
        """Add the amounts of a step.

        Args:
            memory: Memory before the step.
            sold: Alpha put on sale in the step, at spot [TAO].
            claimed: What root's alpha was sold for in the step [TAO].
            emitted: TAO emission of the step [TAO].
        """
        # Each sum alone, so that a compiler finds no product to fuse with what the step computes.
        return memory._replace(
            sold=memory.sold + sold,
            claimed=memory.claimed + claimed,
            emitted=memory.emitted + emitted,
        )

    def observe(self, memory: Any, day: ReportDay) -> Mapping[str, Array]:
        """Return the figures of a report day."""
        return {
            "emission_turnover": self.moved(memory, day.shares.final, day.here),
            "emission_on_sale": self.on_sale(memory),
        }

    def moved(self, memory: Flowed, shares: PerSubnet, unchanged: PerSubnetBool) -> Scalar:
        """Return the part of the emission that has moved to other subnets since the start [-].

        It is half the sum of what subnets gain and lose; of a slot whose subnet is another one now,
        all that the former had and all that the new one has.

        Args:
            memory: Memory of the path.
            shares: Shares of the TAO emission now [-].
            unchanged: Slots whose subnet is that of the start.
        """
        moved = jnp.where(unchanged, jnp.abs(shares - memory.shares), shares + memory.shares)
        return 0.5 * ordered_sum(moved)

    def on_sale(self, memory: Flowed) -> Scalar:
        """Return what was put on sale so far as a part of what was emitted [-]."""
        return quotient(ordered_sum(memory.sold) + ordered_sum(memory.claimed), memory.emitted)
