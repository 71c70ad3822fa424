"""Writes a further file of vectors: random cases of every topic, answered by the exact reference.

    cd tests && python -m chain_cases FILE [--examples N] [--seed N]

The model is then held against it with ``DTAOJAX_VECTORS=FILE ./scripts/test
tests/mechanism/test_chain_vectors.py``. Cases are those of the fuzz test: amounts from a rao to a
million TAO, weights from 0.3 to 0.7, shares with zeros and ties, issuance about the halvings, and
edges.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from reference.emission_adapters import EMISSION_ADAPTERS
from reference.ledger_adapters import LEDGER_ADAPTERS
from reference.pool_adapters import POOL_ADAPTERS

from . import CASES

REFERENCE = EMISSION_ADAPTERS | POOL_ADAPTERS | LEDGER_ADAPTERS


def drawn(topic: str, examples: int, number: int) -> list[dict[str, Any]]:
    """Random cases of a topic; the same seed gives the same cases."""
    cases: list[dict[str, Any]] = []

    @seed(number)
    @settings(
        max_examples=examples,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        derandomize=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(CASES[topic].cases)
    def collect(case: dict[str, Any]) -> None:
        cases.append(case)

    collect()
    return cases


def answered(case: dict[str, Any], topic: str) -> dict[str, Any]:
    """The reference's answer to a case as it stands in a file, without binary floating point."""
    return as_floats(REFERENCE[topic](json.loads(json.dumps(case), parse_float=Decimal)))


def as_floats(value: Any) -> Any:
    """An answer of the reference as a vector holds it."""
    if isinstance(value, dict):
        return {key: as_floats(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [as_floats(entry) for entry in value]
    return float(value) if isinstance(value, Decimal) else value


def vector(topic: str, examples: int, number: int) -> dict[str, Any]:
    """One vector of a topic in the form of the chain's file."""
    inputs = drawn(topic, examples, number)
    fuzz = CASES[topic]
    return {
        "id": f"FUZZ-{topic}",
        "topic": topic,
        "scope": "core",
        "inputs": inputs,
        "expected": [answered(case, topic) for case in inputs],
        "tolerance": {"rel": fuzz.rel, "abs": fuzz.abs},
    }


def main(arguments: Sequence[str]) -> int:
    """Writes the file."""
    parser = argparse.ArgumentParser(prog="chain_cases", description=__doc__.split("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--examples", type=int, default=1_000, help="of each topic (1000)")
    parser.add_argument("--seed", type=int, default=2026, help="of the cases (2026)")
    chosen = parser.parse_args(arguments)
    vectors = [vector(topic, chosen.examples, chosen.seed) for topic in sorted(CASES)]
    chosen.file.write_text(json.dumps({"vectors": vectors}), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
