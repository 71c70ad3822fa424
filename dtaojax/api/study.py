"""What all studies share: a folder with a page, and everything that was found as plain data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

from dtaojax.api.configs import Shelf


class Study:
    """What a study found.

    Attributes:
        file: of what was found, in the folder.
        folder: of the tables and the page.
        found: everything, as in that file.
    """

    file: ClassVar[str]

    def __init__(self, shelf: Shelf) -> None:
        """Reads what a study left on a shelf."""
        self._shelf = shelf
        self.folder = shelf.folder
        self.found: dict[str, Any] = json.loads(
            (shelf.folder / self.file).read_text(encoding="utf-8")
        )

    @property
    def report(self) -> Path:
        """The page: one HTML file that needs no network."""
        return self.folder / "report.html"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.found['title']!r}, {self.folder}>"
