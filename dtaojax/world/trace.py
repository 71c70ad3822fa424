"""A world of which every subnet is written down on every path, for questions about single paths."""

from typing import Any, NamedTuple, cast

import equinox as eqx
from jaxtyping import Array, Float, Int, UInt32

from dtaojax.engine.model import Observation
from dtaojax.engine.rollout import PathRecord, rollout
from dtaojax.numerics.shapes import (
    PathNumber,
    PerSubnet,
    PerSubnetInt,
    Scalar,
    ScalarBool,
    ScalarInt,
)
from dtaojax.world.carry import Carry
from dtaojax.world.world import World

PerPosition = Float[Array, " positions"]


class Position(NamedTuple):
    """What the holder has, position by position.

    Attributes:
        alpha: staked in each subnet held [alpha].
        paid: TAO paid out for each so far, root last [TAO].
    """

    alpha: PerPosition
    paid: PerPosition


class Moment(NamedTuple):
    """A path on a report day.

    Attributes:
        seen: what a run records; figures of a subnet that is gone are 0 there.
        alpha_in: alpha in the pool of the slot [alpha].
        alpha_out: alpha outside it [alpha].
        registered_at: when the subnet in the slot was registered; -1 where it is empty.
        quality: latent quality of the subnet in the slot [-].
        sector: its line of work.
        total_issuance: TAO in existence [TAO].
        root_tao: TAO staked to root [TAO].
        held: by the holder, if there is one.
    """

    seen: Observation
    alpha_in: PerSubnet
    alpha_out: PerSubnet
    registered_at: PerSubnetInt
    quality: PerSubnet
    sector: PerSubnetInt
    total_issuance: Scalar
    root_tao: Scalar
    held: Position | None


class Watched(eqx.Module):
    """A world as a model for the engine's rollout, whose observations are whole moments.

    It draws the same paths as the world. The engine's statistics do not understand its
    observations; they are for :class:`Trace`.

    Attributes:
        world: that is watched.
    """

    world: World

    def begin(self, path: PathNumber) -> Carry:
        """The start of a path."""
        return self.world.begin(path)

    def advance(self, carry: Carry, number: ScalarInt) -> Carry:
        """The path one step further."""
        return self.world.advance(carry, number)

    def observe(self, carry: Carry, number: ScalarInt) -> Moment:
        """What is to be seen after ``number`` steps."""
        subnets, state = self.world.taking_part(carry), carry.state
        holdings = carry.holdings
        return Moment(
            seen=self.world.observe(carry, number),
            alpha_in=state.pools.alpha_in,
            alpha_out=state.alpha_out,
            registered_at=subnets.registered_at,
            quality=subnets.quality,
            sector=subnets.sector,
            total_issuance=state.total_issuance,
            root_tao=state.root_tao,
            held=None if holdings is None else Position(holdings.alpha, holdings.paid),
        )

    def finite(self, carry: Carry) -> ScalarBool:
        """Whether every number of the path is finite."""
        return self.world.finite(carry)

    def tally(self, carry: Carry) -> tuple[ScalarInt, ...]:
        """Counts over the path."""
        return self.world.tally(carry)


class Trace(eqx.Module):
    """Paths from start to horizon as a function of their numbers, for ``sample_blocks``.

    Attributes:
        watched: what is run.
        report_steps: numbers of steps after which it is looked at, rising.
    """

    watched: Watched
    report_steps: Int[Array, " reports"]

    def __call__(self, paths: UInt32[Array, " paths"]) -> PathRecord:
        """Their record; ``seen`` is a :class:`Moment` with leading axes (paths, moments)."""
        return rollout(cast(Any, self.watched), paths, self.report_steps)
