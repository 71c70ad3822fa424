"""Whether subnets that were new at the start are still there."""

from __future__ import annotations

import numpy as np

from dtaojax.studies.article.measure import Curve, measure
from dtaojax.studies.article.record import Record


@measure(
    "ratio",
    "Part of the subnets that were registered just before the start that have not been "
    "deregistered.",
)
def newborn_survival(record: Record) -> Curve:
    """Mean over the newborn of the synthetic network of being there, at every moment.

    Args:
        record: of the arm, in which subnets come and go.

    Raises:
        KeyError: nobody was new, or nobody can be deregistered.
    """
    drawn = record.config.network.synthetic
    if drawn is None or not drawn.newborn:
        raise KeyError("there is no newborn; set network.synthetic.newborn")
    if "deregistered" not in record.events:
        raise KeyError("nobody can be deregistered; let somebody apply (arrivals)")
    return 1.0 - np.mean(record.events["deregistered"][:, :, -drawn.newborn :], axis=2)
