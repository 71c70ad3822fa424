"""Random values of the kinds that cases are made of, edges among them.

Amounts go from a single rao to a million TAO, weights from 0.3 to 0.7; lists have zeros and ties.
Numbers with a point are short decimals, as in the vectors.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

Cases = SearchStrategy[dict[str, Any]]


@dataclass(frozen=True)
class Fuzz:
    """Random cases of a topic, and how far two answers may differ."""

    cases: Cases
    rel: float = 1e-9
    abs: float = 0.0


TAO = 10**9
MOST = 10**6 * TAO
COUNTS = (1, 2, 3, 7, 40)
"""Numbers of subnets; few, since each is compiled once."""


def whole(least: int, most: int = MOST) -> SearchStrategy[int]:
    """Integers of every size, round ones among them."""
    scales = [scale for scale in (10**3, 10**6, TAO, 10**12, most) if least < scale <= most]
    sizes = [st.integers(least, scale) for scale in scales]
    return st.one_of(st.sampled_from([least, *scales]), *sizes)


def decimals(least: float, most: float, places: int) -> SearchStrategy[float]:
    """Decimals with so many places."""
    unit = 10**places
    return st.integers(round(least * unit), round(most * unit)).map(lambda n: n / unit)


dust = whole(0)
amount = whole(1)
reserve = whole(1_000)
flag = st.booleans()
side = st.sampled_from(["buy", "sell"])
weight = st.one_of(st.just(0.5), decimals(0.3, 0.7, 3))
fee_u16 = st.sampled_from([0, 33, 196, 10_000])
cut_u16 = st.sampled_from([0, 1, 6_553, 11_796, 65_535])
fraction = st.one_of(st.sampled_from([0.0, 0.18, 1.0]), decimals(0.0, 1.0, 4))
price = st.one_of(decimals(0.0001, 0.5, 5), decimals(0.5, 40.0, 2))
maybe_price = st.one_of(st.just(0.0), price)


def lists(element: SearchStrategy[Any], counts: Sequence[int] = COUNTS) -> SearchStrategy[list]:
    """Lists in which values repeat often."""
    few = st.lists(element, min_size=2, max_size=3).flatmap(
        lambda values: of_count(st.sampled_from(values), counts)
    )
    return st.one_of(of_count(element, counts), few)


def of_count(element: SearchStrategy[Any], counts: Sequence[int] = COUNTS) -> SearchStrategy[list]:
    """Lists of one of the lengths."""
    return st.sampled_from(counts).flatmap(lambda n: st.lists(element, min_size=n, max_size=n))


def columns(count: int, **elements: SearchStrategy[Any]) -> Cases:
    """Columns of equal length."""
    return st.fixed_dictionaries({name: lists(one, (count,)) for name, one in elements.items()})


def tables(counts: Sequence[int] = COUNTS, **elements: SearchStrategy[Any]) -> Cases:
    """Columns of one of the lengths."""
    return st.sampled_from(counts).flatmap(lambda count: columns(count, **elements))


def case(**fields: SearchStrategy[Any]) -> Cases:
    """One case with these fields."""
    return st.fixed_dictionaries(fields)


def joined(*parts: Cases) -> Cases:
    """One case with the fields of several."""
    return st.tuples(*parts).map(lambda dicts: {k: v for part in dicts for k, v in part.items()})
