"""The companion facts of a network file: what holds for the whole network and not per subnet."""

from __future__ import annotations

import difflib
import math
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dtaojax.chain import MAX_SUPPLY
from dtaojax.network.errors import NetworkError

KNOWN: Final = (
    "name",
    "block",
    "total_issuance",
    "gate_bar",
    "last_lock_cost",
    "last_lock_block",
    "notes",
)
REQUIRED: Final = ("block", "total_issuance")
_HEIGHTS: Final = ("block", "last_lock_block")


@dataclass(frozen=True)
class Facts:
    """Facts of a network.

    Attributes:
        name: what the network is called.
        block: block height.
        total_issuance: TAO issued [TAO].
        gate_bar: the emission bar in force; 0 where it is not known.
        last_lock_cost: what the last registration cost; None where it is not known [TAO].
        last_lock_block: when that was; None where it is not known.
        notes: sentences on where the network comes from, and what of it is assumed.
    """

    name: str
    block: int
    total_issuance: float
    gate_bar: float
    last_lock_cost: float | None
    last_lock_block: int | None
    notes: tuple[str, ...]


def read_facts(path: Path, given: dict[str, int | float | None]) -> Facts:
    """Reads the facts beside a network file, and lays given ones over them.

    Args:
        path: the network file; the facts are in the TOML file of the same stem, if there is one.
        given: facts by name; None where not given.

    Returns:
        The facts, checked.

    Raises:
        NetworkError: a fact is missing or impossible, or the companion file cannot be read.
    """
    companion = path.with_suffix(".toml")
    found = _read(companion)
    # A given value may be at fault as well as one from the file: name where each came from.
    sources = dict.fromkeys(found, str(companion))
    for key, value in given.items():
        if value is not None:
            found[key], sources[key] = value, f"network.{key} of the config"
    missing = [key for key in REQUIRED if key not in found]
    if missing:
        problems = [
            f"{key} is not known; write {key} = ... into {companion.name} beside it, "
            f"or set network.{key} in the config"
            for key in missing
        ]
        raise NetworkError(str(path), problems)
    return checked_facts(str(path), {"name": path.stem, **found}, sources)


def checked_facts(source: str, found: dict[str, Any], sources: dict[str, str]) -> Facts:
    """Checks facts that are all there.

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
    return Facts(
        name=found["name"],
        block=found["block"],
        total_issuance=float(found["total_issuance"]),
        gate_bar=float(found.get("gate_bar", 0.0)),
        last_lock_cost=None if lock_cost is None else float(lock_cost),
        last_lock_block=found.get("last_lock_block"),
        notes=tuple(found.get("notes", ())),
    )


def _read(companion: Path) -> dict[str, Any]:
    try:
        found = tomllib.loads(companion.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise NetworkError(str(companion), [f"cannot be read ({error}); check the file"]) from None
    except (ValueError, RecursionError) as error:
        raise NetworkError(str(companion), [f"is not valid TOML: {error}; mend it"]) from None
    unknown = [key for key in found if key not in KNOWN]
    if unknown:
        raise NetworkError(str(companion), [_unknown(key) for key in unknown])
    return found


def _unknown(key: str) -> str:
    match = difflib.get_close_matches(key, KNOWN, n=1)
    hint = f'did you mean "{match[0]}"?' if match else f"the facts are {', '.join(KNOWN)}"
    return f"{key!r} is no fact of a network; {hint}"


def _fault(key: str, value: Any) -> str | None:
    """What is wrong with a fact; None if nothing is."""
    if key == "name":
        return None if isinstance(value, str) else f"is {value!r}; must be a string in quotes"
    if key == "notes":
        fine = isinstance(value, list | tuple) and all(isinstance(note, str) for note in value)
        return None if fine else "must be a list of strings in quotes"
    if key in _HEIGHTS:
        fine = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53
        return None if fine else f"is {value!r}; must be a block height, a whole number from 0"
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return f"is {value!r}; must be a finite number"
    if value < 0:
        return f"is {value!r}; must be at least 0"
    if key == "gate_bar":
        return None if value <= 1 else f"is {value!r}; must be a share, at most 1"
    if value > MAX_SUPPLY:
        return (
            f"is {value:,.0f}, above the supply cap of {MAX_SUPPLY:,.0f}; "
            "this looks like rao: divide by 1e9"
        )
    return None
