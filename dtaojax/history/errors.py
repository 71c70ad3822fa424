"""The one error that a bad history raises."""

from __future__ import annotations

from collections.abc import Sequence

from dtaojax.files.printable import printable


class HistoryError(Exception):
    """A history that cannot be used; the message names the file, the rows and the fix."""

    def __init__(self, source: str, problems: Sequence[str]) -> None:
        self.source = source
        self.problems = tuple(problems)
        super().__init__(source, self.problems)

    def __str__(self) -> str:
        source, *problems = map(printable, (self.source, *self.problems))
        if len(problems) == 1:
            return f"{source}: {problems[0]}"
        return "\n  ".join([f"{source}: {len(problems)} problems", *problems])
