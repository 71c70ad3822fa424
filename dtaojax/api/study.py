"""What all studies share: a folder with a page, and everything that was found as plain data."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar

from dtaojax.api.configs import Changes, Shelf, as_overrides
from dtaojax.api.progress import spoken
from dtaojax.files.reading import noting
from dtaojax.storage import read_sealed

_Inputs = TypeVar("_Inputs")


class Study:
    """What a study found.

    Attributes:
        file: of what was found, in the folder.
        folder: of the tables and the page.
        found: everything, as in that file.
    """

    file: ClassVar[str]

    def __init__(self, shelf: Shelf) -> None:
        """Reads what a study left on a shelf.

        Raises:
            ResultsError: a file is missing, damaged or changed.
        """
        self._shelf = shelf
        self.folder = shelf.folder
        read_sealed(shelf.folder)
        self.found: dict[str, Any] = json.loads(
            (shelf.folder / self.file).read_text(encoding="utf-8")
        )

    @classmethod
    def carried_out(
        cls,
        read: Callable[[Path, list[str]], _Inputs],
        report: Callable[[_Inputs, Path, Callable[[str], None]], object],
        config: str | Path,
        changes: Changes | None,
        folder: str | Path | None,
        progress: bool,
    ) -> Self:
        """Carries a study out, as its command does.

        Args:
            read: gathers what a config and values in place of its own ask for.
            report: does it, and leaves tables and a page in a folder.
            config: the study's config in TOML.
            changes: values that replace the config's, by dotted key.
            folder: for the results, which then stay.
            progress: whether to say what is done.
        """
        shelf = Shelf(folder)
        with noting():
            report(read(Path(config), as_overrides(changes)), shelf.folder, spoken(progress))
        return cls(shelf)

    @property
    def report(self) -> Path:
        """The page: one HTML file that needs no network."""
        return self.folder / "report.html"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.found['title']!r}, {self.folder}>"
