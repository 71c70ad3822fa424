"""Dates and times of the chain: how a config writes them, and at which block they are."""

from __future__ import annotations

import datetime
from functools import cache
from itertools import pairwise
from typing import Annotated, Any, Final, NamedTuple

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from dtaojax import chain
from dtaojax.schema.errors import described

_UTC: Final = datetime.UTC


def block_at(moment: datetime.datetime) -> int:
    """Return the block that the chain reaches at a moment.

    Between blocks whose times are known, blocks are spread evenly; after the last, one comes every
    12 seconds.

    Raises:
        ValueError: The moment is before the launch of dynamic TAO.
    """
    launched = _stretches()[-1].began
    if moment < launched:
        raise ValueError(f"is before dynamic TAO was launched, on {launched:%Y-%m-%d}")
    stretch = next(each for each in _stretches() if moment >= each.began)
    return stretch.block + round((moment - stretch.began).total_seconds() / stretch.block_seconds)


def time_of(block: int) -> datetime.datetime:
    """Return the time at which the chain reaches a block, as :func:`block_at` has it."""
    stretches = _stretches()
    stretch = next((each for each in stretches if block >= each.block), stretches[-1])
    passed = (block - stretch.block) * stretch.block_seconds
    return stretch.began + datetime.timedelta(seconds=round(passed))


class _Stretch(NamedTuple):
    """Blocks that come evenly, from one whose time is known."""

    block: int
    began: datetime.datetime
    block_seconds: float


@cache
def _stretches() -> list[_Stretch]:
    """Return the stretches between known blocks and the one after them, the last first."""
    known = [(block, datetime.datetime.fromtimestamp(at, _UTC)) for block, at in chain.BLOCK_TIMES]
    found = [_Stretch(*known[-1], float(chain.BLOCK_SECONDS))]
    for (block, began), (end, ended) in reversed(list(pairwise(known))):
        found.append(_Stretch(block, began, (ended - began).total_seconds() / (end - block)))
    return found


def read_moment(text: str) -> datetime.datetime:
    """Return a date or time in ISO 8601 as a time in UTC; a date means its midnight.

    Raises:
        ValueError: It is neither.
    """
    moment = datetime.datetime.fromisoformat(text)
    return moment.replace(tzinfo=_UTC) if moment.tzinfo is None else moment.astimezone(_UTC)


def _written(value: Any) -> str:
    """Write a time in one way only, so that equal times make equal configs."""
    if isinstance(value, datetime.datetime):
        value = value.isoformat()
    elif isinstance(value, datetime.date):
        return value.isoformat()
    text = f"is {described(value)}; must be a date or a time in UTC, as in 2026-07-27"
    if not isinstance(value, str):
        raise PydanticCustomError("moment", "{text}", {"text": text})
    try:
        if len(value) == len("2026-07-27"):
            return datetime.date.fromisoformat(value).isoformat()
        return f"{read_moment(value):%Y-%m-%dT%H:%M:%SZ}"
    except ValueError:
        raise PydanticCustomError("moment", "{text}", {"text": text}) from None


DateOrTime = Annotated[str, BeforeValidator(_written)]
"""A date or time in UTC."""
