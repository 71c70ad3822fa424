"""Measures of pools and supply: costs of trades, new alpha, issuance, TAO set free or locked."""

from __future__ import annotations

import numpy as np

from dtaojax import chain
from dtaojax.studies.article.measures.measure import Curve, measure
from dtaojax.studies.article.record import FloatArray, Record


@measure(
    "TAO",
    "TAO that must be spent in a subnet's pool so that a given part of the alpha outside it is the "
    "buyer's, the median over subnets; without a fee.",
)
def entry_cost(record: Record, *, part: float) -> Curve:
    """Return ``y ((x / (x - dx))**(1/r) - 1)``, r the ratio of the weights (§3.5 S3).

    Whoever is to own the part f of what is outside afterwards buys ``dx = f / (1 - f) alpha_out``.
    A pool that holds less than that cannot sell it: the cost is infinite.

    Args:
        record: record of the arm.
        part: part of the alpha outside the pool, f [-].
    """
    price, tao, alpha, outside = (
        record.gauges[name] for name in ("price", "tao_in", "alpha_in", "alpha_out")
    )
    bought = part / (1.0 - part) * outside
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = tao / (alpha * price)
        left = np.where(alpha > bought, 1.0 - bought / alpha, 0.0)
        cost = tao * np.expm1(-np.log(left) / ratio)
    return np.nanmedian(np.where(price > 0.0, cost, np.nan), axis=-1)


@measure(
    "ratio",
    "Part of its spot value that is lost by slippage in selling a part of the alpha outside a "
    "subnet's pool, the mean over subnets of which there is any outside.",
)
def exit_slippage(record: Record, *, fraction: float) -> Curve:
    """Return ``1 - y (1 - (x / (x + dx))**(1/r)) / (p dx)``, r as in :func:`entry_cost`.

    0 where nothing can be sold anywhere.

    Args:
        record: record of the arm.
        fraction: fraction of the alpha outside the pool that is sold, dx [-].
    """
    price, tao, alpha, outside = (
        record.gauges[name] for name in ("price", "tao_in", "alpha_in", "alpha_out")
    )
    sold = fraction * outside
    trades = (price > 0.0) & (sold > 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = tao / (alpha * price)
        paid = tao * -np.expm1(-np.log1p(sold / alpha) / ratio)
        lost = np.where(trades, 1.0 - paid / (price * sold), 0.0)
    return lost.sum(axis=-1) / np.maximum(trades.sum(axis=-1), 1)


@measure(
    "ratio",
    "Part of the alpha minted since the start that is in the pools, over all subnets; without "
    "trades, what was put there.",
)
def pool_part(record: Record) -> Curve:
    """Return ``sum (x(t) - x(0)) / sum (A(t) - A(0))``; 0 at the start.

    Args:
        record: record of the arm.
    """
    inside, outside = (
        (record.gauges[name] - record.gauges[name][:, :1]).sum(axis=2)
        for name in ("alpha_in", "alpha_out")
    )
    minted = inside + outside
    return np.where(minted > 0.0, inside / np.where(minted > 0.0, minted, 1.0), 0.0)


_HALVINGS = 30
"""After so many an emission is less than a rao."""


def scheduled(start: FloatArray, blocks: FloatArray) -> FloatArray:
    """Return the tokens in existence some blocks later, at ``E(A)`` a block (§3.1) [tokens].

    ``E`` is 1 until ``M / 2``, half of it until ``M (1 - 1/4)``, and so on, so that the schedule is
    a line between these thresholds.

    Args:
        start: tokens in existence at first [tokens].
        blocks: number of blocks that pass.
    """
    amount, left = np.broadcast_arrays(start, blocks)
    for halving in range(_HALVINGS):
        rate = chain.BASE_BLOCK_EMISSION * 0.5**halving
        room = np.maximum(chain.MAX_SUPPLY * (1.0 - 0.5 ** (halving + 1)) - amount, 0.0)
        passing = np.minimum(left, room / rate)
        amount, left = amount + rate * passing, left - passing
    return amount


@measure(
    "ratio",
    "Difference between the alpha minted since the start and what the schedule of Bitcoin and TAO "
    "mints, one token a block that halves with the issuance, as a part of the latter; the largest "
    "of all subnets.",
)
def issuance_gap(record: Record) -> Curve:
    """Return ``max over subnets |A(t) - A*(t)| / (A*(t) - A(0))``; 0 at the start.

    Args:
        record: record of the arm, in which no subnet is gone.
    """
    issued = record.gauges["alpha_in"] + record.gauges["alpha_out"]
    blocks = chain.BLOCKS_PER_DAY * record.days[None, :, None]
    first = issued[:, :1]
    wanted = scheduled(first, blocks)
    minted = np.maximum(wanted - first, 1.0)
    return (np.abs(issued - wanted) / minted).max(axis=2)


@measure(
    "ratio",
    "Growth since the start of the part of all TAO that lies in pools or is staked to root.",
)
def tao_locked(record: Record) -> Curve:
    """Return ``(tao_in + root_tao) / I`` less its value at the start, at every moment.

    Args:
        record: record of the arm.
    """
    scalars = record.scalars
    locked = (scalars["total_tao_in"] + scalars["root_tao"]) / scalars["total_issuance"]
    return locked - locked[:, :1]


@measure(
    "TAO",
    "TAO that came into users' free hands since the start: what was issued less what pools and "
    "root stake took in. It is what could press on the price of TAO.",
)
def tao_released(record: Record) -> Curve:
    """Return ``(I - tao_in - root_tao)(t) - (I - tao_in - root_tao)(0)``.

    Args:
        record: record of the arm.
    """
    scalars = record.scalars
    free = scalars["total_issuance"] - scalars["total_tao_in"] - scalars["root_tao"]
    return free - free[:, :1]


@measure(
    "USD",
    "TAO that came into users' free hands since the start, in dollars at the price of TAO of the "
    "time.",
)
def usd_released(record: Record) -> Curve:
    """Sum over moments of what was released since the one before, at the mean price of both.

    Args:
        record: record of the arm, whose config follows the price of TAO.
    """
    released, price = tao_released(record), record.scalars["tao_usd"]
    worth = np.diff(released, axis=1) * 0.5 * (price[:, 1:] + price[:, :-1])
    return np.concatenate([np.zeros_like(price[:, :1]), np.cumsum(worth, axis=1)], axis=1)
