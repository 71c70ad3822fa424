"""The model answers the chain's vectors: its own copy, or the file that DTAOJAX_VECTORS names."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from chain_adapters import ADAPTERS
from chain_adapters.mismatch import mismatches
from places import TESTS

OWN_COPY = TESTS / "vectors" / "given_vectors.json"
OPEN_TOPICS: frozenset[str] = frozenset()
"""Topics that the model does not have yet."""


def vectors_of(path: Path) -> list[dict[str, Any]]:
    """The vectors of a file, which hold for one topic each."""
    with path.open(encoding="utf-8") as file:
        return json.load(file)["vectors"]


def chosen_vectors() -> list[dict[str, Any]]:
    """The vectors to answer."""
    return vectors_of(Path(os.environ.get("DTAOJAX_VECTORS", OWN_COPY)))


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
