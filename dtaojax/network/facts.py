"""The companion facts of a network file: what holds for the whole network and not per subnet."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dtaojax.chain import MAX_SUPPLY, MIN_RESERVE, U16_MAX
from dtaojax.files.errors import first_few
from dtaojax.files.reading import MOST_TOML, UnfitFileError, parse_toml, read_bounded
from dtaojax.files.text import spelled
from dtaojax.network.table import NetworkError

KNOWN: Final = (
    "name",
    "block",
    "total_issuance",
    "root_tao",
    "gate_bar",
    "last_lock_cost",
    "last_lock_block",
    "prices_apart",
    "notes",
)
REQUIRED: Final = ("block", "total_issuance")
_HEIGHT_LIMIT: Final = 10**9
"""Blocks of 380 years; a time in seconds is more [block]."""
_HEIGHT_WORDS: Final = f"a whole number from 0 and below {_HEIGHT_LIMIT:,}"
_LARGEST: Final = 10**300
_HEIGHTS: Final = ("block", "last_lock_block")


@dataclass(frozen=True)
class Facts:
    """Facts of a network.

    Attributes:
        name: name of the network.
        block: height of the state [block].
        total_issuance: TAO issued [TAO].
        root_tao: TAO staked to root, where the file has no row for it; else None [TAO].
        gate_bar: the emission bar in force; 0 where it is not known.
        last_lock_cost: price of the last registration; None where it is not known [TAO].
        last_lock_block: height of the last registration; None where it is not known [block].
        prices_apart: netuids whose spot price is known to be far from its average, so that it is no
            slip (`dtaojax.network.plausible`).
        notes: sentences on where the network comes from, and what of it is assumed.
    """

    name: str
    block: int
    total_issuance: float
    root_tao: float | None
    gate_bar: float
    last_lock_cost: float | None
    last_lock_block: int | None
    prices_apart: tuple[int, ...]
    notes: tuple[str, ...]


def read_facts(path: Path, given: dict[str, int | float | None]) -> Facts:
    """Read the facts beside a network file, and lay given ones over them.

    Args:
        path: the network file; the facts are in the TOML file of the same stem, if there is one.
        given: facts by name; None where not given.

    Returns:
        The facts, checked.

    Raises:
        NetworkError: a fact is missing or impossible, or the companion file cannot be read.
    """
    companion = path.with_suffix(".toml")
    found, sources = known_facts(path, given)
    missing = [key for key in REQUIRED if key not in found]
    if missing:
        problems = [
            f"{key} is not known; write {key} = ... into {companion.name} beside it, "
            f"or set network.{key} in the config"
            for key in missing
        ]
        raise NetworkError(str(path), problems)
    return checked_facts(str(path), {"name": path.stem, **found}, sources)


def known_facts(
    path: Path, given: dict[str, int | float | None]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Read the facts beside a network file and lay given ones over them, unchecked.

    Returns:
        Facts by name, and where each comes from: a given value may be at fault as well as one from
        the file.

    Raises:
        NetworkError: the companion file cannot be read.
    """
    companion = path.with_suffix(".toml")
    found = _read(companion)
    sources = dict.fromkeys(found, str(companion))
    for key, value in given.items():
        if value is not None:
            found[key], sources[key] = value, f"network.{key} of the config"
    return found, sources


