"""How many of those that do the same work live on."""

from __future__ import annotations

import numpy as np

from dtaojax.studies.article.measure import Curve, measure
from dtaojax.studies.article.record import Record


@measure(
    "subnets",
    "Subnets of a sector that get at least a given part of an equal share of emission, the mean "
    "over sectors.",
)
def fed_in_sector(record: Record, *, least: float) -> Curve:
    """Number of subnets with ``share >= least / n`` over the number of sectors, at every moment.

    Args:
        record: of the arm.
        least: part of an equal share 1/n that a subnet can live on [-].
    """
    share = record.gauges["emission_share"]
    fed = (share >= least / share.shape[-1]).sum(axis=-1)
    sectors = np.array([np.unique(row).size for row in record.sector])
    return fed / sectors[:, None]
