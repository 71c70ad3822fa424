"""What every test runs under: 64 bits, no silent broadcasting, checked shapes, fixed examples."""

from collections.abc import Iterator

import jax
import pytest
from browser import Chromium
from hypothesis import settings
from jaxtyping import install_import_hook

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_numpy_rank_promotion", "raise")
jax.config.update("jax_enable_compilation_cache", False)

settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")

# Shapes and types of arguments and results are checked in tests only; it must precede the imports.
CHECKED_ROOMS = ("state", "ordered", "streams", "measures", "mechanism")
install_import_hook([f"dtaojax.{room}" for room in CHECKED_ROOMS], "beartype.beartype")

LONGEST = (
    "small runs",
    "test_tune",
    "documented commands",
    "test_step_invariants",
    "test_step_presets",
    "test_cohorts",
    "one attack",
    "test_step_gradients",
    "test_arrivals",
    "one search",
    "test_step_reference",
    "test_trace",
    "test_demand_configs",
    "test_views",
    "one study",
)
"""Groups of tests that take longest, the longest first: begun first, none is left for the end."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of a file share a process, so that their fixtures and programs are made once."""
    places: dict[pytest.Item, int] = {}
    for item in items:
        mark = item.get_closest_marker("xdist_group")
        group = item.path.stem if mark is None else mark.args[0]
        if mark is None:
            item.add_marker(pytest.mark.xdist_group(group))
        places[item] = LONGEST.index(group) if group in LONGEST else len(LONGEST)
    items.sort(key=places.__getitem__)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """The browser of this process."""
    found = Chromium()
    yield found
    found.close()
