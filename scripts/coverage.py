"""Measures how often 95 % intervals hold the truth, by estimating the same figures many times.

Every repetition draws its paths from those of one large run, and is estimated as a run of so many
paths is: by the tables and the headline figures of ``dtaojax run``. The truth is what the large run
gives. Besides, samples whose figures are known in closed form.

    python scripts/coverage.py [--repetitions N] [--pool N] [--write FILE] [--keep FOLDER]
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from scipy import integrate, stats

from dtaojax.assembly import build_bins, build_world
from dtaojax.engine.chunk import Chunk, Plan, compute_chunk
from dtaojax.engine.merge import Merger
from dtaojax.engine.rollout import KEPT
from dtaojax.engine.store import KEEP_NOTHING, ChunkStore, Store
from dtaojax.execution import runtime
from dtaojax.inputs import Inputs, read_inputs
from dtaojax.metrics.estimate import (
    Estimate,
    mean_of_sample,
    probability,
    quantile_of_sample,
    whole_ranks,
)
from dtaojax.metrics.headline import metric_name
from dtaojax.metrics.portfolio import portfolio_rows
from dtaojax.metrics.subnets import subnet_table
from dtaojax.metrics.tables import frame, sample_rows
from dtaojax.metrics.tail import expected_shortfall, value_at_risk
from dtaojax.studies.run.path_table import portfolio_sample
from dtaojax.studies.run.tables import figure_names, position_netuids

ROOT: Final = Path(__file__).parents[1]
CONFIG: Final = ROOT / "configs" / "mainnet.toml"
DAYS: Final = 30.0
SETTINGS: Final = (
    "run.step_blocks=7200",
    f"run.horizon_days={DAYS:g}",
    f"run.report_days=[{DAYS:g}]",
    f"portfolio.loss_days=[{DAYS:g}]",
)
"""A day a step: what is measured are intervals, to which the length of a step is nothing."""
REPETITIONS, PATHS, MORE = 2_000, 512, 4
"""Repetitions of so many paths, and as many again of so many times the paths."""
POOL: Final = 102_400
"""Simulated paths, of which every repetition draws its own."""
PORTION: Final = 128
"""Paths that are drawn together where single ones are not kept, as about subnets."""
LEVELS: Final = {"q05": 0.05, "median": 0.5, "q95": 0.95}
"""Quantiles that are headline figures, and how their names end."""
SEED: Final = 2026

Key = tuple[str, str, int | None]
"""Name and scope of a headline figure, and the subnet that it is about."""


class Coverage(NamedTuple):
    """How often the intervals of a figure held its truth.

    Attributes:
        held: part of the intervals that did; an end that is said not to be known is endless.
        error: standard error of that, from repetition to repetition.
        above: part of the intervals that lie wholly above the truth.
        below: part that lie wholly below it.
        unknown: part of the estimates of which an end is said not to be known.
        withheld: part of the estimates that are withheld, of which nothing else is counted.
    """

    held: float
    error: float
    above: float
    below: float
    unknown: float
    withheld: float


def coverage(low: np.ndarray, high: np.ndarray, value: np.ndarray, truth: np.ndarray) -> Coverage:
    """Count how often intervals hold the truth.

    Args:
        low: lower ends (repetitions, figures); NaN where not known.
        high: upper ends.
        value: the estimates; NaN where withheld.
        truth: by figure, or by repetition and figure.
    """
    given = np.isfinite(value)
    above, below = given & (low > truth), given & (high < truth)
    unknown = given & ~(np.isfinite(low) & np.isfinite(high))
    count = max(int(given.sum()), 1)
    missed = (above | below).sum(axis=1) / np.maximum(given.sum(axis=1), 1)
    return Coverage(
        held=1.0 - float((above | below).sum()) / count if given.any() else np.nan,
        error=float(missed.std(ddof=1) / np.sqrt(len(missed))),
        above=float(above.sum()) / count,
        below=float(below.sum()) / count,
        unknown=float(unknown.sum()) / count,
        withheld=1.0 - float(given.mean()),
    )


# --- closed forms --------------------------------------------------------------------------------

Draw = Callable[[np.random.Generator, int], np.ndarray]


class Known(NamedTuple):
    """A figure of a sample that is known in closed form."""

    draw: Draw
    estimate: Callable[[np.ndarray], Estimate]
    truth: float


def _shortfall(law: stats.rv_continuous, confidence: float) -> float:
    quantile = law.ppf(confidence)
    beyond, _ = integrate.quad(law.sf, quantile, np.inf, limit=500)
    return float(quantile + beyond / (1.0 - confidence))


def known() -> Iterator[tuple[str, int, Known]]:
    """The cases, with the number of paths that each is measured at."""
    laws = {f"Student-t losses, {nu:g} degrees": stats.t(nu) for nu in (2.4, 3.0, 3.6)}
    laws |= {f"lognormal losses, sd of log {sd:g}": stats.lognorm(sd) for sd in (0.5, 1.0)}
    for name, law in laws.items():

        def drawn(random: np.random.Generator, paths: int, law=law) -> np.ndarray:
            return law.rvs(paths, random_state=random)

        for confidence, paths in ((0.95, PATHS), (0.95, MORE * PATHS), (0.99, MORE * PATHS)):
            yield (
                f"{name}: ES {100 * confidence:g} %",
                paths,
                Known(
                    drawn,
                    lambda sample, c=confidence: expected_shortfall(sample, c),
                    _shortfall(law, confidence),
                ),
            )
        for confidence, paths in ((0.95, PATHS), (0.99, PATHS)):
            yield (
                f"{name}: VaR {100 * confidence:g} %",
                paths,
                Known(
                    drawn,
                    lambda sample, c=confidence: value_at_risk(sample, c),
                    float(law.ppf(confidence)),
                ),
            )
        yield f"{name}: mean", PATHS, Known(drawn, mean_of_sample, float(law.mean()))
    for chance in (0.005, 0.02, 0.2, 0.5):
        yield (
            f"event of probability {100 * chance:g} %",
            PATHS,
            Known(
                lambda random, paths, p=chance: random.random(paths) < p,
                lambda sample: probability(np.float64(sample.sum()), len(sample)),
                chance,
            ),
        )
    for chance in (0.01, 0.05, 0.2, 0.5):
        yield (
            f"0 but on {100 * chance:g} % of paths, there lognormal: mean",
            PATHS,
            Known(
                lambda random, paths, p=chance: (
                    (random.random(paths) < p) * random.lognormal(0.0, 1.0, paths)
                ),
                mean_of_sample,
                chance * float(np.exp(0.5)),
            ),
        )


def measured(case: Known, paths: int, repetitions: int) -> Coverage:
    """Estimate a known figure many times."""
    random = np.random.default_rng(SEED)
    found = [case.estimate(case.draw(random, paths)) for _ in range(repetitions)]
    value, _, low, high = np.array(found, dtype=float).T[:, :, None]
    return coverage(low, high, value, np.array(case.truth))


# --- the product's own model ---------------------------------------------------------------------


class Paths:
    """Figures of single paths, read as those of a finished run are."""

    def __init__(self, scalars: np.ndarray, names: Sequence[str], days: Sequence[float]) -> None:
        """Takes the figures (paths, moments, scalars) of paths that stayed finite."""
        self._scalars, self._names, self._days = scalars, list(names), list(days)

    def sample(self, name: str, day: float) -> np.ndarray:
        """A figure at a day on every path."""
        return self._scalars[:, self._days.index(day), self._names.index(name)]

    def columns(self, names: Sequence[str], day: float) -> list[np.ndarray]:
        """Several figures at a day."""
        return [self.sample(name, day) for name in names]


class Figures(NamedTuple):
    """Headline figures: of each its key, and (figures, 4) the numbers of its estimate."""

    keys: list[Key]
    numbers: np.ndarray


class Measurement:
    """Headline figures of the model from any of the simulated paths."""

    def __init__(self, inputs: Inputs) -> None:
        """Makes the model."""
        self._inputs = inputs
        self._world = build_world(inputs.config, inputs.network)
        self._bins = build_bins(self._world)
        self._days = (0.0, DAYS)
        self._names = figure_names(self._world, inputs.config)

    def simulate(self, paths: int, store: Store) -> Iterator[Chunk]:
        """Run portions of consecutive paths, each a chunk of the engine; those stored are read."""
        run = self._inputs.config.run
        width = min(runtime.block_paths(run, self._inputs.network.n_subnets, 1), PORTION)
        plan = Plan(paths, (run.step_of(DAYS),), width, PORTION)
        for first in plan.starts:
            if store.holds(first):
                yield store.load(first, PORTION)
            else:
                portion = compute_chunk(self._world, self._bins, plan, first)
                store.save(first, portion)
                yield portion

    def of_all(self, scalars: np.ndarray) -> Figures:
        """The network's and the portfolio's figures that a run of these paths would give."""
        reader = Paths(scalars, self._names, self._days)
        rows = [
            row
            for name, unit in self._world.network_scalars.items()
            for row in sample_rows(
                name, "network", None, DAYS, reader.sample(name, DAYS), unit, tuple(LEVELS.values())
            )
        ]
        config = self._inputs.config
        netuids = position_netuids(config)
        start, end = (
            portfolio_sample(reader, netuids, day, with_usd=config.tao_usd is not None)
            for day in self._days
        )
        amounts = {**config.portfolio.alpha, 0: config.portfolio.root_tao}
        rows += portfolio_rows(start, [end], amounts)
        return _headline(frame(rows))

    def of_subnets(self, portions: Sequence[Chunk]) -> Figures:
        """The figures of each subnet that a run of these paths would give."""
        merger = Merger(self._bins)
        for number, portion in enumerate(portions):
            merger.add(number * PORTION, portion)
        table = subnet_table(
            merger.statistics(),
            self._bins,
            self._world.gauges,
            self._world.event_names,
            self._inputs.network.netuid,
            np.array(self._days),
            most_subnets=len(self._world.subnets.registered),
            levels=(),
        )
        return _headline(table)

    def counts(self, scalars: np.ndarray) -> Iterator[tuple[str, float, np.ndarray]]:
        """Quantiles that many paths share: name, level, and the figure on every path."""
        reader = Paths(scalars, self._names, self._days)
        for name in self._world.network_scalars:
            sample = reader.sample(name, DAYS)
            for ending, level in LEVELS.items():
                at = (sample == quantile_of_sample(sample, level).value).mean()
                if FEWEST_SHARING < at < 1.0:
                    yield f"{name}_{ending}", level, sample


FEWEST_SHARING: Final = 1e-3
"""Part of the paths that share a value, for it to be that of a count."""


def _headline(table: pd.DataFrame) -> Figures:
    """The headline figures of a table after the days."""
    keys, places = [], []
    for place, row in enumerate(table.itertuples(index=False)):
        name = metric_name(row.quantity, row.statistic, row.level)
        if name is not None and row.day == DAYS:
            keys.append((name, row.scope, None if pd.isna(row.netuid) else int(row.netuid)))
            places.append(place)
    return Figures(keys, table[list(Estimate._fields)].to_numpy()[places])


def tabulated(
    repeated: Sequence[Figures], truth: Figures, part: float
) -> dict[tuple[str, str], Coverage]:
    """Coverage by name and scope, over all subnets or positions that a figure is about.

    A repetition's own paths are a part of those that the truth was found from, which brings them
    nearer to each other by the root of one less that part (the correction for a finite population;
    Cochran, "Sampling techniques", 2.6). Left out are figures without any chance in them: events
    that happen on no path at all or on all of them, and values that are the same on all.

    Args:
        repeated: the figures in each repetition.
        truth: from all paths.
        part: of all paths that a repetition has.
    """
    numbers = np.array([each.numbers for each in repeated])
    value, _, low, high = np.moveaxis(numbers, -1, 0)
    aim = truth.numbers[:, 0]
    shifted = value + (aim - value) / np.sqrt(1.0 - part)
    # The quantile of a count is a count, as the ends of its interval are, and must stay one.
    shifted = np.where((low == aim) | (high == aim), aim, shifted)
    counts = np.isnan(value).all(axis=0) | (value != value[0]).any(axis=0)
    places: dict[tuple[str, str], list[int]] = {}
    for place in np.flatnonzero(counts):
        places.setdefault(truth.keys[place][:2], []).append(int(place))
    return {
        key: coverage(low[:, here], high[:, here], value[:, here], shifted[:, here])
        for key, here in places.items()
    }


def regrouped(portions: int, size: int, groups: int) -> Iterator[np.ndarray]:
    """Places of portions that are put together, each once in a shuffle of all of them."""
    random = np.random.default_rng(SEED)
    while groups > 0:
        shuffled = random.permutation(portions)[: portions // size * size].reshape(-1, size)
        yield from shuffled[:groups]
        groups -= len(shuffled)


class Shared(NamedTuple):
    """A quantile whose value many paths share, as those of counts do.

    Attributes:
        value: the quantile.
        below: part of all paths below it.
        upto: part of all paths at it or below.
        alone: chance that the estimate is the quantile.
        exact: chance that its interval holds it.
    """

    value: float
    below: float
    upto: float
    alone: float
    exact: float


def shared(sample: np.ndarray, level: float, paths: int) -> Shared:
    """The chances of an estimate and of its interval in closed form.

    A path of rank r is above the quantile where fewer than r paths are at it or below, and below it
    where at least r are below. Both numbers of paths are binomial.

    Args:
        sample: the figure on all paths, whose law is taken for the figure's.
        level: of the quantile.
        paths: of an estimate.
    """
    value = float(quantile_of_sample(sample, level).value)
    below, upto = float((sample < value).mean()), float((sample <= value).mean())

    def held(low: float, high: float) -> float:
        above = stats.binom(paths, upto).cdf(low - 1)
        return float(1.0 - above - stats.binom(paths, below).sf(high - 1))

    position = level * (paths - 1)
    alone = held(int(np.ceil(position)) + 1, int(np.floor(position)) + 1)
    return Shared(value, below, upto, alone, held(*whole_ranks(level, paths)))


def measured_shared(
    sample: np.ndarray, level: float, paths: int, repetitions: int
) -> tuple[Coverage, Coverage]:
    """How often the interval holds, and how often where no two paths have the same value.

    For the latter every path's whole number gets a random fraction.
    """
    random = np.random.default_rng(SEED)
    found = []
    for figure in (sample, sample + random.random(len(sample))):
        estimates = [
            quantile_of_sample(figure[rows], level)
            for rows in regrouped(len(sample), paths, repetitions)
        ]
        value, _, low, high = np.array(estimates, dtype=float).T[:, :, None]
        found.append(coverage(low, high, value, quantile_of_sample(figure, level).value))
    return found[0], found[1]


# --- the page ------------------------------------------------------------------------------------

INTRODUCTION: Final = """# How often intervals hold the truth

