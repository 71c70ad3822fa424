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


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """The browser of this process."""
    found = Chromium()
    yield found
    found.close()
