"""Applicants who want to register a subnet, and what they would pay for it."""

from collections.abc import Mapping
from typing import Final, NamedTuple

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int
from scipy import stats

from dtaojax.mechanism.registration.lifecycle import Newcomer
from dtaojax.numerics.ordered import ordered_cumsum
from dtaojax.numerics.shapes import PathNumber, Scalar, ScalarBool, ScalarInt, Words
from dtaojax.numerics.streams import Stream, named_stream, normals_from_words
from dtaojax.state.network import Subnets

_WORD: Final = 2.0**32
_PLAN_LANES: Final = 4


class Applicants(NamedTuple):
    """Applicants of a step, in order.

    Attributes:
        count: Number of applicants; those beyond ``budget``'s length are not heard.
        budget: Most that each would pay, shape (applicants,) [TAO].
    """

    # Hides a tuple's own method, which nobody calls.
    count: ScalarInt  # pyright: ignore[reportIncompatibleMethodOverride]
    budget: Float[Array, " applicants"]

    @property
    def present(self) -> Bool[Array, " applicants"]:
        """True for entries that are applicants, shape (applicants,)."""
        return jnp.arange(self.budget.shape[-1]) < self.count


class Plan(NamedTuple):
    """Plan of an applicant for a subnet once it is registered.

    Attributes:
        newcomer: Figures that users know of it.
        is_enabled: True if its TAO emission is switched on in time.
    """

    newcomer: Newcomer
    is_enabled: ScalarBool


class ArrivalStreams(NamedTuple):
    """Random streams of the process.

    Attributes:
        applying: Stream of the applicants.
        planning: Stream of what the successful ones do.
    """

    applying: Stream
    planning: Stream

    def for_path(self, path: PathNumber) -> "ArrivalStreams":
        """Return their parts that belong to a path."""
        return ArrivalStreams(self.applying.for_path(path), self.planning.for_path(path))


class Arrivals(eqx.Module):
    """Applicants arrive at a constant rate and in waves; each has a lognormal budget.

    The number in a step is Poisson. An applicant whose budget is below the lock cost goes away, so
    that a subnet is registered when the cost has fallen to what somebody would pay. With many
    applicants the gaps between registrations are then as regular as the chain's.

    Attributes:
        streams: Streams of all paths.
        count_cdf: Chances of at most 0, 1, 2... applicants in a step, in random words.
        wave_step: Number of the step in which each wave comes.
        wave_count: Number of applicants in each wave, shape (waves,).
        budget_median: Median of what applicants would pay [TAO].
        budget_spread: Standard deviation of its logarithm [-].
        duplicates: Part of the newcomers that do the work of another subnet [-].
        enabled: Part of the newcomers whose TAO emission is switched on in time [-].
        start_blocks: Age at which an owner makes the start call.
        enable_blocks: Age at which emission is switched on.
        most_per_step: Number of applicants that are heard in a step.
    """

    streams: ArrivalStreams
    count_cdf: Words
    wave_step: Int[Array, " waves"]
    wave_count: Int[Array, " waves"]
    budget_median: Scalar
    budget_spread: Scalar
    duplicates: Scalar
    enabled: Scalar
    start_blocks: int = eqx.field(static=True)
    enable_blocks: int = eqx.field(static=True)
    most_per_step: int = eqx.field(static=True)

    def applicants(self, streams: ArrivalStreams, step: ScalarInt) -> Applicants:
        """Return who applies in a step; ``streams`` are those of the path."""
        words = streams.applying.words(step, 1 + self.most_per_step)
        steady = jnp.sum(words[0] >= self.count_cdf, dtype=jnp.int32)
        wave = jnp.sum(jnp.where(self.wave_step == step, self.wave_count, 0), dtype=jnp.int32)
        score = normals_from_words(words[1:]).astype(self.budget_median.dtype)
        return Applicants(steady + wave, self.budget_median * jnp.exp(self.budget_spread * score))

    def plan(
        self, streams: ArrivalStreams, step: ScalarInt, place: ScalarInt, subnets: Subnets
    ) -> Plan:
        """Return what the applicant in a place of a step does with a subnet.

        Quality is a standard score. The work is that of a subnet drawn at random, or has a sector
        of its own.
        """
        words = streams.planning.words(step * self.most_per_step + place, _PLAN_LANES)
        uniform = words.astype(self.enabled.dtype) / _WORD
        quality = normals_from_words(words[:1])[0].astype(self.enabled.dtype)
        counted = ordered_cumsum(subnets.registered.astype(uniform.dtype))
        model = jnp.argmax(counted > jnp.floor(uniform[1] * counted[-1]))
        own = jnp.max(subnets.sector) + 1
        sector = jnp.where(uniform[2] < self.duplicates, subnets.sector[model], own)
        return Plan(Newcomer(quality, sector), uniform[3] < self.enabled)


def arrivals(
    seed: int,
    *,
    mean_per_step: float,
    waves: Mapping[int, int],
    budget_median: float,
    budget_spread: float,
    duplicates: float,
    enabled: float,
    start_blocks: int,
    enable_blocks: int,
    most_per_step: int,
) -> Arrivals:
    """Build the process under a seed; further arguments as the attributes of :class:`Arrivals`.

    Args:
        seed: Seed of the run.
        mean_per_step: Number of applicants that arrive in a step on average, waves apart.
        waves: Number of a step -> applicants that arrive in it besides.
    """
    counts = np.arange(stats.poisson.isf(1.0 / _WORD, mean_per_step) + 1)
    cdf = np.ceil(stats.poisson.cdf(counts, mean_per_step) * _WORD)
    return Arrivals(
        streams=ArrivalStreams(
            named_stream(seed, "arrivals.applying"), named_stream(seed, "arrivals.planning")
        ),
        count_cdf=jnp.asarray(cdf[cdf < _WORD].astype(np.uint32)),
        wave_step=jnp.asarray(np.array(list(waves), dtype=np.int32)),
        wave_count=jnp.asarray(np.array(list(waves.values()), dtype=np.int32)),
        budget_median=jnp.asarray(budget_median),
        budget_spread=jnp.asarray(budget_spread),
        duplicates=jnp.asarray(duplicates),
        enabled=jnp.asarray(enabled),
        start_blocks=start_blocks,
        enable_blocks=enable_blocks,
        most_per_step=most_per_step,
    )