<!-- Made by scripts/coverage; run it again rather than changing numbers here. -->

Every number of a run has a 95 % interval for its Monte Carlo error. Here each is estimated
{repetitions:,} times, every time from other paths, and counted is how often its interval held the
truth. That says how far to trust the interval, and nothing about the model.

An interval is **not symmetric** where rare paths weigh much, as for an expected shortfall, a share
that a subnet seldom has, or a price with a long tail: a sample that lacks such a path by chance is
too low and looks too certain, so the interval must reach farther to that side. Means and expected
shortfalls get it from the skewness of what single paths add (Hall 1992), probabilities from the
binomial distribution (Wilson). That of a quantile or VaR lies between the two ranks that hold it
with 95 %, whatever the distribution; these are no whole numbers, so that it ends between two paths
(Hettmansperger and Sheather 1986, Nyblom 1992). Differences of two runs use the same, and those of
means and shortfalls are no shorter to either side than a symmetric interval.

*Held* is the part of all intervals that held the truth, ± its standard error over repetitions;
*too high* and *too low* are the parts that lay wholly above and below it. *End not known* is the
part of which the run says that it cannot give an end (where a figure was the same on every path and
has no bound); such an end counts as endless. *Withheld* is the part of which no number is given, as
there are too few paths. About subnets and positions, all of them are counted together. Quantiles of
counts (of subnets, of applicants) are held more often than 95 %, and have a section of their own.

