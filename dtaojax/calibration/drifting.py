"""The fitted model with drifts that subnets have in common: as a way to learn and to forecast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from dtaojax.calibration.asymmetry import asymmetry
from dtaojax.calibration.fit import Fit, learnt
from dtaojax.calibration.forecast import Drifts
from dtaojax.calibration.measured import Measured
from dtaojax.calibration.observations import observe
from dtaojax.calibration.reversion import never_negative, reversion
from dtaojax.history import Panel
from dtaojax.history.panel import MATURE_DAYS


@dataclass(frozen=True, eq=False)
class DriftingFit:
    """The fitted model and its drifts.

    Attributes:
        steady: the model of which flows are symmetric about a steady drift.
        asymmetry: mean of a flow over its variance [-].
        reversion: rate at which gaps of log prices to their mean close [1/day].
    """

    steady: Fit
    asymmetry: Measured
    reversion: Measured

    def forecast(
        self, history: Panel, horizons: Sequence[int], paths: int, seed: int
    ) -> NDArray[np.float64]:
        """Random futures; see `Fit.forecast`.

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
        name: what tables call it.
    """

    name: str = "drifting variance"

    def fit(self, history: Panel) -> DriftingFit:
        """Learn from what was known when the history's last day closed."""
        return with_drifts(learnt(history), history)
