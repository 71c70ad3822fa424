"""Running until headline numbers are precise enough."""

from __future__ import annotations

from typing import Any

import numpy as np

from dtaojax.config.run import WATCH_EVERY, PrecisionTargetConfig
from dtaojax.engine.rollout import KEPT
from dtaojax.metrics.estimate import Estimate, mean_of_sample
from dtaojax.metrics.tail import expected_shortfall

_GROWTH = 1.25
"""How many times the paths of one look the next look waits for.

Looking after every path would end runs where an error happens to be underestimated.
"""


class PrecisionWatch:
    """Keeps one number a path for each watched figure, and looks at their errors now and again.

    The numbers of paths at which it looks are multiples of ``WATCH_EVERY`` that grow by a quarter,
    whatever the division of the run; so a run ends after the same path on any machine.
    """

    def __init__(
        self, target: PrecisionTargetConfig | None, names: tuple[str, ...], most: int
    ) -> None:
        """Watch nothing where there is no target.

        Args:
            target: Figures to watch, and the precision that they are to reach.
            names: Names of the figures of a path.
            most: Paths after which the run ends in any case.
        """
        self._target = target
        self._most = most
        self._columns: dict[str, list[int]] = {}
        if target is not None:
            self._columns = {name: _columns(name, names) for name in target.of}
        self._samples: dict[str, list[np.ndarray]] = {name: [] for name in self._columns}
        self._next = WATCH_EVERY
        self._reached: dict[str, float] = {}

    def take(self, scalars: np.ndarray, lost_at: np.ndarray) -> None:
        """Take in the figures of further paths, shape (paths, days, scalars)."""
        used = scalars[lost_at == KEPT]
        for name, columns in self._columns.items():
            figure = used[:, -1, columns].sum(axis=1)
            # The portfolio's loss has no column: it is a difference of sums over positions.
            if name.startswith("loss_"):
                figure = used[:, 0, columns].sum(axis=1) - figure
            self._samples[name].append(figure)

    def enough(self, done: int) -> bool:
        """Return whether every watched number is precise enough after ``done`` paths."""
        if self._target is None or done < min(self._next, self._most):
            return False
        self._next = WATCH_EVERY * int(np.ceil(_GROWTH * done / WATCH_EVERY))
        for name, parts in self._samples.items():
            sample = np.concatenate(parts)
            # Kept whole from now on, so that the next look joins few parts.
            self._samples[name] = [sample]
            self._reached[name] = _relative_error(name, sample)
        return self._met()

    @property
    def may_stop(self) -> bool:
        """True if the run may end before all its paths."""
        return self._target is not None

    def _met(self) -> bool:
        assert self._target is not None
        return all(error <= self._target.relative_error for error in self._reached.values())

    def summary(self) -> dict[str, Any] | None:
        """Return target and reached relative standard errors; None where nothing is watched."""
        if self._target is None:
            return None
        return {
            "target": self._target.relative_error,
            "reached": dict(self._reached),
            "met": self._met(),
            "most_paths": self._most,
        }

    def warnings(self) -> list[str]:
        """Return a sentence on what is less precise than was asked for."""
        if self._target is None or self._met():
            return []
        missed = ", ".join(
            f"{name} {error:.2%}"
            for name, error in self._reached.items()
            if not error <= self._target.relative_error
        )
        return [
            f"the precision that was asked for ({self._target.relative_error:.2%} relative "
            f"standard error) is not reached after {self._most:,} paths: {missed}; raise run.paths"
        ]


def _columns(name: str, names: tuple[str, ...]) -> list[int]:
    """Return places of the figures that add up to a watched number of a path."""
    if not name.startswith("loss_"):
        return [names.index(name)]
    valuation = name.split("_")[1]
    return [i for i, figure in enumerate(names) if figure.startswith(f"value_{valuation}[")]


def _estimate(name: str, sample: np.ndarray) -> Estimate:
    if not name.startswith("loss_"):
        return mean_of_sample(sample)
    return expected_shortfall(sample, float(name.rsplit("_", 1)[1]) / 100.0)


def _relative_error(name: str, sample: np.ndarray) -> float:
    if len(sample) < 2:
        return np.inf
    estimate = _estimate(name, sample)
    value = abs(float(estimate.value))
    return float(estimate.standard_error) / value if value > 0.0 else np.inf
