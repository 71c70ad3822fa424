"""What the command line says of words that it does not know, without sending what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import typer
from typer.core import TyperGroup

from dtaojax.files.printable import printable

_UNKNOWN: Final[type[Exception]] = next(
    kind
    for kind in typer.BadParameter.__mro__
    if issubclass(kind, Exception) and kind.__name__ == "ClickException"
)
"""What is wrong with a command line. Typer takes it from click or, in later versions, from a copy
of its own."""


class Verbs(TyperGroup):
    """A group of commands that shows the words of a refused command line, and sends nothing."""

    def make_context(self, *words: Any, **extra: Any) -> Any:
        """Read the words before the first verb."""
        with _shown():
            return super().make_context(*words, **extra)

    def invoke(self, ctx: Any) -> Any:
        """Read the verb and what follows it, and carry it out."""
        with _shown():
            return super().invoke(ctx)


@contextmanager
def _shown() -> Iterator[None]:
    try:
        yield
    except _UNKNOWN as error:
        said = getattr(error, "message", None)
        if said:
            error.message = printable(said)  # pyright: ignore[reportAttributeAccessIssue]
        raise
