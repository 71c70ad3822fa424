"""An attacker, who trades by a plan to move a subnet's price, its emission, or a rival's."""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from dtaojax.demand.clock import Clock
from dtaojax.demand.process import DemandProcess
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.mechanism.fees.rules import FeeRule
from dtaojax.mechanism.liquidity.pools import buy_output, weight_ratio
from dtaojax.mechanism.trading.rules import sale_proceeds
from dtaojax.numerics.ordered import ordered_sum
from dtaojax.numerics.shapes import Scalar, ScalarInt
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Pools, Subnets

PerPlace = Float[Array, " places"]
ByPeriod = Float[Array, "periods places"]


class AttackPlan(NamedTuple):
    """Trades of each period, evenly over its steps, in each of the subnets.

    Attributes:
        spend: TAO that buys alpha, fees included, shape (periods, places) [TAO].
        sell: Part of the alpha held as the period begins that is sold, shape (periods, places) [-].
    """

    spend: ByPeriod
    sell: ByPeriod


class Position(NamedTuple):
    """Holdings and cash flows of the attacker on a path.

    Attributes:
        alpha: Alpha held in each of the subnets, shape (places,) [alpha].
        held: Alpha held as the period began, shape (places,) [alpha].
        spent: TAO paid so far, fees included [TAO].
        received: TAO got for alpha so far [TAO].
    """

    alpha: PerPlace
    held: PerPlace
    spent: Scalar
    received: Scalar


class Attack(DemandProcess):
    """Trades by a plan; what is held is staked with the attacker's own validator, and earns.

    In a step the attacker trades before all others. Staked alpha earns the validators' part of its
    subnet's emission, in proportion to all alpha staked there; the owner of a subnet gets the
    owner's cut. Nothing of that is sold but by the plan, so the sales that others assume of it are
    taken back.

    Attributes:
        slot: Slot of each subnet in which the attacker trades.
        plan: Trades of each period.
        alpha: Alpha held at the start in each of them, shape (places,) [alpha].
        owned: 1 where the attacker owns the subnet, else 0, shape (places,) [-].
        fee: Rule of the fees that trades pay.
        owners_sell: Part of the owners' cut that is sold at once in this world [-].
        validators_sell: Part of the validators' income that is sold at once [-].
        begins: Block at which the first period begins, from the start of the run.
        period_blocks: Length of a period, a whole number of steps [blocks].
    """

    slot: Int[Array, " places"]
    plan: AttackPlan
    alpha: PerPlace
    owned: PerPlace
    fee: FeeRule
    owners_sell: Scalar
    validators_sell: Scalar
    begins: int = eqx.field(static=True)
    period_blocks: int = eqx.field(static=True)

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> Position:
        """Return the position at the start; nothing is traded yet."""
        nothing = jnp.zeros_like(self.owners_sell)
        return Position(self.alpha, self.alpha, nothing, nothing)

    def intents(
        self, memory: Position, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, Position]:
        """Return the step's trades, and the position after them."""
        since = clock.step * clock.blocks - self.begins
        period = jnp.clip(since // self.period_blocks, 0, self.plan.spend.shape[0] - 1)
        acts = (since >= 0) & (since < self.plan.spend.shape[0] * self.period_blocks)
        part = jnp.where(acts, clock.blocks / self.period_blocks, 0.0)
        held = jnp.where(since % self.period_blocks == 0, memory.alpha, memory.held)

        # A pool without reserves, empty or not yet started, has no price to trade at.
        pools = self._own(state.pools)
        trades = (pools.tao_in > 0.0) & (pools.alpha_in > 0.0)
        spend = jnp.where(trades, part * self.plan.spend[period], 0.0)
        sale = jnp.where(trades, part * self.plan.sell[period] * held, 0.0)
        bought, received, push = self._trade(pools, trades, spend, sale)

        earned, withheld = self._earned(memory.alpha, state, paid)
        intents = Intents(
            jnp.zeros_like(state.alpha_out).at[self.slot].add(push),
            jnp.zeros_like(state.alpha_out).at[self.slot].add(-withheld),
        )
        return intents, Position(
            alpha=memory.alpha + bought - sale + earned,
            held=held,
            spent=memory.spent + ordered_sum(spend),
            received=memory.received + ordered_sum(received),
        )

    def wealth(self, position: Position, state: NetworkState) -> Scalar:
        """Return TAO got less TAO paid, and what selling all that is left would pay now [TAO]."""
        left = ordered_sum(sale_proceeds(self._own(state.pools), position.alpha, self.fee))
        return position.received - position.spent + left

    def _own(self, pools: Pools) -> Pools:
        return jax.tree.map(lambda leaf: leaf[self.slot], pools)

    def _trade(
        self, pools: Pools, trades: Array, spend: PerPlace, sale: PerPlace
    ) -> tuple[PerPlace, PerPlace, PerPlace]:
        """Return alpha bought, TAO got, and the push of both: a purchase, and then a sale."""
        tao_in = jnp.where(trades, pools.tao_in, 1.0)
        alpha_in = jnp.where(trades, pools.alpha_in, 1.0)
        safe = eqx.tree_at(lambda p: (p.tao_in, p.alpha_in), pools, (tao_in, alpha_in))
        net = self.fee.net_of_buy(spend)
        bought = buy_output(safe, net)
        after = eqx.tree_at(
            lambda p: (p.tao_in, p.alpha_in), safe, (tao_in + net, alpha_in - bought)
        )
        received = sale_proceeds(after, sale, self.fee)
        down = jnp.log1p(self.fee.net_sale(sale) / after.alpha_in) / weight_ratio(safe.w_tao)
        return bought, received, jnp.log1p(net / tao_in) - down

    def _earned(
        self, alpha: PerPlace, state: NetworkState, paid: Coinbase
    ) -> tuple[PerPlace, PerPlace]:
        """Return alpha earned in the step, and how much of it others take to be sold [alpha]."""
        payout = paid.payout
        staked = state.participants_alpha
        received = payout.server - paid.withheld
        staked = (staked - payout.owner - received - payout.validator)[self.slot]
        # All alpha outside the pool before this step's pay; rounding must not leave less of it than
        # the attacker alone has.
        everyone = jnp.maximum(staked, alpha)
        part = alpha / jnp.where(everyone > 0.0, everyone, 1.0)
        as_staker = part * payout.validator[self.slot]
        as_owner = self.owned * payout.owner[self.slot]
        withheld = self.validators_sell * as_staker + self.owners_sell * as_owner
        return as_staker + as_owner, withheld
