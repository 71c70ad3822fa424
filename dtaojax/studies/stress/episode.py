"""A path under attack: the attacker's target, how near a plan comes to it, and at what cost."""

import dataclasses
from collections.abc import Sequence

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array

from dtaojax.demand.shock.attack import Attack, AttackPlan, Position
from dtaojax.mechanism.coinbase import coinbase
from dtaojax.mechanism.fees.rules import FeeRule
from dtaojax.mechanism.registration.departure import prunable
from dtaojax.mechanism.registration.lifecycle import next_pruned
from dtaojax.numerics.shapes import Scalar, ScalarInt
from dtaojax.world.observation import above_bar
from dtaojax.world.world import Carry, World

FIGURES = ("target", "smooth", "wealth", "spent", "received", "refused")
"""Of a path, in this order; :class:`Episode` says what they are."""


def idle_attack(
    *,
    slots: Sequence[int],
    alpha: Sequence[float],
    owned: Sequence[float],
    fee: FeeRule,
    owners_sell: float,
    validators_sell: float,
    begins: int,
    periods: int,
    period_blocks: int,
) -> Attack:
    """Return an attacker with a plan of no trades.

    Args:
        slots: indices of the subnets in which it may trade, shape (places,).
        alpha: alpha that it has there at the start [alpha], same shape.
        owned: 1 where it owns the subnet, 0 elsewhere, same shape.
        fee: fee that trades pay.
        owners_sell: part of their income that owners sell at once [-].
        validators_sell: part that validators and stakers sell at once [-].
        begins: block of the first trade.
        periods: number of periods of the plan.
        period_blocks: length of a period [blocks].
    """
    empty = jnp.zeros((periods, len(slots)))
    return Attack(
        slot=jnp.asarray(np.array(slots, dtype=np.int32)),
        plan=AttackPlan(empty, empty),
        alpha=jnp.asarray(np.array(alpha)),
        owned=jnp.asarray(np.array(owned)),
        fee=fee,
        owners_sell=jnp.asarray(owners_sell),
        validators_sell=jnp.asarray(validators_sell),
        begins=begins,
        period_blocks=period_blocks,
    )


class Aim(eqx.Module):
    """The attacker's target, as a figure of one moment by which a day's end is scored.

    Attributes:
        slot: index of the subnet that it is about.
        kind: ``own_share``, ``rival_below_bar``, ``rival_pruned``, or ``gain``, which is not about
            moments but about wealth at the end.
        smoothing: width of the edges that replace jumps in a search, in log share or log price.
    """

    slot: ScalarInt
    kind: str = eqx.field(static=True)
    smoothing: float = eqx.field(static=True)

    def score(self, world: World, carry: Carry) -> tuple[Scalar, Scalar]:
        """Return the figure of this moment as it is, and made smooth [-]."""
        subnets, state = world.taking_part(carry), carry.state
        if self.kind == "gain":
            nothing = jnp.zeros_like(state.total_issuance)
            return nothing, nothing
        if self.kind == "rival_pruned":
            # The chain prunes the lowest moving price among those out of immunity; smooth is
            # how far the log price lies below the lowest of the others.
            old = prunable(subnets.registered_at, state.block, world.immunity_blocks)
            here = jnp.arange(old.shape[-1]) == self.slot
            others = jnp.where(subnets.registered & old & ~here, state.moving_price, jnp.inf)
            height = jnp.log(jnp.min(others)) - _log(state.moving_price[self.slot])
            smooth = jnp.where(old[self.slot], jax.nn.sigmoid(height / self.smoothing), 0.0)
            pruned = next_pruned(subnets, state, world.immunity_blocks)[self.slot]
            return pruned.astype(smooth.dtype), smooth
        # The shares that the next block would pay: those of the last block are a step old.
        shares = coinbase(world.mechanism, subnets, state, 1)[1].shares
        if self.kind == "own_share":
            return shares.final[self.slot], shares.final[self.slot]
        share = shares.pre_gate[self.slot]
        height = _log(shares.bar) - _log(share)
        below = ~above_bar(shares, subnets)[self.slot]
        return below.astype(share.dtype), jax.nn.sigmoid(height / self.smoothing)


def _log(positive: Scalar) -> Scalar:
    """Take a logarithm that stays finite, with a derivative of 0, where there is nothing."""
    there = positive > 0.0
    return jnp.where(there, jnp.log(jnp.where(there, positive, 1.0)), -50.0)


class Episode(eqx.Module):
    """A world with an attacker in it, as a function of the plan and of the path.

    Its figures are: the target, the mean of the aim's figure over the days from the first trade to
    the horizon, or the wealth at the end; the same made smooth, which a search climbs; the
    attacker's wealth at the end, with all alpha sold [TAO]; the TAO spent and received in trades
    before that [TAO]; and trades of any user that the pools refused or cut.

    Attributes:
        world: world without the attacker.
        attack: the attacker; its plan is replaced.
        aim: target of the attacker.
        first_day: first day that counts.
        days: horizon.
        steps_a_day: steps that make a day.
    """

    world: World
    attack: Attack
    aim: Aim
    first_day: int = eqx.field(static=True)
    days: int = eqx.field(static=True)
    steps_a_day: int = eqx.field(static=True)

    def figures(self, plan: AttackPlan, path: ScalarInt) -> Array:
        """Return ``FIGURES`` of a path under a plan, shape (figures,).

        A day is a checkpoint: a derivative in reverse keeps the state once a day and computes the
        rest again.
        """
        attack = eqx.tree_at(lambda a: a.plan, self.attack, plan)
        world = dataclasses.replace(self.world, demand=(*self.world.demand, attack))

        @jax.checkpoint
        def day(carry: Carry, number: ScalarInt):
            first = number * self.steps_a_day
            carry = lax.fori_loop(
                0, self.steps_a_day, lambda step, at: world.advance(at, first + step), carry
            )
            return carry, self.aim.score(world, carry)

        # The attacker was added last among the processes, and so its memory is the last one.
        end, (hard, soft) = lax.scan(day, world.begin(path), jnp.arange(self.days, dtype=jnp.int32))
        position: Position = end.memories[-1]
        wealth = attack.wealth(position, end.state)
        target, smooth = (jnp.mean(scores[self.first_day :]) for scores in (hard, soft))
        if self.aim.kind == "gain":
            target = smooth = wealth
        lost = sum(tally.astype(wealth.dtype) for tally in world.tally(end)[:2])
        return jnp.stack([target, smooth, wealth, position.spent, position.received, lost])


class Watched(eqx.Module):
    """Figures of a path under one plan."""

    episode: Episode
    plan: AttackPlan

    def __call__(self, path: ScalarInt) -> Array:
        return self.episode.figures(self.plan, path)


class Climbed(eqx.Module):
    """Figures of a path, and the derivative of the smooth target by the plan, in reverse."""

    episode: Episode
    plan: AttackPlan

    def __call__(self, path: ScalarInt) -> tuple[Array, AttackPlan]:
        def target(plan: AttackPlan) -> tuple[Scalar, Array]:
            figures = self.episode.figures(plan, path)
            return figures[FIGURES.index("smooth")], figures

        slopes, figures = jax.grad(target, has_aux=True)(self.plan)
        return figures, slopes
