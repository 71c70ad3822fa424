"""What every study's page says of how it was made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def made_by(made: Mapping[str, Any]) -> str:
    """By which version and when, for the foot of a page."""
    return f"Made by dtaojax {made['dtaojax_version']} on {made['created']}."


def made_with(made: Mapping[str, Any], *between: tuple[str, str]) -> list[tuple[str, str]]:
    """On which device and with which versions, as label and text.

    Args:
        made: as ``pipeline/runtime.py`` tells it.
        between: what is said after the device.
    """
    return [("Device", made["device"]), *between, *made["versions"].items()]
