"""Weights by the votes of root validators (before dTAO, the article's old regime)."""

from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import lax

from dtaojax.mechanism.cadence import is_due
from dtaojax.mechanism.shares import normalise
from dtaojax.mechanism.weight_rule.rule import Seen, WeightRule
from dtaojax.numerics.ordered import ordered_sum
from dtaojax.numerics.shapes import PathNumber, PerSubnet, PerValidator, Scalar, ScalarInt, Votes
from dtaojax.numerics.streams import Stream, named_stream
from dtaojax.state.network import NetworkState, Subnets


def vote_shares(stake: PerValidator, votes: Votes) -> PerSubnet:
    """Each validator's votes over their sum, averaged by stake (§8.1, article A4) [-].

    A validator that votes for nothing has no say. All 0 if nobody votes.

    Args:
        stake: of each root validator [TAO].
        votes: scores, not negative [-].
    """
    weights = stake[:, None] * jax.vmap(normalise)(votes)
    return normalise(jax.vmap(ordered_sum, in_axes=1)(weights))


def ranked_stakes(validators: int, exponent: Scalar) -> PerValidator:
    """Parts of root stake that fall with the rank: ``k**-exponent``, adding up to 1 [-]."""
    return normalise(jnp.arange(1.0, validators + 1.0) ** -exponent)


class VoteMemory(NamedTuple):
    """The path's streams of opinions, and the shares that follow from the last votes.

    Attributes:
        bias: stream of lasting opinions.
        noise: stream of passing ones.
        shares: in force [-].
    """

    bias: Stream
    noise: Stream
    shares: PerSubnet


class RootValidators(WeightRule):
    """Root validators who see a subnet's quality through a lasting bias and passing noise.

    Every ``interval_blocks`` each validator scores each subnet with
    ``exp(insight quality + bias b + noise n)``, where ``b`` is a standard normal number drawn once
    a path for every validator and subnet, and ``n`` one drawn for every vote. The weights are the
    scores over their sum, averaged by stake (§8.1, article A4).

    Attributes:
        stake: parts of root stake of the validators [-].
        insight: weight of quality in a score, in logs a standard score [-].
        bias: standard deviation of lasting opinions, in logs [-].
        noise: standard deviation of passing opinions, in logs [-].
        bias_stream: of lasting opinions.
        noise_stream: of passing opinions.
        interval_blocks: blocks between votes.
    """

    stake: PerValidator
    insight: Scalar
    bias: Scalar
    noise: Scalar
    bias_stream: Stream
    noise_stream: Stream
    interval_blocks: int = eqx.field(static=True)

    def scores(self, bias: Stream, noise: Stream, number: ScalarInt, subnets: Subnets) -> Votes:
        """What each validator gives each subnet at a vote [-].

        Args:
            bias: the path's stream of lasting opinions.
            noise: the path's stream of passing opinions.
            number: of the vote.
            subnets: those in the emit set can be voted for.
        """
        shape = (self.stake.shape[0], subnets.quality.shape[0])

        def opinions(stream: Stream, time: ScalarInt) -> Votes:
            drawn = stream.normals(time, shape[0] * shape[1]).reshape(shape)
            return drawn.astype(subnets.quality.dtype)

        lasting = self.bias * opinions(bias, jnp.zeros_like(number))
        passing = self.noise * opinions(noise, number)
        scores = jnp.exp(self.insight * subnets.quality[None, :] + lasting + passing)
        return jnp.where(subnets.in_emit_set[None, :], scores, 0.0)

    def begin(self, path: PathNumber, subnets: Subnets, state: NetworkState) -> VoteMemory:
        """The votes that were cast before the path begins."""
        bias, noise = self.bias_stream.for_path(path), self.noise_stream.for_path(path)
        return self._voted(bias, noise, state, subnets)

    def prepare(
        self, memory: VoteMemory, state: NetworkState, subnets: Subnets, blocks: int
    ) -> VoteMemory:
        """New votes if they are due in the next ``blocks`` blocks; a newcomer waits for them."""
        number = (state.block + blocks) // self.interval_blocks

        def vote() -> PerSubnet:
            scores = self.scores(memory.bias, memory.noise, number, subnets)
            return vote_shares(self.stake, scores)

        due = is_due(state.block, blocks, self.interval_blocks)
        return memory._replace(shares=lax.cond(due, vote, lambda: memory.shares))

    def shares(self, memory: VoteMemory, state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Shares by the last votes [-]."""
        return memory.shares

    def record(self, memory: VoteMemory, seen: Seen) -> VoteMemory:
        """What happens in a step plays no part."""
        return memory

    def resume(
        self, memory: VoteMemory, former: Any, state: NetworkState, subnets: Subnets
    ) -> VoteMemory:
        """The votes that were cast before the state."""
        return self._voted(memory.bias, memory.noise, state, subnets)

    def _voted(
        self, bias: Stream, noise: Stream, state: NetworkState, subnets: Subnets
    ) -> VoteMemory:
        number = state.block // self.interval_blocks
        scores = self.scores(bias, noise, number, subnets)
        return VoteMemory(bias, noise, vote_shares(self.stake, scores))


def root_validators(
    *,
    seed: int,
    validators: int,
    stake_exponent: Scalar,
    insight: Scalar,
    bias: Scalar,
    noise: Scalar,
    interval_blocks: int,
) -> RootValidators:
    """Root validators, with stakes by rank and opinions of their own, vote on the shares.

    Args:
        seed: of their opinions, which have streams of their own.
        validators: how many.
        stake_exponent: the k-th largest has a stake in proportion to ``k**-stake_exponent`` [-].
        insight: weight of quality in a score, in logs a standard score [-].
        bias: standard deviation of lasting opinions, in logs [-].
        noise: standard deviation of passing opinions, in logs [-].
        interval_blocks: between votes [blocks].
    """
    return RootValidators(
        stake=ranked_stakes(validators, stake_exponent),
        insight=insight,
        bias=bias,
        noise=noise,
        bias_stream=named_stream(seed, "root_validators.bias"),
        noise_stream=named_stream(seed, "root_validators.noise"),
        interval_blocks=interval_blocks,
    )
