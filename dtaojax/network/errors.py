"""The one error that a bad network file raises."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

from dtaojax.files.printable import printable

FEW: Final = 10
"""Problems of one kind that are told; a file of another kind can have hundreds of thousands."""


def first_few(problems: Iterable[str], total: int) -> list[str]:
    """Return the first :data:`FEW` of ``total`` problems, and how many more there are."""
    told = list(islice(problems, FEW))
    return [*told, f"and {total - len(told):,} more"] if total > len(told) else told


class NetworkError(Exception):
    """A network that cannot be used; the message names the file, the row or column, and the fix."""

    def __init__(self, source: str, problems: Sequence[str]) -> None:
        self.source = source
        self.problems = tuple(problems)
        super().__init__(source, self.problems)

    def __str__(self) -> str:
        source, *problems = map(printable, (self.source, *self.problems))
        if len(problems) == 1:
            return f"{source}: {problems[0]}"
        return "\n  ".join([f"{source}: {len(problems)} problems", *problems])
