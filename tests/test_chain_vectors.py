"""The model answers the chain's vectors: its own copy, or the file that DTAOJAX_VECTORS names."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from chain_adapters import ADAPTERS

OWN_COPY = Path(__file__).parent / "vectors" / "given_vectors.json"
OPEN_TOPICS: frozenset[str] = frozenset()
"""Topics that the model does not have yet."""


def vectors_of(path: Path) -> list[dict[str, Any]]:
    """The vectors of a file, which hold for one topic each."""
    with path.open(encoding="utf-8") as file:
        return json.load(file)["vectors"]


def chosen_vectors() -> list[dict[str, Any]]:
    """The vectors to answer."""
    return vectors_of(Path(os.environ.get("DTAOJAX_VECTORS", OWN_COPY)))


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


@pytest.mark.parametrize("vector", chosen_vectors(), ids=lambda vector: vector["id"])
def test_model_answers_the_vector(vector: dict[str, Any]) -> None:
    topic, tolerance = vector["topic"], vector["tolerance"]
    if topic in OPEN_TOPICS:
        pytest.skip(f"{topic} is an open topic")
    assert topic in ADAPTERS, f"{vector['scope']} topic {topic} has no adapter"
    rel, abs_ = float(tolerance.get("rel", 0.0)), float(tolerance.get("abs", 0.0))
    assert len(vector["inputs"]) == len(vector["expected"]) > 0

    lines = [
        line
        for case, want in zip(vector["inputs"], vector["expected"], strict=True)
        for line in mismatches(ADAPTERS[topic](case), want, rel, abs_, topic)
    ]

    assert lines == []


def test_every_known_topic_has_an_adapter_or_is_listed_as_open() -> None:
    topics = {vector["topic"] for vector in vectors_of(OWN_COPY)}
    assert len(topics) == 44
    assert set(ADAPTERS) == topics - OPEN_TOPICS
    assert topics >= OPEN_TOPICS
