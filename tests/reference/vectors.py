"""Test vectors of the chain: reading them and judging an answer. No float is ever parsed."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

OWN_COPY = Path(__file__).parents[1] / "vectors" / "given_vectors.json"


@dataclass(frozen=True)
class Vector:
    """One vector: cases of one topic with what is expected of each."""

    id: str
    topic: str
    scope: str
    inputs: list[dict[str, Any]]
    expected: list[dict[str, Any]]
    rel: Decimal
    abs: Decimal


def load() -> list[Vector]:
    """Vectors of the file named by DTAOJAX_VECTORS, by default the project's own copy."""
    path = Path(os.environ.get("DTAOJAX_VECTORS", OWN_COPY))
    with path.open(encoding="utf-8") as file:
        rows = json.load(file, parse_float=Decimal)["vectors"]
    return [
        Vector(
            row["id"],
            row["topic"],
            row["scope"],
            row["inputs"],
            row["expected"],
            Decimal(row["tolerance"].get("rel", 0)),
            Decimal(row["tolerance"].get("abs", 0)),
        )
        for row in rows
    ]


def mismatches(got: Any, want: Any, rel: Decimal, abs_: Decimal, where: str) -> list[str]:
    """What differs: |got - want| <= abs + rel |want|; flags, strings and null must be equal.

    A null inside an expected array is not compared.
    """
    if isinstance(want, Mapping):
        if set(got) != set(want):
            return [f"{where}: fields {sorted(got)} for {sorted(want)}"]
        pairs = [(got[key], want[key], f"{where}.{key}") for key in want]
    elif isinstance(want, list):
        if len(got) != len(want):
            return [f"{where}: {len(got)} values for {len(want)}"]
        pairs = [
            (g, w, f"{where}[{i}]")
            for i, (g, w) in enumerate(zip(got, want, strict=True))
            if w is not None
        ]
    else:
        return [] if agrees(got, want, rel, abs_) else [f"{where}: {got} instead of {want}"]
    return [line for g, w, at in pairs for line in mismatches(g, w, rel, abs_, at)]


def agrees(got: Any, want: Any, rel: Decimal, abs_: Decimal) -> bool:
    """Whether one value is what is expected, within the tolerance if it is a number."""
    if want is None or isinstance(want, bool | str):
        return got is want or (type(got) is type(want) and got == want)
    return isinstance(got, int | Decimal) and abs(got - want) <= abs_ + rel * abs(want)
