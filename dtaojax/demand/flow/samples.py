"""Samples of real flows, one row a day, for the bootstrap."""

import numpy as np
from numpy.typing import NDArray

from dtaojax.history import HistoryError, Panel
from dtaojax.network.table import Slots

Rows = NDArray[np.float64]


def less_log_mean(rows: Rows) -> Rows:
    """The rows less the log of the mean of their exponentials, column by column.

    A row drawn at random then changes what it is the log of by nothing in expectation.
    """
    most = rows.max(axis=0)
    return rows - most - np.log(np.exp(rows - most).mean(axis=0))


def real_pushes(panel: Panel, slots: Slots, by_netuid: bool, min_age: float) -> Rows:
    """A push for each day of a history and each slot of a network, shape (days, slots).

    In a constant-product pool the log price changes by twice the push, as injections are balanced.
    Every subnet has a rank among those of its network by ``tao_in``; on each day it is given the
    flow of the subnet of that rank in the history, by ``tao_in`` of the day before where that is
    known for all, else by price. Where the history has fewer subnets, neighbours in rank share one.
    Slots that are empty at the start are given the flows of the shallowest subnets.

    Args:
        panel: the history.
        slots: of the network.
        by_netuid: whether a subnet is given its own flow on days that know it.
        min_age: younger subnets of the history are left out [days].

    Raises:
        HistoryError: no two days follow each other with enough subnets.
    """
    pushes = 0.5 * panel.log_returns()
    pushes[panel.age < min_age] = np.nan
    known = np.isfinite(pushes)
    days = np.flatnonzero(known.any(axis=1))
    if len(days) < 2:
        text = (
            f"holds {len(days)} days with a return of a subnet that is {min_age:g} days old; a "
            "bootstrap needs two at least: give a longer history or a smaller min_age_days"
        )
        raise HistoryError(panel.source, [text])
    founders = slots.table.n_subnets
    rank = (np.arange(slots.count) - founders) % founders
    rank[np.argsort(slots.table.tao_in, kind="stable")] = np.arange(founders)
    rows = np.empty((len(days), slots.count))
    for row, day in zip(rows, days, strict=True):
        there = np.flatnonzero(known[day])
        depth = panel.tao_in[day - 1, there]
        size = depth if np.isfinite(depth).all() else panel.close[day - 1, there]
        ordered = there[np.argsort(size, kind="stable")]
        row[:] = pushes[day, ordered[rank * len(there) // founders]]
        if by_netuid:
            own = dict(zip(panel.netuid[there].tolist(), there, strict=True))
            for slot, netuid in enumerate(slots.netuid.tolist()):
                if netuid in own:
                    row[slot] = pushes[day, own[netuid]]
    return rows
