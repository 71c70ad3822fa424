"""What every test runs under: 64 bits, no silent broadcasting, checked shapes, fixed examples.

Tests under ``@pytest.mark.exhaustive`` repeat on many inputs what another test holds on a few; they
are run under ``--all``.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import Chromium
from hypothesis import settings
from jaxtyping import install_import_hook
from places import ROOT
from xdist.scheduler import LoadScopeScheduling

settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")

# Shapes and types of arguments and results are checked in tests only; it must precede the imports.
CHECKED_ROOMS = ("state", "numerics", "mechanism")
PLAIN_DATA = {"config", "presets", "compatibility", "build", "elementary"}
"""Modules of these rooms that hold no arrays of the model."""
PACKAGE = ROOT / "dtaojax"
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


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the choice between the tests that guard every change and all of them."""
    parser.addoption("--all", action="store_true", help="run exhaustive tests too")


def pytest_configure(config: pytest.Config) -> None:
    """Sets JAX up as the command line does, where tests are run and not only dealt out.

    Compiled programs are kept in pytest's cache, so that the processes of a session, the commands
    that they start and later sessions compile a program once. ``--cache-clear`` empties it.
    """
    config.addinivalue_line("markers", "exhaustive: is run under --all only")
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        return
    assert config.cache is not None
    os.environ.setdefault("DTAOJAX_CACHE", str(config.cache.mkdir("programs")))

    import jax

    from dtaojax.execution.runtime import configure

    configure("float64")
    jax.config.update("jax_numpy_rank_promotion", "raise")
    # Tests have many programs that are small.
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what is exhaustive, unless it is asked for, and puts the longest files first."""
    if not config.getoption("--all"):
        left_out = [item for item in items if item.get_closest_marker("exhaustive")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("exhaustive")]
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
