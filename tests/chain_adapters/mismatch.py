"""Where an answer differs from a vector's."""

from collections.abc import Mapping
from typing import Any


def agrees(got: Any, want: Any, rel: float, abs_: float) -> bool:
    """numpy's isclose for numbers; flags, strings and null must be equal."""
    if want is None or isinstance(want, bool | str):
        return type(got) is type(want) and got == want
    is_number = isinstance(got, int | float) and not isinstance(got, bool)
    return is_number and abs(got - want) <= abs_ + rel * abs(want)


def mismatches(got: Any, want: Any, rel: float, abs_: float, where: str) -> list[str]:
    """What differs; a null inside an expected array is not compared."""
    if isinstance(want, Mapping):
        if set(got) != set(want):
            return [f"{where}: fields {sorted(got)} for {sorted(want)}"]
        pairs = [(got[key], want[key], f"{where}.{key}") for key in want]
    elif isinstance(want, list):
        if len(got) != len(want):
            return [f"{where}: {len(got)} values for {len(want)}"]
        entries = enumerate(zip(got, want, strict=True))
        pairs = [(g, w, f"{where}[{i}]") for i, (g, w) in entries if w is not None]
    else:
        return [] if agrees(got, want, rel, abs_) else [f"{where}: {got} instead of {want}"]
    return [line for g, w, at in pairs for line in mismatches(g, w, rel, abs_, at)]
