"""The model fitted to a history, followed through new days, and forecasts from there.

`StochasticVariance` learns the model with a steady drift, `DriftingVariance` adds drifts that all
subnets have in common.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from dtaojax.calibration import grid_filter
from dtaojax.calibration.estimate import Estimate, estimate
from dtaojax.calibration.forecast import Drifts, sample_flows, t_multiple
from dtaojax.calibration.grid_filter import Belief, Data
from dtaojax.calibration.model import LAUNCH_AGE_EXPONENT
from dtaojax.calibration.moments import (
    Measured,
    asymmetry,
    common_share,
    largest_sd,
    never_negative,
    reversion,
)
from dtaojax.calibration.observations import (
    FLOW_OF_RETURN,
    Observations,
    observe,
    padded,
)
from dtaojax.history import Panel
from dtaojax.history.panel import MATURE_DAYS

_YOUNGEST_FOLLOWED: Final = 1.0
"""The filter learns from a subnet's flows from this age on, whatever the fit left out [days]."""
_BLOCKS_MULTIPLE: Final = 3
_SERIES_MULTIPLE: Final = 16


class ComponentBelief(NamedTuple):
    """Belief of a component of each subnet, by its first two moments.

    Attributes:
        mean: Mean of the component, shape (series,) [-].
        sd: Standard deviation of the component, shape (series,) [-].
    """

    mean: NDArray[np.float64]
    sd: NDArray[np.float64]


def _moments_of(chance: NDArray[np.float64], nodes: NDArray[np.float64]) -> ComponentBelief:
    mean = chance @ nodes
    return ComponentBelief(mean, np.sqrt(np.maximum(chance @ nodes**2 - mean**2, 0.0)))


