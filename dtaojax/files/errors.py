"""The error of a file that cannot be used, whatever it holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

from dtaojax.files.text import printable

FEW: Final = 10
"""Problems of one kind that are told; a file of another kind can have hundreds of thousands."""


class SourceError(Exception):
    """Data that cannot be used; the message names where they come from, the place and the fix.

    Attributes:
        source: name of the file, or of what else the data were made by.
        problems: everything that is wrong with it, a phrase each with its fix.
    """

    def __init__(self, source: str, problems: Sequence[str]) -> None:
        self.source = source
        self.problems = tuple(problems)
        super().__init__(source, self.problems)

    def __str__(self) -> str:
        source, *problems = map(printable, (self.source, *self.problems))
        if len(problems) == 1:
            return f"{source}: {problems[0]}"
        return "\n  ".join([f"{source}: {len(problems)} problems", *problems])


def first_few(problems: Iterable[str], total: int) -> list[str]:
    """Return the first :data:`FEW` of ``total`` problems, and how many more there are."""
    told = list(islice(problems, FEW))
    return [*told, f"and {total - len(told):,} more"] if total > len(told) else told
