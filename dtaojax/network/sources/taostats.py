"""JSON of the Taostats API, ``GET /api/dtao/pool/latest/v1?limit=200``, as it is documented.

An answer is an object with ``pagination`` and ``data``, a list with a pool each. Read are
``netuid``, ``block_number``, ``name``, ``price`` (TAO per alpha, a text) and, as texts in rao,
``total_tao`` (the pool's TAO; root's is the stake), ``alpha_in_pool`` and ``alpha_staked`` (alpha
outside the pool). The API says nothing of price averages, registrations, switches, burns and pool
weights.

Prices that a market site quotes are held against those that follow from its reserves."""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from dtaojax.chain import BLOCKS_PER_DAY, MAX_SUPPLY, RAO_PER_TAO, U16_MAX
from dtaojax.files.errors import first_few
from dtaojax.files.reading import UnfitFileError, read_bounded
from dtaojax.files.text import spelled
from dtaojax.network.check import plain_number, read_netuids
from dtaojax.network.read import RawTable
from dtaojax.network.sources.complete import Gathered
from dtaojax.network.sources.pages import page_note, page_problems
from dtaojax.network.table import NetworkError

COLUMNS: Final = {"tao_in": "total_tao", "alpha_in": "alpha_in_pool", "alpha_out": "alpha_staked"}
"""Column of a network file -> field of the API, in rao."""

FIELDS: Final = ("netuid", "block_number", "name", "price", *COLUMNS.values())
LIMIT: Final = 64 * 2**20
"""Most that an answer may hold; 129 pools take 60 kB [bytes]."""
_FETCH: Final = "fetch /api/dtao/pool/latest/v1?limit=200 anew"
_LONGEST_NAME: Final = 40
_MANY: Final = 40
"""Fields that a message lists."""
_HEIGHT_LIMIT: Final = 1e9
"""Blocks of 380 years; a time in seconds is more [block]."""

Pool = dict[str, Any]


def read_taostats(path: Path) -> Gathered:
    """Read the answer of the API from a file.

    Args:
        path: the answer, or only its list ``data``.

    Returns:
        Pools and names; everything else has to be completed.

    Raises:
        NetworkError: the file is not such an answer, or not all of it.
    """
    answer, pools = _pools(path)
    places = [f"data[{place}]" for place in range(len(pools))]
    columns: dict[str, list[Any]] = {"netuid": [pool["netuid"] for pool in pools]}
    netuids = read_netuids(RawTable(str(path), columns, places))
    columns["netuid"] = netuids
    problems: list[str] = []
    columns["name"] = [_name(pool, problems) for pool in pools]
    for column, field in COLUMNS.items():
        columns[column] = [_tokens(pool, field, problems) for pool in pools]
    blocks = [_block(pool, problems) for pool in pools]
    if problems:
        raise NetworkError(str(path), first_few(problems, len(problems)))
    first, last = min(blocks), max(blocks)
    if last - first > BLOCKS_PER_DAY:
        fix = f"holds pools of blocks {first:,} to {last:,}, more than a day apart; {_FETCH}"
        raise NetworkError(str(path), [fix])
    notes = [f"Pools of {path.name}, answer of the Taostats API at block {last:,}."]
    if first < last:
        notes.append(f"Its pools are of blocks {first:,} to {last:,} and are taken as of the last.")
    length = page_note(answer, len(pools))
    notes += [] if length is None else [length]
    quoted = [pool["price"] for pool in pools]
    checked = check_quotes(netuids, quoted, columns["tao_in"], columns["alpha_in"])
    if checked.problems:
        raise NetworkError(str(path), first_few(checked.problems, len(checked.problems)))
    facts = {"name": f"Taostats {last:,}", "block": last}
    raw = RawTable(str(path), columns, places)
    return Gathered(raw, facts, (*notes, *checked.notes))


def _listed(names: list[str]) -> str:
    """Name of fields, some of them where there are many and cut where they are long."""
    return ", ".join(name[:_LONGEST_NAME] for name in names[:_MANY])


def _pools(path: Path) -> tuple[Any, list[Pool]]:
    """Return the answer, and its pools with all their fields."""
    answer = _answer(path)
    pools = answer.get("data") if isinstance(answer, dict) else answer
    if not isinstance(pools, list) or not pools or not all(isinstance(p, dict) for p in pools):
        fix = f'holds no list of pools under "data"; {_FETCH}'
        raise NetworkError(str(path), [fix])
    if len(pools) > U16_MAX + 1:
        fix = f"holds {len(pools):,} pools, but there are {U16_MAX + 1:,} netuids; {_FETCH}"
        raise NetworkError(str(path), [fix])
    of_several = page_problems(answer, len(pools))
    if of_several:
        fix = f'{of_several[0]}; {_FETCH}, or join the pages\' lists "data"'
        raise NetworkError(str(path), [fix])
    problems = []
    for field in FIELDS:
        without = [place for place, pool in enumerate(pools) if field not in pool]
        if without:
            present = sorted(pools[without[0]])
            spare = [name for name in present if name not in FIELDS][:_MANY]
            match = difflib.get_close_matches(field, spare, n=1)
            hint = f"is it {match[0]!r} now?" if match else f"it has {_listed(present)}"
            problems.append(f"data[{without[0]}] has no field {field!r}; {hint}")
    if problems:
        raise NetworkError(str(path), problems)
    return answer, pools