def checked_facts(source: str, found: dict[str, Any], sources: dict[str, str]) -> Facts:
    """Check facts that are all there.

    Args:
        source: the network that they belong to.
        found: facts by name, among them ``name`` and those that are required.
        sources: by name, where each comes from; where it says nothing, from the network itself.

    Raises:
        NetworkError: a fact is impossible.
    """

    def place(key: str) -> str:
        return f"{sources[key]}: {key}" if key in sources else key

    problems = [f"{place(key)} {fault}" for key in found if (fault := _fault(key, found[key]))]
    if problems:
        raise NetworkError(source, problems)
    late = found.get("last_lock_block", 0) - found["block"]
    if late > 0:
        text = (
            f"{place('last_lock_block')} is {late:,} blocks past block {found['block']:,}; "
            "correct one of them"
        )
        raise NetworkError(source, [text])
    lock_cost = found.get("last_lock_cost")
    if lock_cost is not None and lock_cost > found["total_issuance"]:
        text = (
            f"{place('last_lock_cost')} is {lock_cost:,.6g} TAO, more than the total_issuance of "
            f"{found['total_issuance']:,.6g}; correct one of them"
        )
        raise NetworkError(source, [text])
    return Facts(
        name=found["name"],
        block=found["block"],
        total_issuance=float(found["total_issuance"]),
        root_tao=None if found.get("root_tao") is None else float(found["root_tao"]),
        gate_bar=float(found.get("gate_bar", 0.0)),
        last_lock_cost=None if lock_cost is None else float(lock_cost),
        last_lock_block=found.get("last_lock_block"),
        prices_apart=tuple(found.get("prices_apart", ())),
        notes=tuple(found.get("notes", ())),
    )


def _read(companion: Path) -> dict[str, Any]:
    try:
        found = parse_toml(read_bounded(companion, MOST_TOML).decode("utf-8-sig"))
    except FileNotFoundError:
        return {}
    except UnfitFileError as error:
        raise NetworkError(str(companion), [f"cannot be read: {error}; name a file"]) from None
    except OSError as error:
        raise NetworkError(str(companion), [f"cannot be read ({error}); check the file"]) from None
    except (ValueError, RecursionError) as error:
        raise NetworkError(str(companion), [f"is not valid TOML: {error}; mend it"]) from None
    unknown = [key for key in found if key not in KNOWN]
    if unknown:
        raise NetworkError(str(companion), first_few(map(_unknown, unknown), len(unknown)))
    return found


def _unknown(key: str) -> str:
    match = difflib.get_close_matches(key, KNOWN, n=1)
    hint = f'did you mean "{match[0]}"?' if match else f"the facts are {', '.join(KNOWN)}"
    return f"{key!r} is no fact of a network; {hint}"


def _fault(key: str, value: Any) -> str | None:
    """Return what is wrong with a fact; None if nothing is."""
    if key == "name":
        return (
            None if isinstance(value, str) else f"is {spelled(value)}; must be a string in quotes"
        )
    if key == "notes":
        fine = isinstance(value, list | tuple) and all(isinstance(note, str) for note in value)
        return None if fine else "must be a list of strings in quotes"
    if key == "prices_apart":
        fine = isinstance(value, list | tuple) and all(map(_is_netuid, value))
        return None if fine else "must be a list of netuids, as in [7, 64]"
    if key in _HEIGHTS:
        fine = _is_whole(value) and 0 <= value < _HEIGHT_LIMIT
        return None if fine else f"is {spelled(value)}; must be a block height, {_HEIGHT_WORDS}"
    if not isinstance(value, float) and not _is_whole(value):
        return f"is {spelled(value)}; must be a finite number"
    # A whole number can be too large for a float, and too long to be written.
    if abs(value) > _LARGEST or not math.isfinite(value):
        return f"is {spelled(value)}; must be a finite number"
    if value < 0:
        return f"is {spelled(value)}; must be at least 0"
    if key == "gate_bar":
        return None if value <= 1 else f"is {spelled(value)}; must be a share, at most 1"
    if value > MAX_SUPPLY:
        return (
            f"is {value:,.0f}, above the supply cap of {MAX_SUPPLY:,.0f}; "
            "this looks like rao: divide by 1e9"
        )
    if 0.0 < value < MIN_RESERVE:
        return f"is {value:g} TAO; it looks divided by 1e9 once too often: write TAO"
    return None


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_netuid(value: Any) -> bool:
    return _is_whole(value) and 0 < value <= U16_MAX
