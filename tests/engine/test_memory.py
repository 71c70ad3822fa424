"""Memory does not grow with paths, but for a few columns that estimates read one at a time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from places import TESTS

BYTES_A_PATH = 128
"""A handful of columns at once, the table's index, and what the allocator keeps: 84 to 93 seen."""


def most_bytes(paths: int, folder: Path) -> int:
    folder.mkdir()
    command = [sys.executable, str(TESTS / "measured_memory.py"), str(paths), str(folder)]
    environment = os.environ | {"PYTHONPATH": str(TESTS.parent)}
    answer = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return 1024 * int(answer.stdout)


@pytest.mark.exhaustive
def test_a_million_paths_take_hardly_more_memory_than_ten_thousand(tmp_path: Path) -> None:
    few, many = (most_bytes(n, tmp_path / str(n)) for n in (10_000, 1_000_000))
    assert many - few < BYTES_A_PATH * 990_000
    assert many < 2 << 30
