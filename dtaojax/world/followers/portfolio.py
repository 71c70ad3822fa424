"""A holder's positions, carried along a path."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from dtaojax.mechanism.fees.rules import FeeRule
from dtaojax.mechanism.liquidity.pools import spot_price
from dtaojax.mechanism.registration.departure import Departures
from dtaojax.mechanism.step import StepFlows
from dtaojax.mechanism.trading.rules import alpha_within_fall, sale_proceeds
from dtaojax.numerics.elementary import quotient
from dtaojax.numerics.ordered import ordered_sum
from dtaojax.numerics.shapes import PerSubnet, Scalar
from dtaojax.state.network import NetworkState
from dtaojax.world.follower import Figure, Follower, PathStart, ReportDay, TradedStep

PerPosition = Float[Array, " positions"]


class Holdings(NamedTuple):
    """A portfolio on a path.

    Attributes:
        alpha: Alpha of each position, staking yield included [alpha], shape (positions,).
        root_tao: TAO staked to root, what selling root's alpha brought included, also in
            dissolutions [TAO].
        basket_part: Part of each subnet's root basket that is the holder's [-], shape (subnets,).
        paid: TAO that was paid out for each position and is kept as TAO: validators' TAO where a
            regime pays in TAO, and what the dissolution of the subnet paid; root's entry stays 0,
            since its proceeds are staked [TAO], shape (positions + 1,).
        peak: Highest value so far at spot [TAO].
        drawdown: Largest fall from a peak so far, as a part of the peak [-].
    """

    alpha: PerPosition
    root_tao: Scalar
    basket_part: PerSubnet
    paid: Float[Array, " positions_and_root"]
    peak: Scalar
    drawdown: Scalar


class Valuation(NamedTuple):
    """Values of positions, root last.

    Attributes:
        spot: Values at the marginal price, as if selling moved nothing [TAO].
        realizable: Proceeds of selling everything now, with slippage and fee [TAO].
    """

    spot: Float[Array, " positions_and_root"]
    realizable: Float[Array, " positions_and_root"]


class Portfolio(Follower):
    """Alpha staked in subnets and TAO staked to root.

    Staked alpha earns the validators' part of its subnet's emission, in proportion to all alpha
    staked there, less the validator's take; all alpha of participants is taken to be staked. Root
    stake earns its part of every root basket since the start, and of what root's alpha was sold
    for, less the take (§3.10); its TAO keeps its value.

    Attributes:
        slot: Index of each position's subnet, shape (positions,).
        alpha: Alpha of each position at the start [alpha], shape (positions,).
        root_tao: TAO staked to root at the start [TAO].
        delegate_take: Part of their nominators' yield that validators keep [-].
        exit_fall: Fall of a pool's price that selling may make in a day when the holder leaves [-].
    """

    slot: Int[Array, " positions"]
    alpha: PerPosition
    root_tao: Scalar
    delegate_take: Scalar
    exit_fall: Scalar

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Figures of the positions, root last, and of the whole portfolio."""
        positions = range(self.slot.shape[0] + 1)

        def of_positions(name: str, unit: str) -> Iterator[Figure]:
            return (Figure(name, unit, "position", position=each) for each in positions)

        return (
            *of_positions("value_spot", "TAO"),
            *of_positions("value_realizable", "TAO"),
            Figure("max_drawdown", "ratio", "portfolio"),
            *of_positions("exit_days", "days"),
        )

    def begin(self, start: PathStart) -> Holdings:
        """Return the portfolio at the start of a path."""
        return self.begin_at(start.state, start.mechanism.fee)

    def follow(self, memory: Holdings, step: TradedStep) -> Holdings:
        """Add a step's yield."""
        return self.earn(memory, step.before, step.flows)

    def observe(self, memory: Holdings, day: ReportDay) -> Mapping[str, Array]:
        """Return the figures of a report day."""
        value = self.value(memory, day.state, day.mechanism.fee)
        return {
            "value_spot": value.spot,
            "value_realizable": value.realizable,
            "max_drawdown": memory.drawdown,
            "exit_days": self.exit_days(memory, day.state),
        }

    def begin_at(self, state: NetworkState, fee: FeeRule) -> Holdings:
        """Return the portfolio in a state, where nothing was earned yet."""
        zero = jnp.zeros_like(self.root_tao)
        nothing = jnp.zeros_like(jnp.append(self.alpha, zero))
        holdings = Holdings(
            self.alpha,
            self.root_tao,
            basket_part=jnp.zeros_like(state.root_basket),
            paid=nothing,
            peak=zero,
            drawdown=zero,
        )
        part = self.part_of_root(holdings, state)
        holdings = holdings._replace(basket_part=holdings.basket_part + part)
        value = ordered_sum(self.value(holdings, state, fee).spot)
        return holdings._replace(peak=value)

    def part_of_root(self, holdings: Holdings, state: NetworkState) -> Scalar:
        """Return the holder's part of what root stake earns, less the take [-]."""
        # A holder is part of all who stake to root, whatever the others take out.
        everyone = jnp.maximum(state.root_tao, holdings.root_tao)
        part = holdings.root_tao / jnp.where(everyone > 0.0, everyone, 1.0)
        return (1.0 - self.delegate_take) * part

    def basket(self, holdings: Holdings, state: NetworkState) -> PerSubnet:
        """Return the alpha of the root baskets that this root stake owns [alpha]."""
        return holdings.basket_part * state.root_basket

    def value(self, holdings: Holdings, state: NetworkState, fee: FeeRule) -> Valuation:
        """Value each position, each sold on its own; root's basket subnet by subnet.

        Of a sale the fee is taken as the regime takes it. TAO that a dissolution paid counts whole.
        """
        price = spot_price(state.pools)
        pools = jax.tree.map(lambda leaf: leaf[self.slot], state.pools)
        basket = self.basket(holdings, state)
        spot = holdings.alpha * price[self.slot]
        realizable = sale_proceeds(pools, holdings.alpha, fee)
        root_spot = holdings.root_tao + ordered_sum(basket * price)
        sold = ordered_sum(sale_proceeds(state.pools, basket, fee))
        root_realizable = holdings.root_tao + sold
        return Valuation(
            jnp.append(spot, root_spot) + holdings.paid,
            jnp.append(realizable, root_realizable) + holdings.paid,
        )

    def exit_days(
        self, holdings: Holdings, state: NetworkState
    ) -> Float[Array, " positions_and_root"]:
        """Return the days that leaving takes if no price may fall by more than ``exit_fall`` a day.

        Each pool is taken to be back where it was on the next day. Root's TAO leaves at once; its
        alpha takes as long as that of its slowest subnet [days].
        """
        daily = alpha_within_fall(state.pools, self.exit_fall)

        def needed(alpha: Array, a_day: Array) -> Array:
            return jnp.where(alpha > 0.0, quotient(alpha, a_day, jnp.inf), 0.0)

        by_root = jnp.max(needed(self.basket(holdings, state), daily))
        return jnp.append(needed(holdings.alpha, daily[self.slot]), by_root)

    def earn(self, holdings: Holdings, before: NetworkState, flows: StepFlows) -> Holdings:
        """Add a step's yield: alpha and TAO of validators, and TAO for root's alpha that was sold.

        Args:
            holdings: Holdings before the step.
            before: State before the step, whose alpha and root stake share the yield.
            flows: Flows of the step.
        """
        paid = flows.coinbase
        staked = before.participants_alpha[self.slot]
        # A holder is part of all stakers, whose alpha the network's file may know only roughly.
        everyone = jnp.maximum(staked, holdings.alpha)
        part = holdings.alpha / jnp.where(everyone > 0.0, everyone, 1.0)
        earns = (1.0 - self.delegate_take) * part
        alpha = holdings.alpha + earns * paid.payout.validator[self.slot]
        tao = jnp.append(earns * paid.reward.validator[self.slot], 0.0)
        # Who stakes to root has a part in what is earned from then on, not in what is there.
        part_of_root = self.part_of_root(holdings, before)
        added, there = paid.payout.root, before.root_basket
        filled = there + added > 0.0
        grown = holdings.basket_part * there + part_of_root * added
        basket_part = jnp.where(
            filled, grown / jnp.where(filled, there + added, 1.0), holdings.basket_part
        )
        at_once = part_of_root * (ordered_sum(paid.root_tao) + paid.off_the_top)
        claimed = ordered_sum(basket_part * flows.claims.tao)
        return holdings._replace(
            alpha=alpha,
            root_tao=holdings.root_tao + at_once + claimed,
            basket_part=basket_part,
            paid=holdings.paid + tao,
        )

    def depart(self, memory: Holdings, left: Departures) -> Holdings:
        """Take the holder's part of the pots of dissolved subnets, for all alpha held there.

        What root's baskets got there joins the holder's root stake (§12.3).

        Args:
            memory: Holdings before.
            left: Dissolved subnets.
        """
        gone = left.gone[self.slot]
        everyone = jnp.maximum(left.staked[self.slot], memory.alpha)
        part = memory.alpha / jnp.where(everyone > 0.0, everyone, 1.0)
        paid = jnp.where(gone, part * left.stakers[self.slot], 0.0)
        by_root = ordered_sum(memory.basket_part * left.root)
        return memory._replace(
            alpha=jnp.where(gone, 0.0, memory.alpha),
            root_tao=memory.root_tao + by_root,
            paid=memory.paid + jnp.append(paid, 0.0),
        )

    def mark(self, memory: Holdings, state: NetworkState) -> Holdings:
        """Look at the value at spot at a step's end: a new peak, or a deeper fall from one."""
        price = spot_price(state.pools)
        value = (
            ordered_sum(memory.alpha * price[self.slot])
            + memory.root_tao
            + ordered_sum(self.basket(memory, state) * price)
            + ordered_sum(memory.paid)
        )
        peak = jnp.maximum(memory.peak, value)
        fall = jnp.where(peak > 0.0, 1.0 - value / jnp.where(peak > 0.0, peak, 1.0), 0.0)
        return memory._replace(peak=peak, drawdown=jnp.maximum(memory.drawdown, fall))
