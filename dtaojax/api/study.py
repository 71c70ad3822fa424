"""The results of a study in Python: its folder with a page, and everything found as plain data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar, Self

from dtaojax.api.configs import Changes, ResultsDir, as_overrides
from dtaojax.api.notebook import progress_printer
from dtaojax.files.reading import noting
from dtaojax.storage import read_sealed


class StudyResults:
    """The results of a study, read back from its folder.

    Attributes:
        name: the study's word, as its command has it.
        folder: folder of the tables and the page.
        found: everything that was found, as in the study's JSON file.
    """

    name: ClassVar[str]

    def __init__(self, results_dir: ResultsDir) -> None:
        """Read a folder that a study has filled.

        Raises:
            ResultsError: a file is missing, damaged or changed.
        """
        # Kept although only its path is used: a folder that nobody named goes with it.
        self._results_dir = results_dir
        self.folder = results_dir.folder
        read_sealed(results_dir.folder)
        file = results_dir.folder / f"{self.name}.json"
        self.found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))

    @classmethod
    def carried_out(
        cls,
        config: str | Path,
        changes: Changes | None,
        folder: str | Path | None,
        progress: bool,
    ) -> Self:
        """Carry out the study as its command does, and read its results.

        Args:
            config: the study's config in TOML.
            changes: values that replace the config's, by dotted key.
            folder: folder for the results, which then stay.
            progress: whether to print what is being done.

        Raises:
            Exception: as the study's function states.
        """
        # JAX is slow to load, and importing the interface needs none of it.
        from dtaojax.studies.shared.study import find_study

        study, results_dir = find_study(cls.name), ResultsDir(folder)
        with noting():
            inputs = study.read(Path(config), as_overrides(changes))
            study.carry_out(inputs, results_dir.folder, progress_printer(progress))
        return cls(results_dir)

    @property
    def report(self) -> Path:
        """The page: one HTML file that needs no network."""
        return self.folder / "report.html"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.found['title']!r}, {self.folder}>"
