"""Where a command writes: answers to stdout, everything else to stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console


def out() -> Console:
    """The terminal for what a command answers."""
    return Console(highlight=False, emoji=False)


def err() -> Console:
    """The terminal for everything else, so that answers can be piped."""
    return Console(stderr=True, highlight=False, emoji=False)


@contextmanager
def progress(doing: str, total: int, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal, to be told how much is done; nothing anywhere else."""
    show = err()
    if quiet or not show.is_terminal:
        yield lambda done: None
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=show, transient=True) as bar:
        task = bar.add_task(doing, total=total)
        yield lambda done: bar.update(task, completed=done)
