"""Files that a reader sees whole or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def finite_or_none(value: Any) -> Any:
    """Replaces NaN and infinities by None, through lists and dicts, so that JSON stays standard."""
    if isinstance(value, float):
        return value if value - value == 0.0 else None
    if isinstance(value, dict):
        return {key: finite_or_none(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite_or_none(item) for item in value]
    return value


def json_text(content: Any) -> str:
    """Return the one text that stands for ``content``; reading it and writing it gives it again."""
    text = json.dumps(finite_or_none(content), indent=1, ensure_ascii=False, allow_nan=False)
    return text + "\n"


def write_whole(path: Path, text: str) -> None:
    """Writes text by way of a temporary file, so that a reader sees all of it or nothing."""
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(text.encode("utf-8"))
    os.replace(partial, path)


def write_json(path: Path, content: Any) -> None:
    """Writes JSON, all of it or nothing."""
    write_whole(path, json_text(content))
