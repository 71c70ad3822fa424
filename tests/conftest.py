"""What every test runs under: 64 bits, no silent broadcasting, checked shapes, fixed examples."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import pytest
from browser import Chromium
from hypothesis import settings
from jaxtyping import install_import_hook
from xdist.scheduler import LoadScopeScheduling

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_numpy_rank_promotion", "raise")
jax.config.update("jax_enable_compilation_cache", False)

settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")

# Shapes and types of arguments and results are checked in tests only; it must precede the imports.
CHECKED_ROOMS = ("state", "numerics", "mechanism")
PLAIN_DATA = {"config", "presets", "compatibility", "build", "elementary"}
"""Modules of these rooms that hold no arrays of the model."""
PACKAGE = Path(__file__).parents[1] / "dtaojax"
CHECKED = [
    ".".join(("dtaojax", *file.relative_to(PACKAGE).with_suffix("").parts))
    for room in CHECKED_ROOMS
    for file in sorted((PACKAGE / room).rglob("*.py"))
    if file.stem not in PLAIN_DATA
]
install_import_hook(CHECKED, "beartype.beartype")

SMALL_RUNS = (
    "test_api",
    "test_cli",
    "test_cluster",
    "test_compare",
    "test_examples",
    "test_pipeline",
    "test_precision",
    "test_resume",
    "test_snapshot_diff",
    "test_sweep",
)
"""Files whose runs are of one shape, so that they share compiled programs."""
LONGEST = (
    *SMALL_RUNS,
    "test_tune",
    "test_documented",
    "test_step_invariants",
    "test_step_presets",
    "test_cohorts",
    "test_stress",
    "test_step_gradients",
    "test_arrivals",
    "test_step_reference",
    "test_trace",
    "test_demand_configs",
    "test_views",
    "test_sensitivity",
)
"""Files that take longest, the longest first: begun first, none is left for the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the longest files first."""
    place = {file: at for at, file in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(LONGEST)))


class ByPrograms(LoadScopeScheduling):
    """Tests of a file share a process, so that their fixtures and programs are made once.

    The groups of pytest-xdist 3.8 have no effect under pytest 9: they are told by a test's
    ``_nodeid``, which is no more.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = Path(nodeid.partition("::")[0]).stem
        return "small runs" if file in SMALL_RUNS else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByPrograms:
    """Deals tests out file by file."""
    return ByPrograms(config, log)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """The browser of this process."""
    found = Chromium()
    yield found
    found.close()