"""


Rows = Sequence[tuple[str, int, Coverage]]
"""What is measured, from how many paths, and how it came out."""


def table(rows: Rows) -> Iterator[str]:
    """A Markdown table."""
    yield "| figure | paths | held | too high | too low | end not known | withheld |"
    yield "|---|---|---|---|---|---|---|"
    for name, paths, each in rows:
        if np.isnan(each.held):
            yield f"| {name} | {paths:,} | | | | | 100 % |"
            continue
        rest = (f"{100 * part:.1f} %" for part in each[2:])
        yield f"| {name} | {paths:,} | {_part(each)} | {' | '.join(rest)} |"


SHARED: Final = f"""
## Quantiles of counts

Nothing lies between two counts, so an interval ends at counts. From n paths it ends at the paths
of two ranks l and h, and misses the quantile q where fewer than l paths are at q or below it, or at
least h are below. With F(q) the part of all paths *up to* q, F(q − 1) the part *below*, and B the
binomial distribution function, the chance of that is

    B(l − 1; n, F(q)) + 1 − B(h − 1; n, F(q − 1)).

Where a figure takes all values, both F(q) and F(q − 1) are the quantile's level p, and l and h are
chosen for this to be at most 5 %. Of a count F(q − 1) < p ≤ F(q), which makes it smaller, whatever
the ranks are: **an interval that holds 95 % of quantiles of all distributions holds more of those
of counts**, the more the larger the part of the paths at q. *Exact* is what the formula gives for
{PATHS} paths, *held* what was measured. *Estimate right* is the chance that the estimate is q: no
interval that holds its own estimate is held less often than that. *Without ties* is measured with a
random fraction added to each path's count, so that no two paths share one: then the interval ends
between two paths, as others do, and holds 95 %.
"""


def page(repetitions: int, pool: int, store: Store) -> Iterator[str]:
    """Measure everything, and write each table as soon as it is there."""
    yield INTRODUCTION.format(repetitions=repetitions)
    yield "## Samples whose figures are known in closed form\n"
    yield from table(
        [(name, size, measured(case, size, repetitions)) for name, size, case in known()]
    )
    runtime.configure("float64")
    model = Measurement(read_inputs(CONFIG, [*SETTINGS, f"run.paths={pool}"]))
    portions = list(model.simulate(pool, store))
    scalars = np.concatenate([each.scalars[each.lost_at == KEPT] for each in portions])
    counts = list(model.counts(scalars))
    yield (
        f"\n## Headline figures of `configs/mainnet.toml` after {DAYS:g} days\n\nSteps of a day. "
        f"The truth is that of {pool:,} paths, from which each repetition draws its own, without "
        f"putting them back within one; about subnets {PORTION} at a time, in the order in which "
        "they were simulated. Figures that never vary are left out.\n"
    )
    found = _found(model, scalars, portions, PATHS, repetitions)
    names = {name for name, *_ in counts}
    yield from table([(_named(*k), PATHS, each) for k, each in found.items() if k[0] not in names])
    yield SHARED
    yield "| figure | quantile | below | up to | estimate right | exact | held | without ties |"
    yield "|---|---|---|---|---|---|---|---|"
    for name, level, sample in counts:
        law = shared(sample, level, PATHS)
        as_it_is, apart = measured_shared(sample, level, PATHS, repetitions)
        parts = (f"{100 * part:.1f} %" for part in law[1:])
        yield (
            f"| `{name}` | {law.value:g} | {' | '.join(parts)} | {_part(as_it_is)} | "
            f"{_part(apart)} |"
        )
    yield f"\n## Tails, and figures of single subnets, from {MORE} times the paths\n"
    found = _found(model, scalars, portions, MORE * PATHS, repetitions)
    yield from table(
        [
            (_named(*key), MORE * PATHS, each)
            for key, each in found.items()
            if key[1] == "subnet" or re.search(r"_(var|es|es_contribution)_", key[0])
        ]
    )


def _found(
    model: Measurement,
    scalars: np.ndarray,
    portions: Sequence[Chunk],
    paths: int,
    repetitions: int,
) -> dict[tuple[str, str], Coverage]:
    """Coverage of all headline figures from so many paths."""
    rows = regrouped(len(scalars), paths, repetitions)
    of_all = [model.of_all(scalars[each]) for each in rows]
    places = regrouped(len(portions), paths // PORTION, repetitions)
    of_subnets = [model.of_subnets([portions[place] for place in each]) for each in places]
    return tabulated(of_all, model.of_all(scalars), paths / len(scalars)) | tabulated(
        of_subnets, model.of_subnets(portions), paths / (PORTION * len(portions))
    )


def _part(each: Coverage) -> str:
    return f"{100 * each.held:.1f} ± {100 * each.error:.1f} %"


def _named(name: str, scope: str) -> str:
    return f"`{name}`" + {"subnet": " by subnet", "position": " by position"}.get(scope, "")


def main(arguments: Sequence[str]) -> int:
    """Measures, prints as it goes, and writes the page."""
    parser = argparse.ArgumentParser(prog="scripts/coverage", description=__doc__.split("\n")[0])
    parser.add_argument("--repetitions", type=int, default=REPETITIONS, help=f"({REPETITIONS})")
    parser.add_argument("--pool", type=int, default=POOL, help=f"simulated paths ({POOL})")
    parser.add_argument("--write", type=Path, help="file for the page")
    parser.add_argument("--keep", type=Path, help="folder of simulated paths, to be used again")
    chosen = parser.parse_args(arguments)
    store = KEEP_NOTHING
    if chosen.keep:
        chosen.keep.mkdir(parents=True, exist_ok=True)
        store = ChunkStore(chosen.keep)
    lines = []
    for line in page(chosen.repetitions, chosen.pool, store):
        lines.append(line)
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    if chosen.write:
        chosen.write.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
