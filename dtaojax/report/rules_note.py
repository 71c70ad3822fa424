"""What the chain has done since its rules were those of a result, for notes on pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def rules_note(*found: Mapping[str, Any]) -> list[str]:
    """Return the sentences of results, or parts of results, that have one, each once.

    Args:
        found: with ``since_then``, as pipelines write it; what was written without has none.
    """
    texts = (each.get("since_then") for each in found)
    return list(dict.fromkeys(text for text in texts if isinstance(text, str) and text))
