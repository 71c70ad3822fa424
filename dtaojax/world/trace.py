"""A world of which every subnet is written down on every path, for questions about single paths."""

from typing import Any, NamedTuple, cast

import equinox as eqx
from jaxtyping import Array, Float, Int, UInt32

from dtaojax.engine.rollout import Observation, PathRecord, rollout
from dtaojax.numerics.shapes import (
    PathNumber,
    PerSubnet,
    PerSubnetInt,
    Scalar,
    ScalarBool,
    ScalarInt,
)
from dtaojax.world.followers.portfolio import Portfolio
from dtaojax.world.world import Carry, World

PerPosition = Float[Array, " positions"]


class Position(NamedTuple):
    """What the holder has, position by position.

    Attributes:
        alpha: Alpha staked in each subnet held [alpha].
        paid: TAO paid out for each so far, root last [TAO].
    """

    alpha: PerPosition
    paid: PerPosition


class Moment(NamedTuple):
    """A path on a report day.

    Attributes:
        seen: Observation as a run records it; figures of a subnet that is gone are 0 there.
        alpha_in: Alpha in the pool of each slot [alpha], shape (slots,).
        alpha_out: Alpha outside the pool of each slot [alpha], shape (slots,).
        registered_at: Block at which the subnet in each slot was registered; -1 where it is empty.
        quality: Latent quality of the subnet in each slot [-].
        sector: Sector of the subnet in each slot.
        total_issuance: TAO in existence [TAO].
        root_tao: TAO staked to root [TAO].
        held: Positions of each holder that the world follows.
    """

    seen: Observation
    alpha_in: PerSubnet
    alpha_out: PerSubnet
    registered_at: PerSubnetInt
    quality: PerSubnet
    sector: PerSubnetInt
    total_issuance: Scalar
    root_tao: Scalar
    held: tuple[Position, ...]


class Watched(eqx.Module):
    """A world as a model for the engine's rollout, whose observations are whole moments.

    It draws the same paths as the world. The engine's statistics do not understand its
    observations; they are for :class:`Trace`.

    Attributes:
        world: World that is watched.
    """

    world: World

    def begin(self, path: PathNumber) -> Carry:
        """Return the start of a path."""
        return self.world.begin(path)

    def advance(self, carry: Carry, number: ScalarInt) -> Carry:
        """Take the path a step further."""
        return self.world.advance(carry, number)

    def observe(self, carry: Carry, number: ScalarInt) -> Moment:
        """Return what is to be seen after ``number`` steps."""
        subnets, state = self.world.taking_part(carry), carry.state
        holders = self.world.following(carry, Portfolio)
        return Moment(
            seen=self.world.observe(carry, number),
            alpha_in=state.pools.alpha_in,
            alpha_out=state.alpha_out,
            registered_at=subnets.registered_at,
            quality=subnets.quality,
            sector=subnets.sector,
            total_issuance=state.total_issuance,
            root_tao=state.root_tao,
            held=tuple(Position(holds.alpha, holds.paid) for _, holds in holders),
        )

    def finite(self, carry: Carry) -> ScalarBool:
        """Say whether every number of the path is finite."""
        return self.world.finite(carry)

    def tally(self, carry: Carry) -> tuple[ScalarInt, ...]:
        """Return the counts over the path."""
        return self.world.tally(carry)


class Trace(eqx.Module):
    """Paths from start to horizon as a function of their numbers, for ``sample_blocks``.

    Attributes:
        watched: Watched world that is run.
        report_steps: Numbers of steps after which it is looked at, rising.
    """

    watched: Watched
    report_steps: Int[Array, " reports"]

    def __call__(self, paths: UInt32[Array, " paths"]) -> PathRecord:
        """Their record; ``seen`` is a :class:`Moment` with leading axes (paths, moments)."""
        return rollout(cast(Any, self.watched), paths, self.report_steps)
