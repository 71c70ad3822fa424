"""Models of the processes by which investors buy and sell on their own account."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from dtaojax.config._base import Fraction, ProcessName, StrictModel


class StudentFlowConfig(StrictModel):
    """Net user flow into each pool, a random fraction of ``tao_in``, with Student-t daily totals.

    Each day draws one variance per subnet, so flows within a day are conditionally normal and their
    daily sum is Student-t. The typical daily standard deviation falls with depth as
    ``sd_at_1000_tao * (tao_in / 1000) ** depth_exponent``. Defaults: pool history of
    2026-07-19 to 2026-08-22.

    Attributes:
        name: what its random streams are called.
        degrees_of_freedom: of the daily flow; above 2, so that its variance is finite.
        sd_at_1000_tao: standard deviation of the daily flow of a pool with 1,000 TAO, as a
            fraction of ``tao_in`` [1/day].
        depth_exponent: how that changes with depth; negative where deep pools are calmer.
        scale_ratio: Student-t scale divided by the standard deviation that the size fit gave.
        common_share: part of the variance that all subnets share.
        drift: mean daily flow as a fraction of ``tao_in`` [1/day].
        max_volatility_multiple: a day's volatility is at most this multiple of the scale.
    """

    process: Literal["student_flow"] = "student_flow"
    name: ProcessName = "student_flow"
    degrees_of_freedom: Annotated[float, Field(gt=2.0, le=1e6)] = 2.4
    sd_at_1000_tao: Fraction = 0.027
    depth_exponent: Annotated[float, Field(ge=-2.0, le=2.0)] = -0.293
    scale_ratio: Annotated[float, Field(gt=0.0, le=10.0)] = 0.56
    common_share: Fraction = 0.06
    drift: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.0
    max_volatility_multiple: Annotated[float, Field(ge=1.0, le=1e6)] = 30.0
