"""Weight rule by the votes of root validators (before dTAO, the article's old regime, §8.1)."""

from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import lax

from dtaojax.mechanism.integers import is_due
from dtaojax.mechanism.weight_rule.rule import StepSummary, WeightRule
from dtaojax.numerics.ordered import normalise, ordered_sum
from dtaojax.numerics.shapes import PathNumber, PerSubnet, PerValidator, Scalar, ScalarInt, Votes
from dtaojax.numerics.streams import Stream, named_stream
from dtaojax.state.network import NetworkState, Subnets


def vote_shares(stake: PerValidator, votes: Votes) -> PerSubnet:
    """Return each validator's votes over their sum, averaged by stake (§8.1, article A4) [-].

    A validator that votes for nothing has no say. All 0 if nobody votes.

    Args:
        stake: stake of each root validator, shape (validators,) [TAO].
        votes: scores, not negative, shape (validators, subnets) [-].
    """
    weights = stake[:, None] * jax.vmap(normalise)(votes)
    return normalise(jax.vmap(ordered_sum, in_axes=1)(weights))


def ranked_stakes(validators: int, exponent: Scalar) -> PerValidator:
    """Return parts of root stake that fall with the rank: ``k**-exponent``, adding up to 1 [-]."""
    return normalise(jnp.arange(1.0, validators + 1.0) ** -exponent)


class VoteMemory(NamedTuple):
    """The path's streams of opinions, and the shares that follow from the last votes.

    Attributes:
        bias: The path's stream of lasting opinions.
        noise: The path's stream of passing opinions.
        shares: Shares in force, shape (subnets,) [-].
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
        stake: Parts of root stake that the validators hold, shape (validators,) [-].
        insight: Weight of quality in a score, in logs a standard score [-].
        bias: Standard deviation of lasting opinions, in logs [-].
        noise: Standard deviation of passing opinions, in logs [-].
        bias_stream: Stream of lasting opinions, of all paths.
        noise_stream: Stream of passing opinions, of all paths.
        interval_blocks: Blocks between two votes [blocks].
    """

    stake: PerValidator
    insight: Scalar
    bias: Scalar
    noise: Scalar
    bias_stream: Stream
    noise_stream: Stream
    interval_blocks: int = eqx.field(static=True)

    def scores(self, bias: Stream, noise: Stream, number: ScalarInt, subnets: Subnets) -> Votes:
        """Return what each validator gives each subnet at a vote, shape (validators, subnets) [-].

        Args:
            bias: the path's stream of lasting opinions.
            noise: the path's stream of passing opinions.
            number: number of the vote, by which passing opinions are drawn.
            subnets: who takes part; those in the emit set can be voted for.
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
        """Return the votes that were cast before the path begins."""
        bias, noise = self.bias_stream.for_path(path), self.noise_stream.for_path(path)
        return self._voted(bias, noise, state, subnets)

    def prepare(
        self, memory: VoteMemory, state: NetworkState, subnets: Subnets, blocks: int
    ) -> VoteMemory:
        """Return new votes where they are due in ``blocks`` blocks; a newcomer waits for them."""
        number = (state.block + blocks) // self.interval_blocks

        def vote() -> PerSubnet:
            scores = self.scores(memory.bias, memory.noise, number, subnets)
            return vote_shares(self.stake, scores)

        # Most steps have no vote: they are spared a random number per validator and subnet.
        due = is_due(state.block, blocks, self.interval_blocks)
        return memory._replace(shares=lax.cond(due, vote, lambda: memory.shares))

    def shares(self, memory: VoteMemory, state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Return the shares by the last votes [-]."""
        return memory.shares

    def record(self, memory: VoteMemory, step: StepSummary) -> VoteMemory:
        """Return the memory as it is: what happens in a step plays no part."""
        return memory

    def resume(
        self, memory: VoteMemory, former: Any, state: NetworkState, subnets: Subnets
    ) -> VoteMemory:
        """Return the votes that were cast before the state."""
        return self._voted(memory.bias, memory.noise, state, subnets)

    def _voted(
        self, bias: Stream, noise: Stream, state: NetworkState, subnets: Subnets
    ) -> VoteMemory:
        """Return the memory with the votes of the interval in which the state is."""
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
    """Have root validators vote on the shares, with stakes by rank and opinions of their own.

    Args:
        seed: seed of their opinions, which have streams of their own.
        validators: number of validators.
        stake_exponent: exponent of stakes by rank: the k-th largest has a stake in proportion to
            ``k**-stake_exponent`` [-].
        insight: weight of quality in a score, in logs a standard score [-].
        bias: standard deviation of lasting opinions, in logs [-].
        noise: standard deviation of passing opinions, in logs [-].
        interval_blocks: blocks between two votes [blocks].
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
