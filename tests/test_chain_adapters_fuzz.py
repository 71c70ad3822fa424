"""The model and the exact reference answer random cases of every topic alike.

A further file of vectors holds cases of the same form with other numbers. These are such cases,
drawn at random, and what is expected of them comes from the independent integer reference.
"""

import json
from decimal import Decimal
from typing import Any

import pytest
from chain_adapters import ADAPTERS
from chain_cases import CASES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reference.emission_adapters import EMISSION_ADAPTERS
from reference.ledger_adapters import LEDGER_ADAPTERS
from reference.pool_adapters import POOL_ADAPTERS
from test_chain_vectors import mismatches

REFERENCE = EMISSION_ADAPTERS | POOL_ADAPTERS | LEDGER_ADAPTERS
EXAMPLES = 30


def exactly(case: dict[str, Any]) -> dict[str, Any]:
    """The case as the reference reads it: from the text, without binary floating point."""
    return json.loads(json.dumps(case), parse_float=Decimal)


def as_floats(value: Any) -> Any:
    """An answer of the reference as a vector would hold it."""
    if isinstance(value, dict):
        return {key: as_floats(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [as_floats(entry) for entry in value]
    return float(value) if isinstance(value, Decimal) else value


def test_every_topic_is_drawn_at_random() -> None:
    assert set(CASES) == set(ADAPTERS) == set(REFERENCE)


@pytest.mark.parametrize("topic", sorted(CASES))
@given(data=st.data())
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
def test_model_and_reference_agree(topic: str, data: st.DataObject) -> None:
    fuzz = CASES[topic]
    case = data.draw(fuzz.cases)
    want = as_floats(REFERENCE[topic](exactly(case)))
    assert mismatches(ADAPTERS[topic](case), want, fuzz.rel, fuzz.abs, topic) == []
