"""Fits of the behaviour of owners and root, as they come with the package, by name."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

FROZEN: Final = "frozen"
"""The name under which nothing moves."""


@cache
def behaviour_fits() -> Mapping[str, Mapping[str, Any]]:
    """Return the tables of each fit; its name is the date up to which it has seen data."""
    folder = files("dtaojax.behaviour") / "data"
    return {
        entry.name.removesuffix(".toml"): tomllib.loads(entry.read_text(encoding="utf-8"))
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".toml")
    }
