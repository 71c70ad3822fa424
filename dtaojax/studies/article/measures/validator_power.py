"""How much the largest root validators decide."""

from __future__ import annotations

import numpy as np

from dtaojax.studies.article.measure import PerPath, measure
from dtaojax.studies.article.record import Record


@measure(
    "ratio",
    "Part of the weight in the votes on emission that the largest root validators have together; "
    "0 under rules without votes.",
)
def validator_power(record: Record, *, largest: int) -> PerPath:
    """``sum of the largest k**-a / sum of all k**-a``, k the rank and a the stake's exponent.

    The same on every path, as stake is.

    Args:
        record: of the arm.
        largest: how many.
    """
    rule = record.config.mechanism.weight_rule
    if rule.kind != "root_validators":
        return np.zeros(len(record.finite))
    known = rule.model_dump()
    stake = np.arange(1.0, known["validators"] + 1.0) ** -known["stake_exponent"]
    return np.full(len(record.finite), stake[:largest].sum() / stake.sum())
