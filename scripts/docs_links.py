"""For mkdocs: what lies outside docs/ is named instead of linked, since a site does not hold it."""

from __future__ import annotations

import re
from typing import Any

_OUTSIDE = re.compile(r"\[([^\]]*)\]\(\.\./[^)]*\)")


def on_page_markdown(markdown: str, **context: Any) -> str:
    """Keeps the text of links to files of the repository."""
    return _OUTSIDE.sub(r"\1", markdown)
