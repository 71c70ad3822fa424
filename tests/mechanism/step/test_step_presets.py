"""Every preset's step of one block is the exact reference's block under the same regime.

``scripts/exactness`` makes the same comparison over 10,000 blocks and more of each preset.
"""

import pytest
from exactness import PRESET_NAMES, Evidence, compare
from exactness.document import page
from exactness.presets import UNLIKE

from dtaojax.mechanism.presets import PRESETS

BLOCKS = 200
SEEDS = {"exact": 1, "floor": 2}
"""Other networks and events with truncation than without."""


def test_every_preset_is_compared() -> None:
    assert set(PRESET_NAMES) == set(PRESETS) - {"root_2023"}


EACH = [
    pytest.param(
        name,
        rounding,
        marks=[] if rounding == "exact" or name in UNLIKE else [pytest.mark.exhaustive],
    )
    for name in PRESET_NAMES
    for rounding in SEEDS
]


@pytest.mark.parametrize(("name", "rounding"), EACH)
def test_blocks_and_events_of_a_preset_equal_the_exact_reference(name: str, rounding: str) -> None:
    evidence = compare(name, rounding, BLOCKS, SEEDS[rounding])
    assert evidence.disagreements == []
    assert evidence.blocks >= BLOCKS


def test_the_page_counts_the_values_that_differ_and_says_where() -> None:
    agrees, differs = Evidence("a", "exact", 40), Evidence("a", "floor", 40, n_disagreements=3)
    differs.add(["segment 1, share: 0.5 instead of 0.4"])
    text = page([(agrees, differs)], seed=1)
    assert "| `a` | 2 x 40 | 0 | 3 |" in text
    assert "* a, floor, segment 1, share: 0.5 instead of 0.4" in text