def _answer(path: Path) -> Any:
    try:
        return json.loads(read_bounded(path, LIMIT))
    except UnfitFileError as error:
        fix = f"cannot be read: {error}; name another file"
    except OSError as error:
        fix = f"cannot be read ({error.strerror or error}); check the path"
    except RecursionError:
        fix = f"is nested too deeply to be an answer; {_FETCH}"
    except ValueError as error:
        fix = f"is not JSON ({error}); {_FETCH}"
    raise NetworkError(str(path), [fix])


def _name(pool: Pool, problems: list[str]) -> str:
    """Return a name; halves of a surrogate pair, which no file can hold, become escapes."""
    name = pool["name"]
    if name is not None and not isinstance(name, str):
        problems.append(f"{_whose(pool)}: name is {spelled(name)}; must be a text")
        return ""
    return (name or "").encode("utf-8", "backslashreplace").decode("utf-8")


def _tokens(pool: Pool, field: str, problems: list[str]) -> Any:
    """Return TAO or alpha of a cell in rao; what is no whole number is a problem."""
    value = plain_number(pool[field])
    if value is not None and value.is_integer() and value >= 0.0:
        return value / RAO_PER_TAO
    problems.append(
        f"{_whose(pool)}: {field} is {spelled(pool[field])}; must be a whole number of rao, from 0"
    )
    return None


def _block(pool: Pool, problems: list[str]) -> int:
    value = plain_number(pool["block_number"])
    if value is not None and value.is_integer() and 0.0 <= value < _HEIGHT_LIMIT:
        return int(value)
    problems.append(
        f"{_whose(pool)}: block_number is {spelled(pool['block_number'])}; must be a height"
    )
    return 0


def _whose(pool: Pool) -> str:
    return f"netuid {spelled(pool['netuid'])}"


_APART: Final = 2.0
"""How many times a quoted price may be that of the reserves at equal pool weights, or that the
quoted one. The balancer's weights moved prices by 14 % at most in all states that are at hand."""
_USUAL: Final = 1.1
"""The same for the middle one of all pools."""
_FEWEST: Final = 5
"""Pools from which on a middle one says something."""


@dataclass(frozen=True)
class QuoteFindings:
    """Findings of a comparison of quoted prices with reserves.

    Attributes:
        problems: prices that do not fit the reserves, each with the fix.
        notes: sentences on the distance of the other prices from theirs.
    """

    problems: list[str]
    notes: list[str]


def check_quotes(
    netuids: Sequence[int],
    quotes: Sequence[Any],
    tao_in: Sequence[float],
    alpha_in: Sequence[float],
) -> QuoteFindings:
    """Hold quoted prices against the reserves; root has none.

    Args:
        netuids: of the pools.
        quotes: the price of each as it stands; None, an empty text or 0 where none is quoted
            [TAO per alpha].
        tao_in: their TAO reserves [TAO].
        alpha_in: their alpha reserves [alpha].
    """
    problems: list[str] = []
    apart: dict[int, float] = {}
    unquoted = 0
    for netuid, quote, tao, alpha in zip(netuids, quotes, tao_in, alpha_in, strict=True):
        if netuid == 0:
            continue
        if quote is None or (isinstance(quote, str) and not quote.strip()):
            unquoted += 1
            continue
        price = plain_number(quote)
        if price is None or not math.isfinite(price) or price < 0.0:
            problems.append(
                f"netuid {netuid}: price is {spelled(quote)}; must be a number, TAO per alpha"
            )
        elif price == 0.0 or not (0.0 < tao <= MAX_SUPPLY and 0.0 < alpha <= MAX_SUPPLY):
            # A reserve above the cap is told as such, with its unit.
            unquoted += 1
        else:
            apart[netuid] = tao / alpha / price
            if not 1.0 / _APART <= apart[netuid] <= _APART:
                problems.append(
                    f"netuid {netuid}: the quoted price is {price:.4g} TAO, but total_tao / "
                    f"alpha_in_pool is {tao / alpha:.4g}; {_guess(tao / alpha, price)}"
                )
    if not problems and len(apart) >= _FEWEST:
        middle = median(max(ratio, 1.0 / ratio) for ratio in apart.values())
        if middle > _USUAL:
            problems.append(
                f"quoted prices are {100 * (middle - 1):.2g} % from those of the reserves in the "
                "middle of all pools; see whether alpha_in_pool is another figure, for example "
                "alpha_staked, or of another time"
            )
    return QuoteFindings(problems, [] if problems else _notes(apart, unquoted))


def _guess(spot: float, price: float) -> str:
    """Return what is likely wrong with a price, and the fix."""
    if _near(1.0 / spot, price):
        return "total_tao and alpha_in_pool look exchanged; exchange them"
    if _near(spot * RAO_PER_TAO, price):
        return "the price or alpha_in_pool looks like rao where the other is not; correct one"
    if _near(spot, price * RAO_PER_TAO):
        return "alpha_in_pool looks like whole alpha; write rao"
    return "correct one of them"


def _near(one: float, other: float) -> bool:
    return 1.0 / _APART <= one / other <= _APART


def _notes(apart: dict[int, float], unquoted: int) -> list[str]:
    notes = []
    if unquoted:
        notes.append(f"{unquoted} pools quote no price by which their reserves could be checked.")
    if apart:
        distance = {netuid: abs(ratio - 1.0) for netuid, ratio in apart.items()}
        netuid = max(distance, key=distance.__getitem__)
        notes.append(
            "Prices follow from the reserves at equal pool weights; the quoted price that is "
            f"farthest from that is netuid {netuid}'s, by {100 * distance[netuid]:.2g} %."
        )
    return notes
