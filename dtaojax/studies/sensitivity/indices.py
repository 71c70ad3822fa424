"""Global sensitivity: which parameters the variance of a number over a box comes from."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float
from scipy import stats

from dtaojax.assembly import build_world
from dtaojax.config.config import Config
from dtaojax.config.load import changed
from dtaojax.gradients.agreement import Agreement, agreements, inside
from dtaojax.gradients.expectation import Outcome, Portion, evaluate
from dtaojax.gradients.headlines import Headline, elasticities, headline_columns
from dtaojax.gradients.measure_names import HOLDER_LOSS, HOLDER_LOSS_ES
from dtaojax.gradients.parameter_map import (
    Box,
    Effect,
    ParameterMap,
    Range,
    Unit,
    effect_of,
    tangent_map,
)
from dtaojax.metrics.estimate import COVERAGE, Estimate, mean_of_sample
from dtaojax.network import NetworkTable
from dtaojax.studies.shared.parameter_worlds import as_config_values
from dtaojax.world.world import World

Design = Float[np.ndarray, "points parameters"]
Table = Float[np.ndarray, "numbers parameters"]


class Index(NamedTuple):
    """Indices of one order, each with its 95 % bootstrap interval over the design [-]."""

    value: Table
    ci_low: Table
    ci_high: Table


class Indices(NamedTuple):
    """Sobol indices of several numbers.

    Attributes:
        first: part of the variance that a parameter explains on its own.
        total: part that goes if all parameters but this one were known.
        evaluations: points that were computed.
    """

    first: Index
    total: Index
    evaluations: int


def sobol_indices(
    function: Callable[[Design], Float[np.ndarray, "points numbers"]],
    parameters: int,
    points: int,
    resamples: int,
    seed: int,
) -> Indices:
    """Estimate first and total order indices of parameters that are uniform on the unit box.

    By SciPy: the estimators of Saltelli et al. (2010, "Variance based sensitivity analysis of model
    output") on a scrambled Sobol sequence, with BCa bootstrap intervals. A number that does not
    vary has indices of 0; an index that is 0 in every resample has no width.

    Args:
        function: function of points of the unit box.
        parameters: number of parameters.
        points: base points; a power of two.
        resamples: resamples of the bootstrap.
        seed: seed of the scrambling and of the bootstrap.
    """
    spent = 0

    def of_columns(design: np.ndarray) -> np.ndarray:
        nonlocal spent
        spent += design.shape[1]
        return function(design.T).T

    # Numbers that stand still, and parameters without effect, have no spread to resample.
    with np.errstate(invalid="ignore", divide="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        found = stats.sobol_indices(
            func=of_columns,
            n=points,
            dists=[stats.uniform()] * parameters,
            rng=np.random.default_rng(seed),
        )
        spread = found.bootstrap(confidence_level=COVERAGE, n_resamples=resamples)
    return Indices(
        *(
            _index(value, interval)
            for value, interval in (
                (found.first_order, spread.first_order.confidence_interval),
                (found.total_order, spread.total_order.confidence_interval),
            )
        ),
        evaluations=spent,
    )


def _index(value: np.ndarray, interval: Any) -> Index:
    value = np.atleast_2d(value)
    ends = (np.atleast_2d(end) for end in (interval.low, interval.high))
    return Index(value, *(np.where(np.isnan(end), value, end) for end in ends))


_ES_TAIL = 0.05


def headline(name: str) -> Headline:
    """Return the number that a config's name stands for."""
    return Headline(name, HOLDER_LOSS, _ES_TAIL) if name == HOLDER_LOSS_ES else Headline(name, name)


class StudiedWorld(NamedTuple):
    """A config whose numbers are looked at while its parameters move, on the same paths.

    Attributes:
        config: config with the step and the seed of the study.
        network: the start state.
        ranges: ranges of the parameters.
        box: the same bounds, with their scales.
        headlines: numbers that are looked at.
        portion: amount that is simulated for one evaluation.
    """

    config: Config
    network: NetworkTable
    ranges: tuple[Range, ...]
    box: Box
    headlines: tuple[Headline, ...]
    portion: Portion

    @property
    def measures(self) -> tuple[str, ...]:
        """Names of the measures of which the headlines are made."""
        return tuple(dict.fromkeys(each.measure for each in self.headlines))

    @property
    def start(self) -> np.ndarray:
        """The parameters' values in the config."""
        return np.array([each.start for each in self.ranges])

    def only(self, places: Sequence[int]) -> StudiedWorld:
        """Return the same study with some of the parameters."""
        box = Box(*(column[list(places)] for column in self.box))
        return self._replace(ranges=tuple(self.ranges[place] for place in places), box=box)

    def build(self, values: Mapping[str, float]) -> World:
        """Build the world at values by key."""
        return build_world(
            changed(self.config, as_config_values(self.ranges, values)), self.network
        )

    def named(self, values: Sequence[float] | np.ndarray) -> dict[str, float]:
        """Name values by the keys of their parameters."""
        return {each.key: float(x) for each, x in zip(self.ranges, values, strict=True)}

    def of_world(self, world: World, portion: Portion | None = None) -> Outcome:
        """Return the headlines of a world, as columns over paths."""
        at = ParameterMap(world, (), jnp.zeros(0))
        found = evaluate(at, np.zeros(0), self.measures, portion or self.portion)
        return headline_columns(found, self.measures, self.headlines)


class Slopes(NamedTuple):
    """Derivatives at one point.

    Attributes:
        values: values of the parameters, moved inside their ranges.
        by_range: derivatives of each headline by each parameter, times the width of its range.
        elasticities: relative change of a headline over relative change of a parameter; of no use
            where one of them is 0 [-].
        checks: checks against central differences of worlds that are really built, in units of the
            box.
    """

    values: np.ndarray
    by_range: Estimate
    elasticities: Estimate
    checks: list[Agreement]


class Swing(NamedTuple):
    """Changes of the headlines with one parameter at the ends of its range.

    Attributes:
        low: change from the config's own value to the lower end, paired path by path.
        high: change to the upper end, paired path by path.
    """

    low: Estimate
    high: Estimate


class Global(NamedTuple):
    """Sobol indices over the box of the parameters.

    Attributes:
        parameters: keys.
        indices: indices of the headlines.
        halves: the same from each half of the paths.
        spread: standard deviation of each headline over the design.
        noise: standard error over paths of each headline, its mean over the design.
    """

    parameters: tuple[str, ...]
    indices: Indices
    halves: tuple[Indices, Indices]
    spread: np.ndarray
    noise: np.ndarray


def effects(study: StudiedWorld) -> tuple[Effect, ...]:
    """Classify the effect of each parameter on the world between its ends."""
    return tuple(
        effect_of(*(study.build({each.key: end}) for end in (each.low, each.high)))
        for each in study.ranges
    )


def slopes(study: StudiedWorld, progress: Callable[[str], None]) -> Slopes:
    """Compute derivatives of all headlines by all parameters, forward along every path.

    Args:
        study: study, none of whose parameters changes the program.
        progress: receives a line now and again.
    """
    centre = inside(study.box.unit(study.start))
    values = study.box.values(centre)
    near = tangent_map(study.build, study.ranges, values)
    progress(f"derivatives by {len(values)} parameters on {study.portion.paths} paths")
    raw = evaluate(near, values, study.measures, study.portion, "forward")
    outcome = headline_columns(raw, study.measures, study.headlines)
    progress("central differences")
    in_units = outcome._replace(jacobian=outcome.jacobian * study.box.slope(centre))
    checks = agreements(in_units, lambda unit: _at(study, near, unit), centre)
    width = study.box.high - study.box.low
    return Slopes(
        values,
        mean_of_sample(outcome.jacobian * width),
        elasticities(outcome, values),
        checks,
    )


def _at(study: StudiedWorld, near: ParameterMap, unit: Unit) -> Outcome:
    """Evaluate headlines at a built point, but for whole numbers, which move in proportion.

    A config takes no halves of a whole number, and a difference between rounded ones would be off.
    """
    values = study.box.values(unit)
    whole = [each.integer for each in study.ranges]
    real = {
        each.key: float(near.start[place] if each.integer else values[place])
        for place, each in enumerate(study.ranges)
    }
    slopes = tuple(
        slope if is_whole else jax.tree.map(lambda _: None, slope)
        for slope, is_whole in zip(near.slopes, whole, strict=True)
    )
    return study.of_world(ParameterMap(study.build(real), slopes, near.start)(jnp.asarray(values)))


def swings(study: StudiedWorld, base: Outcome, progress: Callable[[str], None]) -> list[Swing]:
    """Move each parameter alone to the ends of its range, against the config as it is.

    Args:
        study: study whose parameters may change the program too.
        base: the headlines at the config's own values.
        progress: receives a line now and again.
    """
    found = []
    for each in study.ranges:
        progress(f"{each.key} at {each.low:g} and {each.high:g}")
        ends = (study.of_world(study.build({each.key: end})) for end in (each.low, each.high))
        found.append(Swing(*(mean_of_sample(end.measures - base.measures) for end in ends)))
    return found


def shares_of_variance(
    study: StudiedWorld, points: int, paths: int, resamples: int, progress: Callable[[str], None]
) -> Global:
    """Compute Sobol indices of the headlines on few paths that are the same at every point.

    The paths are part of what is asked: with others the indices differ a little, by about as much
    as those from one half of the paths differ from those of the other.

    Args:
        study: study, none of whose parameters changes the program.
        points: base points of the design.
        paths: demand paths.
        resamples: resamples of the bootstrap.
        progress: receives a line now and again.
    """
    portion = study.portion._replace(paths=paths)
    count = len(study.headlines)
    total = points * (len(study.ranges) + 2)
    found_at: list[np.ndarray] = []
    errors: list[np.ndarray] = []

    def numbers(design: np.ndarray) -> np.ndarray:
        """Return headlines of all paths, of the even ones and of the odd ones, a row a point."""
        rows = []
        for unit in design:
            world = study.build(study.named(study.box.values(unit)))
            raw = evaluate(
                ParameterMap(world, (), jnp.zeros(0)), np.zeros(0), study.measures, portion
            )
            # Headlines of each half too: a tail of the losses is no mean of the halves' tails, so
            # that it is computed anew from the paths of each.
            parts = [
                headline_columns(Outcome(part, None), study.measures, study.headlines).measures
                for part in (raw.measures, raw.measures[::2], raw.measures[1::2])
            ]
            found_at.append(parts[0].mean(axis=0))
            errors.append(mean_of_sample(parts[0]).standard_error)
            rows.append(np.concatenate([part.mean(axis=0) for part in parts]))
            if len(found_at) % 50 == 0:
                progress(f"Sobol design: {len(found_at)} of {total} points")
        return np.array(rows)

    found = sobol_indices(numbers, len(study.ranges), points, resamples, study.config.run.seed)

    def of_part(part: int) -> Indices:
        rows = slice(part * count, (part + 1) * count)
        first, total = (Index(*(t[rows] for t in index)) for index in (found.first, found.total))
        return Indices(first, total, found.evaluations)

    return Global(
        parameters=tuple(each.key for each in study.ranges),
        indices=of_part(0),
        halves=(of_part(1), of_part(2)),
        spread=np.std(found_at, axis=0),
        noise=np.mean(errors, axis=0),
    )
