"""The one error that a bad network file raises."""

from __future__ import annotations

from collections.abc import Sequence


class NetworkError(Exception):
    """A network that cannot be used; the message names the file, the row or column, and the fix."""

    def __init__(self, source: str, problems: Sequence[str]) -> None:
        self.source = source
        self.problems = tuple(problems)
        super().__init__(source, self.problems)

    def __str__(self) -> str:
        if len(self.problems) == 1:
            return f"{self.source}: {self.problems[0]}"
        return "\n  ".join([f"{self.source}: {len(self.problems)} problems", *self.problems])
