"""Weights by the votes of root validators (before dTAO, the article's old regime)."""

import equinox as eqx
import jax
import jax.numpy as jnp

from dtaojax.mechanism.shares import normalise
from dtaojax.ordered import ordered_sum
from dtaojax.state.shapes import PerSubnet, PerSubnetBool, PerValidator, Votes


def vote_shares(stake: PerValidator, votes: Votes) -> PerSubnet:
    """Each validator's votes over their sum, averaged by stake (§8.1, article A4) [-].

    A validator that votes for nothing has no say. All 0 if nobody votes.

    Args:
        stake: of each root validator [TAO].
        votes: scores, not negative [-].
    """
    weights = stake[:, None] * jax.vmap(normalise)(votes)
    return normalise(jax.vmap(ordered_sum, in_axes=1)(weights))


class RootValidators(eqx.Module):
    """Root validators who see a subnet's quality through a lasting bias and passing noise.

    Attributes:
        stake: of each root validator [TAO].
        quality: what an impartial vote would follow, in logs [-].
        bias: of each validator for each subnet, in logs [-].
        noise_scale: standard deviation of a vote's noise, in logs, of each validator [-].
    """

    stake: PerValidator
    quality: PerSubnet
    bias: Votes
    noise_scale: PerValidator

    def __call__(self, noise: Votes, in_emit_set: PerSubnetBool) -> PerSubnet:
        """Shares by votes ``exp(quality + bias + scale noise)`` [-].

        Args:
            noise: standard normal numbers of this vote [-].
            in_emit_set: subnets that can be voted for.
        """
        opinion = self.quality[None, :] + self.bias + self.noise_scale[:, None] * noise
        votes = jnp.where(in_emit_set[None, :], jnp.exp(opinion), 0.0)
        return vote_shares(self.stake, votes)
