"""The model and the exact reference answer random cases of every topic alike.

A further file of vectors holds cases of the same form with other numbers. These are such cases,
drawn at random, and what is expected of them comes from the independent integer reference.
"""

import pytest
from chain_adapters import ADAPTERS
from chain_adapters.mismatch import mismatches
from chain_cases import CASES
from chain_cases.__main__ import REFERENCE, answered
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

EXAMPLES = 30
QUICK = {"dissolve_payout", "gate", "injection_terms", "network_block_r8", "swap"}
"""Topics that are drawn in every run of the tests; all of them have vectors that always are."""


def test_every_topic_is_drawn_at_random() -> None:
    assert set(CASES) == set(ADAPTERS) == set(REFERENCE)


@pytest.mark.parametrize(
    "topic",
    [
        pytest.param(topic, marks=[] if topic in QUICK else [pytest.mark.exhaustive])
        for topic in sorted(CASES)
    ],
)
@given(data=st.data())
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
def test_model_and_reference_agree(topic: str, data: st.DataObject) -> None:
    fuzz = CASES[topic]
    case = data.draw(fuzz.cases)
    want = answered(case, topic)
    assert mismatches(ADAPTERS[topic](case), want, fuzz.rel, fuzz.abs, topic) == []
