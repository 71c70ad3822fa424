"""The lives of a netuid, read off its rows: where one ends and the next begins, and its age.

Nothing here knows more than the rows that it is given, and it is given those up to a day: what a
forecast of that day sees is what this makes of them (see `dtaojax.history.panel`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dtaojax.history.jumps import bad_quotes, bad_reserves, new_pools

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]

SAME_START: Final = 1.5
"""Two ages tell the same start if they differ from the days between them by no more: each is of
some moment of its day, and may be rounded to whole days [days]."""
DUST_PRICE: Final = 0.5
"""No started subnet of 2025 or 2026 traded above this; a pool that waits for its start call holds
dust and quotes 1 to several 1,000 [TAO/alpha]."""
_FALL_AT_START: Final = 10.0
"""Factor by which the quote of a waiting pool falls on the first day of trade, at the least; from
4.04 to 0.073 and from 2.97 to 0.0088 were seen."""
_LONGEST_WAIT: Final = 180.0
"""No pool is known to have waited longer; 83 days were seen [days]."""
_JUST_STARTED: Final = 0.01
"""An age that may be 0 by rounding alone, so that the pool need not have opened [days]."""
_YOUNG: Final = 7.0
"""Age up to which a single quote of dust is believed to be that of a waiting pool [days]."""
_LONGEST_GAP: Final = 8
"""Quotes further apart than this tell of no fall at the start [days]."""
_LARGE_MOVE: Final = 10.0
"""Factor between two quotes from which on a reader should ask whether both are right."""

Kind = Literal[
    "waiting", "doubted", "doubted_reserve", "replaced", "looks_replaced", "age_filled",
    "age_unknown", "age_leaps", "large_move", "dear",
]  # fmt: skip


class Event(NamedTuple):
    """Something that was done to a row, or noticed of it.

    Attributes:
        kind: kind of the event, a word for programs.
        row: number of the row among those of the netuid.
        detail: evidence in words.
    """

    kind: Kind
    row: int
    detail: str = ""


class Lives(NamedTuple):
    """Lives that were read off the rows of a netuid; arrays of shape (rows,).

    Attributes:
        life: number of the life, from 0; -1 where a row is left out.
        age: time since the start of the life [days].
        doubted: quotes that count as not known.
        doubted_reserve: values of ``tao_in`` that count as not known.
        events: everything that was done to a row or noticed of it.
    """

    life: IntArray
    age: FloatArray
    doubted: NDArray[np.bool_]
    doubted_reserve: NDArray[np.bool_]
    events: list[Event]


def follow(
    day: IntArray,
    close: FloatArray,
    tao_in: FloatArray,
    age: FloatArray,
    median_of_others: Callable[[int], float],
) -> Lives:
    """Cut the rows of a netuid into lives.

    A life ends where the age falls, or where the start that an age tells comes later than the one
    told before. Rows between two ages that tell the same start belong to the same life, and so do
    rows after the last age. Where there is no age, a new pool is told by its reserves or its price.

    Args:
        day: of each row, rising, shape (rows,).
        close: likewise [TAO/alpha].
        tao_in: likewise, NaN where not known [TAO].
        age: as told, at least 0, NaN where not known [days].
        median_of_others: middle of the day's quotes of all other netuids, by the number of a row;
            NaN where there are few [TAO/alpha].
    """
    events: list[Event] = []
    life, sure = _by_age(day, age)
    begins = np.diff(life, prepend=life[:1]) != 0
    events += [Event("replaced", row, _younger(day, age, row)) for row in _where(begins)]
    log_price, log_tao = np.log(close), np.log(np.where(tao_in > 0.0, tao_in, np.nan))
    doubted, doubted_reserve = (np.zeros(len(day), dtype=bool) for _ in range(2))
    # Within a life alone: across its end a jump is another pool's first quote, and no bad one.
    for rows in _runs(life):
        doubted[rows] = bad_quotes(day[rows], log_price[rows], log_tao[rows])
        doubted_reserve[rows] = bad_reserves(day[rows], log_price[rows], log_tao[rows])
        if sure[rows].all():
            continue
        kept = rows[~doubted[rows]]
        believed = np.where(doubted_reserve, np.nan, log_tao)

        def log_median(place: int, kept: IntArray = kept) -> float:
            return float(np.log(median_of_others(int(kept[place]))))

        for place, evidence in new_pools(
            day[kept], log_price[kept], believed[kept], log_median, float(np.log(DUST_PRICE))
        ).items():
            row = int(kept[place])
            if not sure[row]:
                begins[row] = True
                events.append(Event("looks_replaced", row, evidence))
    events += [Event("doubted", row, _move(close, row - 1, row)) for row in _where(doubted)]
    events += [Event("doubted_reserve", row, f"{tao_in[row]:g}") for row in _where(doubted_reserve)]
    life = np.cumsum(begins)
    known = np.empty(len(day))
    for rows in _runs(life):
        known[rows] = _ages(day[rows], age[rows])
        waited = _waited(day[rows], close[rows], age[rows], known[rows])
        out, kept = rows[:waited], rows[waited:]
        life[out] = -1
        events += [Event("waiting", row) for row in out.tolist()]
        if waited and len(kept):
            known[kept] = day[kept] - day[kept[0]]
        events += _noticed(kept, day, age, close, doubted)
    return Lives(life, known, doubted, doubted_reserve, events)


def _by_age(day: IntArray, age: FloatArray) -> tuple[IntArray, NDArray[np.bool_]]:
    """Number the lives that ages tell, and say of which rows they leave no doubt."""
    told = np.flatnonzero(np.isfinite(age))
    if len(told) == 0:
        return np.zeros(len(day), dtype=np.int64), np.zeros(len(day), dtype=bool)
    start = day[told] - age[told]
    begins = (np.diff(age[told]) < 0.0) | (np.diff(start) > SAME_START)
    number = 1 + np.concatenate([[0], np.cumsum(begins)])
    rows = np.arange(len(day))
    after = np.searchsorted(told, rows)
    following = np.minimum(after, len(told) - 1)
    # A row before an age belongs to that life from its start on, and to the one before until then.
    before = np.where(after > 0, number[np.maximum(after - 1, 0)], 0)
    life = np.where(day >= start[following], number[following], before)
    return life, (life > 0) & (rows <= told[-1])


def _ages(day: IntArray, age: FloatArray) -> FloatArray:
    """Return ages of the rows of a life: as told, and counted on from there in between; counted
    from its first row where none is told."""
    told = np.flatnonzero(np.isfinite(age))
    if len(told) == 0:
        return (day - day[0]).astype(float)
    start = np.interp(day, day[told], day[told] - age[told])
    return np.where(np.isfinite(age), age, day - start)


def _waited(day: IntArray, close: FloatArray, told: FloatArray, age: FloatArray) -> int:
    """Count the first rows of a life that are quotes of a pool which waits for its start call.

    Without ages those are all up to the first price that a started subnet can have. With an age
    they are left out only once the fall at the start shows what they were, or where the age is 0.
    """
    possible = close <= DUST_PRICE
    run = int(np.argmax(possible)) if possible.any() else len(close)
    if run == 0 or not np.isfinite(told).any():
        return run
    if run < len(close):
        fell = close[run - 1] >= _FALL_AT_START * close[run]
        near = day[run] - day[run - 1] <= _LONGEST_GAP and age[run] <= _LONGEST_WAIT
        if fell and near and (run > 1 or age[run] <= _YOUNG):
            return run
    return int(np.sum(np.cumprod(age[:run] < _JUST_STARTED)))


def _noticed(
    rows: IntArray, day: IntArray, told: FloatArray, close: FloatArray, doubted: NDArray[np.bool_]
) -> Iterator[Event]:
    """Yield what is said of the rows of a life that are kept as they are."""
    if len(rows) == 0:
        return
    known = np.isfinite(told[rows])
    if not known.any():
        yield Event("age_unknown", int(rows[0]))
    else:
        yield from (Event("age_filled", int(row)) for row in rows[~known])
        with_age = rows[known]
        start = day[with_age] - told[with_age]
        for place in _where(np.diff(start) < -SAME_START):
            detail = f"{told[with_age[place]]:g} to {told[with_age[place + 1]]:g}"
            yield Event("age_leaps", int(with_age[place + 1]), detail)
        is_high = (close[rows] > DUST_PRICE) & ~doubted[rows]
        yield from (Event("dear", int(row)) for row in rows[is_high])
    quoted = rows[~doubted[rows]]
    for place in _where(np.abs(np.diff(np.log(close[quoted]))) >= np.log(_LARGE_MOVE)):
        row = int(quoted[place + 1])
        yield Event("large_move", row, _move(close, int(quoted[place]), row))


def _younger(day: IntArray, age: FloatArray, row: int) -> str:
    """Return in words by what age a row begins a life."""
    told = np.flatnonzero(np.isfinite(age))
    now, before = told[told >= row][0], told[told < row]
    if len(before) == 0:
        return f"days_since_start begins with {age[now]:g}, younger than the rows before"
    due = age[before[-1]] + day[now] - day[before[-1]]
    return f"days_since_start is {age[now]:g} where {due:g} is due"


def _move(close: FloatArray, before: int, row: int) -> str:
    ratio = close[row] / close[before]
    size = f"{ratio:,.3g} times" if ratio > 1.0 else f"a part in {1.0 / ratio:,.3g} of"
    return f"{close[row]:g} is {size} the quote before, {close[before]:g}"


def _runs(life: IntArray) -> list[IntArray]:
    """Return the rows of each life, in order."""
    return np.split(np.arange(len(life)), np.flatnonzero(np.diff(life)) + 1)


def _where(mask: NDArray[np.bool_]) -> list[int]:
    return np.flatnonzero(mask).tolist()