@dataclass(frozen=True, eq=False)
class Fit:
    """The fitted model.

    Attributes:
        estimate: Parameters and their errors.
        share: Share of the innovations' variance that all subnets have in common.
        largest_sd: Most that a day's volatility can be [1/sqrt(day)].
        youngest: Age below which subnets were left out of the fit [days].
        flows: Number of flows that it rests on.
    """

    estimate: Estimate
    share: Measured
    largest_sd: Measured
    youngest: float
    flows: int

    def believe(self, history: Panel) -> Belief:
        """Return what is known of each subnet after a history, shape (series, levels, swings)."""
        wide = _padded(observe(history, _YOUNGEST_FOLLOWED))
        # A later history than that of the fit goes on with the drift of its last block.
        drift = self.estimate.parameters.drift[-1:]
        data = _data(wide)._replace(block=jnp.zeros(len(wide.block), jnp.int32))
        belief = grid_filter.filtered(self.estimate.parameters._replace(drift=drift), data)
        return belief[: history.n_series]

    def components(self, history: Panel) -> tuple[ComponentBelief, ComponentBelief]:
        """Return what is believed of level and swing of each subnet after a history."""
        belief = np.asarray(self.believe(history))
        nodes = np.asarray(grid_filter.grid(self.estimate.parameters))
        level, swing = nodes[:, nodes.shape[1] // 2], nodes[nodes.shape[0] // 2]
        return _moments_of(belief.sum(axis=2), level), _moments_of(belief.sum(axis=1), swing)

    def forecast(
        self, history: Panel, horizons: Sequence[int], paths: int, seed: int
    ) -> NDArray[np.float64]:
        """Draw random futures from the last day of a history.

        Args:
            history: Everything known; at least as long as the one that was fitted.
            horizons: Days ahead, rising.
            paths: Number of futures.
            seed: Seed of the random numbers.

        Returns:
            Log returns from the last day, shape (horizons, series, paths). A path is one future of
            all series together.
        """
        return self.futures(history, horizons, paths, seed, None)

    def futures(
        self,
        history: Panel,
        horizons: Sequence[int],
        paths: int,
        seed: int,
        drifts: Drifts | None,
    ) -> NDArray[np.float64]:
        """Return what `forecast` does, with drifts on top or none.

        Args:
            history: Everything known; at least as long as the one that was fitted.
            horizons: Days ahead, rising.
            paths: Number of futures.
            seed: Seed of the random numbers.
            drifts: Drifts of the series of the history.
        """
        seen = observe(history, _YOUNGEST_FOLLOWED)
        belief = self.believe(history)
        extra = -history.n_series % _SERIES_MULTIPLE
        parameters = self.estimate.parameters
        flows = sample_flows(
            parameters._replace(drift=parameters.drift[-1:]),
            jnp.asarray(t_multiple(float(parameters.degrees_of_freedom))),
            jnp.asarray(self.share.value),
            jnp.asarray(self.largest_sd.value),
            jnp.pad(belief, ((0, extra), (0, 0), (0, 0)), mode="edge"),
            jnp.asarray(np.pad(seen.log_depth_after, (0, extra))),
            jnp.asarray(np.pad(seen.age[-1] + 1.0, (0, extra), mode="edge")),
            jax.random.key(seed),
            None if drifts is None else drifts.padded(extra),
            days=max(horizons),
            paths=paths,
        )
        chosen = np.asarray(flows)[np.array(horizons) - 1, :, : history.n_series]
        return chosen.swapaxes(1, 2) / FLOW_OF_RETURN


@dataclass(frozen=True)
class StochasticVariance:
    """The model as a way to learn from a history.

    Attributes:
        name: Name of it in tables.
    """

    name: str = "stochastic variance"

    def fit(self, history: Panel) -> Fit:
        """Fit the model to what was known when the history's last day closed."""
        return learnt(history)


def fit(
    panel: Panel,
    *,
    youngest: float = MATURE_DAYS,
    fixed: Mapping[str, float] | None = None,
    guess: Fit | None = None,
) -> Fit:
    """Fit the model to a history.

    Args:
        panel: History of prices, all of which is used.
        youngest: Age below which subnets are left out [days].
        fixed: Parameters to hold at a value. The depth exponent is held at 0 where the history
            has no reserves, the age exponent at its default where ``youngest`` leaves none young.
        guess: Earlier fit to begin from.

    Raises:
        NotConvergedError: The search did not find its optimum.
    """
    seen = observe(panel, youngest)
    held = dict(fixed or {})
    if not np.isfinite(panel.tao_in).any():
        held.setdefault("depth_exponent", 0.0)
    if youngest >= MATURE_DAYS:
        held.setdefault("age_exponent", LAUNCH_AGE_EXPONENT)
    wide = _padded(seen)
    found = estimate(_data(wide), held, None if guess is None else guess.estimate.parameters)
    used = int(seen.block[-1]) + 1
    found = found.of_last_blocks(used)
    surprise = seen.flow - np.asarray(found.parameters.drift)[seen.block][:, None]
    share = common_share(surprise, seen.seen)
    bound = largest_sd(found.parameters, seen)
    return Fit(found, share, bound, youngest, int(seen.seen.sum()))


learnt = lru_cache(maxsize=1)(fit)
"""The fit of a history, kept for the next forecaster that learns from the same one."""


def _padded(observations: Observations) -> Observations:
    return padded(observations, _BLOCKS_MULTIPLE, _SERIES_MULTIPLE)


def _data(observations: Observations) -> Data:
    return Data(**{name: jnp.asarray(getattr(observations, name)) for name in Data._fields})


@dataclass(frozen=True, eq=False)
class DriftingFit:
    """The fitted model and its drifts.

    Attributes:
        steady: Model of which flows are symmetric about a steady drift.
        asymmetry: Mean of a flow over its variance [-].
        reversion: Rate at which gaps of log prices to their mean close [1/day].
    """

    steady: Fit
    asymmetry: Measured
    reversion: Measured

    def forecast(
        self, history: Panel, horizons: Sequence[int], paths: int, seed: int
    ) -> NDArray[np.float64]:
        """Draw random futures; see `Fit.forecast`.

        A path draws both drifts once, from what the history leaves open, so that they move all
        subnets of a path together.
        """
        quoted = np.isfinite(history.close[-1])
        level = np.log(np.where(quoted, history.close[-1], 1.0))
        weight = quoted / quoted.sum()
        rate = never_negative(self.reversion)
        drifts = Drifts(
            asymmetry=jnp.asarray(self.asymmetry.value),
            asymmetry_sd=jnp.asarray(self.asymmetry.error),
            rate=jnp.asarray(rate.rate),
            events=jnp.asarray(rate.events),
            gap=jnp.asarray(np.where(quoted, level - weight @ level, 0.0)),
            weight=jnp.asarray(weight),
        )
        return self.steady.futures(history, horizons, paths, seed, drifts)


def with_drifts(steady: Fit, history: Panel) -> DriftingFit:
    """Measure the drifts beside a fit, on the history that it was fitted to."""
    seen = observe(history, MATURE_DAYS)
    drift = np.asarray(steady.estimate.parameters.drift)[seen.block]
    return DriftingFit(
        steady=steady,
        asymmetry=asymmetry(seen.flow - drift[:, None], seen.seen),
        reversion=reversion(history, MATURE_DAYS),
    )


@dataclass(frozen=True)
class DriftingVariance:
    """The model with its drifts as a way to learn from a history.

    Attributes:
        name: Name of it in tables.
    """

    name: str = "drifting variance"

    def fit(self, history: Panel) -> DriftingFit:
        """Learn from what was known when the history's last day closed."""
        return with_drifts(learnt(history), history)
