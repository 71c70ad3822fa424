"""Whether subnets of some quality live on."""

from __future__ import annotations

import numpy as np

from dtaojax.studies.article.measure import Curve, measure
from dtaojax.studies.article.rank import in_band
from dtaojax.studies.article.record import Record


@measure(
    "ratio",
    "Part of the subnets in a band of latent quality that get at least a given part of "
    "an equal share of emission; a subnet that is gone gets none.",
)
def fed_by_quality(record: Record, *, lowest: float, part: float, least: float) -> Curve:
    """Mean over those subnets of ``share >= least / n``, at every moment.

    Args:
        record: of the arm.
        lowest: quantile of quality at which the band begins.
        part: of the subnets that are in it.
        least: part of an equal share 1/n that a subnet can live on [-].
    """
    asked = in_band(record.quality, lowest, part)[:, None, :]
    share = record.gauges["emission_share"]
    fed = share >= least / share.shape[-1]
    return (fed & asked).sum(axis=-1) / np.maximum(asked.sum(axis=-1), 1)
