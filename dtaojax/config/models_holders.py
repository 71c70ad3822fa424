"""Models of the processes by which those who are paid, or who stake, act."""

from __future__ import annotations

from typing import Literal

from dtaojax.config._base import Fraction, ProcessName, StrictModel


class EmissionSellingConfig(StrictModel):
    """Sale of freshly emitted alpha, a fixed fraction for each class of receiver (§3.8).

    Attributes:
        name: tells it from another of its kind.
        owner: fraction of the owner cut that is sold.
        miner: fraction of the miners' half that is sold.
        validator: fraction of the validators' part that is sold.
    """

    process: Literal["emission_selling"] = "emission_selling"
    name: ProcessName = "emission_selling"
    owner: Fraction = 0.5
    miner: Fraction = 0.7
    validator: Fraction = 0.3
