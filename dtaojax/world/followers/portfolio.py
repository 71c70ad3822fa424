"""A holder's positions, carried along a path."""

from typing import NamedTuple

import equinox as eqx
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

PerPosition = Float[Array, " positions"]


class Holdings(NamedTuple):
    """A portfolio on a path.

    Attributes:
        alpha: of each position, staking yield included [alpha].
        root_tao: staked to root, what selling root's alpha brought included, also in dissolutions
            [TAO].
        basket_part: of each subnet's root basket that is the holder's [-].
        paid: as validators' TAO where a regime pays in TAO, and for each position's subnet when it
            was dissolved; it is kept as TAO. Nothing of root, whose proceeds are staked [TAO].
        peak: highest value so far at spot [TAO].
        drawdown: largest fall from a peak so far, as a part of the peak [-].
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
        spot: at the marginal price, as if selling moved nothing [TAO].
        realizable: what selling everything now would pay, with slippage and fee [TAO].
    """

    spot: Float[Array, " positions_and_root"]
    realizable: Float[Array, " positions_and_root"]


class Portfolio(eqx.Module):
    """Alpha staked in subnets and TAO staked to root.

    Staked alpha earns the validators' part of its subnet's emission, in proportion to all alpha
    staked there, less the validator's take; all alpha of participants is taken to be staked. Root
    stake earns its part of every root basket since the start, and of what root's alpha was sold
    for, less the take (§3.10); its TAO keeps its value.

    Attributes:
        slot: index of each position's subnet.
        alpha: at the start [alpha].
        root_tao: staked to root [TAO].
        delegate_take: what validators keep of their nominators' yield [-].
        exit_fall: of a pool's price in a day, that selling may make when the holder leaves [-].
    """

    slot: Int[Array, " positions"]
    alpha: PerPosition
    root_tao: Scalar
    delegate_take: Scalar
    exit_fall: Scalar

    def begin(self, state: NetworkState, fee: FeeRule) -> Holdings:
        """The portfolio at the start of a path."""
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
        """The holder's part of what root stake earns, less the take [-]."""
        # A holder is part of all who stake to root, whatever the others take out.
        everyone = jnp.maximum(state.root_tao, holdings.root_tao)
        part = holdings.root_tao / jnp.where(everyone > 0.0, everyone, 1.0)
        return (1.0 - self.delegate_take) * part

    def basket(self, holdings: Holdings, state: NetworkState) -> PerSubnet:
        """Alpha of the root baskets that this root stake owns [alpha]."""
        return holdings.basket_part * state.root_basket

    def value(self, holdings: Holdings, state: NetworkState, fee: FeeRule) -> Valuation:
        """Values each position, each sold on its own; root's basket subnet by subnet.

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
        """Days that leaving takes if selling lowers no price by more than ``exit_fall`` a day.

        Each pool is taken to be back where it was on the next day. Root's TAO leaves at once; its
        alpha takes as long as that of its slowest subnet [days].
        """
        daily = alpha_within_fall(state.pools, self.exit_fall)

        def needed(alpha: Array, a_day: Array) -> Array:
            return jnp.where(alpha > 0.0, quotient(alpha, a_day, jnp.inf), 0.0)

        by_root = jnp.max(needed(self.basket(holdings, state), daily))
        return jnp.append(needed(holdings.alpha, daily[self.slot]), by_root)

    def earn(self, holdings: Holdings, before: NetworkState, flows: StepFlows) -> Holdings:
        """Adds a step's yield: alpha and TAO of validators, and TAO for root's alpha that was sold.

        Args:
            holdings: before the step.
            before: state before the step, whose alpha and root stake share the yield.
            flows: of the step.
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

    def settle(self, holdings: Holdings, left: Departures) -> Holdings:
        """Takes the holder's part of the pots of dissolved subnets, for all alpha held there.

        What root's baskets got there joins the holder's root stake (§12.3).

        Args:
            holdings: before.
            left: the dissolved subnets.
        """
        gone = left.gone[self.slot]
        everyone = jnp.maximum(left.staked[self.slot], holdings.alpha)
        part = holdings.alpha / jnp.where(everyone > 0.0, everyone, 1.0)
        paid = jnp.where(gone, part * left.stakers[self.slot], 0.0)
        by_root = ordered_sum(holdings.basket_part * left.root)
        return holdings._replace(
            alpha=jnp.where(gone, 0.0, holdings.alpha),
            root_tao=holdings.root_tao + by_root,
            paid=holdings.paid + jnp.append(paid, 0.0),
        )

    def mark(self, holdings: Holdings, state: NetworkState) -> Holdings:
        """Looks at the value at spot at a step's end: a new peak, or a deeper fall from one."""
        price = spot_price(state.pools)
        value = (
            ordered_sum(holdings.alpha * price[self.slot])
            + holdings.root_tao
            + ordered_sum(self.basket(holdings, state) * price)
            + ordered_sum(holdings.paid)
        )
        peak = jnp.maximum(holdings.peak, value)
        fall = jnp.where(peak > 0.0, 1.0 - value / jnp.where(peak > 0.0, peak, 1.0), 0.0)
        return holdings._replace(peak=peak, drawdown=jnp.maximum(holdings.drawdown, fall))
