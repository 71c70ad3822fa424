"""Every preset's step of one block is the exact reference's block under the same regime.

``scripts/exactness`` makes the same comparison over 10,000 blocks and more of each preset.
"""

import pytest
from exactness import PRESET_NAMES, compare

from dtaojax.config import PRESETS

BLOCKS = 200
SEEDS = {"exact": 1, "floor": 2}
"""Other networks and events with truncation than without."""


def test_every_preset_is_compared() -> None:
    assert set(PRESET_NAMES) == set(PRESETS) - {"root_2023"}


@pytest.mark.parametrize("rounding", SEEDS)
@pytest.mark.parametrize("name", PRESET_NAMES)
def test_blocks_and_events_of_a_preset_equal_the_exact_reference(name: str, rounding: str) -> None:
    evidence = compare(name, rounding, BLOCKS, SEEDS[rounding])
    assert evidence.disagreements == []
    assert evidence.blocks >= BLOCKS
