"""The search's own coordinates: every parameter from 0 at its lower bound to 1 at its upper."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

Unit = Float[np.ndarray, " parameters"]


class Box(NamedTuple):
    """Bounds of the search.

    Attributes:
        low: in the parameters' units.
        high: in the parameters' units.
        logarithmic: where distances are measured in the logarithm.
    """

    low: np.ndarray
    high: np.ndarray
    logarithmic: np.ndarray

    def values(self, unit: Unit) -> np.ndarray:
        """Parameters at a point of the unit box."""
        linear = self.low + unit * (self.high - self.low)
        ratio = self._ratio()
        return np.where(self.logarithmic, self.low * ratio**unit, linear)

    def unit(self, values: np.ndarray) -> Unit:
        """The point of the unit box at which the parameters have these values."""
        linear = (values - self.low) / (self.high - self.low)
        safe = np.where(self.logarithmic, values / np.where(self.logarithmic, self.low, 1.0), 1.0)
        return np.where(self.logarithmic, np.log(safe) / np.log(self._ratio()), linear)

    def slope(self, unit: Unit) -> np.ndarray:
        """Derivative of each value with respect to its unit coordinate."""
        return np.where(
            self.logarithmic, self.values(unit) * np.log(self._ratio()), self.high - self.low
        )

    def _ratio(self) -> np.ndarray:
        """High over low where the scale is logarithmic; a harmless 2 elsewhere."""
        low = np.where(self.logarithmic, self.low, 1.0)
        return np.where(self.logarithmic, self.high / low, 2.0)
