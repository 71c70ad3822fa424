"""Measures of emission: shares, their rank by price and quality, and votes on them."""

from __future__ import annotations

import numpy as np

from dtaojax.studies.article.measures.measure import (
    Curve,
    PerPath,
    in_band,
    measure,
    rank_correlation,
)
from dtaojax.studies.article.record import FloatArray, IntArray, Record


@measure("ratio", "Emission share of a subnet.")
def emission_share(record: Record, *, netuid: int) -> Curve:
    """Return the share at every moment.

    Args:
        record: record of the arm.
        netuid: netuid of the subnet.
    """
    return record.gauges["emission_share"][:, :, record.place(netuid)]


@measure("ratio", "Emission share of a subnet, the mean over the days since the start.")
def mean_emission_share(record: Record, *, netuid: int, day: float) -> PerPath:
    """Average the share over time by the trapezoidal rule.

    Args:
        record: record of the arm.
        netuid: netuid of the subnet.
        day: day until which it is averaged.
    """
    until = record.moment(day) + 1
    share = record.gauges["emission_share"][:, :until, record.place(netuid)]
    return np.trapezoid(share, record.days[:until], axis=1) / (day - record.days[0])


def largest_of_sector(shares: FloatArray, sector: IntArray) -> FloatArray:
    """Sum over sectors of the largest share in each.

    Args:
        shares: shape (paths, moments, subnets).
        sector: shape (paths, subnets).

    Returns:
        Shape (paths, moments).
    """
    found = np.zeros(shares.shape[:2])
    for number in np.unique(sector):
        inside = (sector == number)[:, None, :]
        found += np.where(inside, shares, 0.0).max(axis=-1)
    return found


@measure(
    "ratio",
    "Part of the TAO emission that goes to subnets which are not the largest of their sector, that "
    "is, pays for work that another subnet does too.",
)
def duplicate_share(record: Record) -> Curve:
    """Return ``1 - sum over sectors of the largest share``, at every moment.

    Args:
        record: record of the arm.
    """
    shares = record.gauges["emission_share"]
    return shares.sum(axis=-1) - largest_of_sector(shares, record.sector)


@measure(
    "ratio",
    "Part of the subnets in a band of latent quality that get at least a given part of "
    "an equal share of emission; a subnet that is gone gets none.",
)
def fed_by_quality(record: Record, *, lowest: float, part: float, least: float) -> Curve:
    """Average ``share >= least / n`` over those subnets, at every moment.

    Args:
        record: record of the arm.
        lowest: quantile of quality at which the band begins.
        part: part of the subnets that are in it.
        least: part of an equal share 1/n that a subnet can live on [-].
    """
    asked = in_band(record.quality, lowest, part)[:, None, :]
    share = record.gauges["emission_share"]
    fed = share >= least / share.shape[-1]
    return (fed & asked).sum(axis=-1) / np.maximum(asked.sum(axis=-1), 1)


@measure(
    "subnets",
    "Subnets of a sector that get at least a given part of an equal share of emission, the mean "
    "over sectors.",
)
def fed_in_sector(record: Record, *, least: float) -> Curve:
    """Return the subnets with ``share >= least / n`` over the sectors, at every moment.

    Args:
        record: record of the arm.
        least: part of an equal share 1/n that a subnet can live on [-].
    """
    share = record.gauges["emission_share"]
    fed = (share >= least / share.shape[-1]).sum(axis=-1)
    sectors = np.array([np.unique(row).size for row in record.sector])
    return fed / sectors[:, None]


@measure(
    "ratio",
    "Rank correlation over subnets of their emission share with the price in their pool.",
)
def price_rank_correlation(record: Record) -> Curve:
    """Return Spearman's correlation at every moment; 1 where emission ranks as prices do.

    Args:
        record: record of the arm.
    """
    return rank_correlation(record.gauges["price"], record.gauges["emission_share"])


@measure(
    "ratio",
    "Rank correlation over subnets of their latent quality with their emission share.",
)
def quality_rank_correlation(record: Record) -> Curve:
    """Return Spearman's correlation at every moment; 1 where emission goes by quality alone.

    Args:
        record: record of the arm.
    """
    return rank_correlation(record.quality[:, None, :], record.gauges["emission_share"])


@measure(
    "ratio",
    "Part of the weight in the votes on emission that the largest root validators have together; "
    "0 under rules without votes.",
)
def validator_power(record: Record, *, largest: int) -> PerPath:
    """Return ``sum of the largest k**-a / sum of all k**-a``, k the rank, a stake's exponent.

    The same on every path, as stake is.

    Args:
        record: record of the arm.
        largest: number of the largest validators that are counted.
    """
    rule = record.config.mechanism.weight_rule
    if rule.kind != "root_validators":
        return np.zeros(len(record.finite))
    known = rule.model_dump()
    stake = np.arange(1.0, known["validators"] + 1.0) ** -known["stake_exponent"]
    return np.full(len(record.finite), stake[:largest].sum() / stake.sum())
