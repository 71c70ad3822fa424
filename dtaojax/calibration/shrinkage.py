"""What is believed of a number that is near 0 before it is measured."""

from __future__ import annotations

import numpy as np

from dtaojax.calibration.measured import Measured


def shrunk(measured: Measured, prior_sd: float) -> Measured:
    """Return the posterior of a normal measurement under a normal prior about 0.

    (Gelman et al., "Bayesian Data Analysis", 3rd ed., section 2.5.)

    Args:
        measured: the number and its standard error; an infinite error tells nothing.
        prior_sd: standard deviation of the prior.
    """
    if np.isinf(measured.error):
        return Measured(0.0, prior_sd)
    weight = prior_sd**2 / (prior_sd**2 + measured.error**2)
    return Measured(weight * measured.value, float(np.sqrt(weight)) * measured.error)
