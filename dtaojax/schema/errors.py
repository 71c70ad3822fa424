"""The one error that a bad config raises."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from dtaojax.files.printable import printable

MOST_PROBLEMS: Final = 50
"""Most problems of a config that are told one by one; nobody reads more."""

_LONGEST_KEY: Final = 200


class Problem(NamedTuple):
    """One thing that is wrong with a config.

    Attributes:
        key: dotted key, for example ``run.report_days``; empty where no key is concerned.
        message: what is wrong with it and the fix.
    """

    key: str
    message: str

    def __str__(self) -> str:
        key = self.key if len(self.key) <= _LONGEST_KEY else f"{self.key[:_LONGEST_KEY]}..."
        return printable(f"{key}: {self.message}" if key else self.message)


class ConfigError(Exception):
    """A config that cannot be used; the message names the file, every bad key and the fix.

    Attributes:
        source: the file, or a word for what stood in its place.
        problems: all that was found, in the order of the keys.
    """

    def __init__(self, source: str, problems: Iterable[Problem]) -> None:
        self.source = source
        self.problems = tuple(problems)
        super().__init__(source, self.problems)

    def __str__(self) -> str:
        source = printable(self.source)
        if len(self.problems) == 1:
            return f"{source}: {self.problems[0]}"
        lines = [f"{source}: {len(self.problems):,} problems"]
        lines += map(str, self.problems[:MOST_PROBLEMS])
        if len(self.problems) > MOST_PROBLEMS:
            lines.append(f"and {len(self.problems) - MOST_PROBLEMS:,} more; mend these first")
        return "\n  ".join(lines)
