"""JSON of the Taostats API, ``GET /api/dtao/pool/latest/v1?limit=200``, as it is documented.

An answer is an object with ``pagination`` and ``data``, a list with a pool each. Read are
``netuid``, ``block_number``, ``name``, ``price`` (TAO per alpha, a text) and, as texts in rao,
``total_tao`` (the pool's TAO; root's is the stake), ``alpha_in_pool`` and ``alpha_staked`` (alpha
outside the pool). The API says nothing of price averages, registrations, switches, burns and pool
weights.
"""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import Any, Final

import numpy as np

from dtaojax.chain import BLOCKS_PER_DAY, RAO_PER_TAO
from dtaojax.network.errors import NetworkError
from dtaojax.network.read import RawTable
from dtaojax.network.sources.gathered import Gathered

COLUMNS: Final = {"tao_in": "total_tao", "alpha_in": "alpha_in_pool", "alpha_out": "alpha_staked"}
"""Column of a network file -> field of the API, in rao."""

FIELDS: Final = ("netuid", "block_number", "name", "price", *COLUMNS.values())
_FETCH: Final = "fetch /api/dtao/pool/latest/v1?limit=200 anew"


def read_taostats(path: Path) -> Gathered:
    """Reads the answer of the API from a file.

    Args:
        path: the answer, or only its list ``data``.

    Returns:
        Pools and names; everything else has to be completed.

    Raises:
        NetworkError: the file is not such an answer, or not all of it.
    """
    pools = _pools(path)
    columns: dict[str, list[Any]] = {
        "netuid": [pool["netuid"] for pool in pools],
        "name": [_text(pool["name"]) for pool in pools],
    }
    problems: list[str] = []
    for column, field in COLUMNS.items():
        columns[column] = [_tokens(pool[field], column, pool, problems) for pool in pools]
    blocks = [_block(pool, problems) for pool in pools]
    if problems:
        raise NetworkError(str(path), problems[:10])
    first, last = min(blocks), max(blocks)
    if last - first > BLOCKS_PER_DAY:
        fix = f"holds pools of blocks {first:,} to {last:,}, more than a day apart; {_FETCH}"
        raise NetworkError(str(path), [fix])
    notes = [f"Pools of {path.name}, answer of the Taostats API at block {last:,}."]
    if first < last:
        notes.append(f"Its pools are of blocks {first:,} to {last:,} and are taken as of the last.")
    notes += _price_note(pools, columns)
    places = [f"data[{place}]" for place in range(len(pools))]
    facts = {"name": f"Taostats {last:,}", "block": last}
    return Gathered(RawTable(str(path), columns, places), facts, tuple(notes))


def _pools(path: Path) -> list[dict[str, Any]]:
    try:
        answer = json.loads(path.read_bytes())
    except OSError as error:
        fix = f"cannot be read ({error.strerror or error}); check the path"
        raise NetworkError(str(path), [fix]) from None
    except (ValueError, RecursionError) as error:
        raise NetworkError(str(path), [f"is not JSON ({error}); {_FETCH}"]) from None
    pools = answer.get("data") if isinstance(answer, dict) else answer
    if not isinstance(pools, list) or not pools or not all(isinstance(p, dict) for p in pools):
        fix = f'holds no list of pools under "data"; {_FETCH}'
        raise NetworkError(str(path), [fix])
    pages = answer.get("pagination") if isinstance(answer, dict) else None
    total = pages.get("total_items") if isinstance(pages, dict) else None
    if isinstance(total, int) and total > len(pools):
        fix = f'holds {len(pools)} of {total} pools; {_FETCH}, or join the pages\' lists "data"'
        raise NetworkError(str(path), [fix])
    problems = []
    for field in FIELDS:
        without = [place for place, pool in enumerate(pools) if field not in pool]
        if without:
            present = sorted(pools[without[0]])
            match = difflib.get_close_matches(field, set(present) - set(FIELDS), n=1)
            hint = f"is it {match[0]!r} now?" if match else f"it has {', '.join(present)}"
            problems.append(f"data[{without[0]}] has no field {field!r}; {hint}")
    if problems:
        raise NetworkError(str(path), problems)
    return pools


def _text(name: Any) -> str:
    """A name as text; halves of a surrogate pair, which no file can hold, become escapes."""
    text = "" if name is None else str(name)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _tokens(cell: Any, column: str, pool: dict[str, Any], problems: list[str]) -> Any:
    """TAO or alpha of a cell in rao; what is no whole number is a problem."""
    try:
        value = float(cell)
        if value.is_integer() and value >= 0.0:
            return value / RAO_PER_TAO
    except (TypeError, ValueError, OverflowError):
        pass
    field = COLUMNS[column]
    problems.append(
        f"netuid {pool['netuid']!r}: {field} is {cell!r}; must be a whole number of rao, from 0"
    )
    return None


def _block(pool: dict[str, Any], problems: list[str]) -> int:
    block = pool["block_number"]
    if isinstance(block, bool) or not isinstance(block, int) or block < 0:
        problems.append(f"netuid {pool['netuid']!r}: block_number is {block!r}; must be a height")
        return 0
    return block


def _price_note(pools: list[dict[str, Any]], columns: dict[str, list[Any]]) -> list[str]:
    """How far the quoted prices are from those of the reserves at equal pool weights."""
    apart = {}
    for pool, tao, alpha in zip(pools, columns["tao_in"], columns["alpha_in"], strict=True):
        try:
            price = float(pool["price"])
        except (TypeError, ValueError):
            continue
        if pool["netuid"] != 0 and alpha > 0.0 and np.isfinite(price) and price > 0.0:
            apart[pool["netuid"]] = abs(tao / alpha / price - 1.0)
    if not apart:
        return []
    netuid = max(apart, key=lambda key: apart[key])
    return [
        "Prices follow from the reserves at equal pool weights; the quoted price that is farthest "
        f"from that is netuid {netuid}'s, by {100 * apart[netuid]:.2g} %."
    ]
