"""Showing how far a computation is: a bar in a notebook or on a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from dtaojax.terminal import console as terminal

_PAUSE_S: Final = 0.2
"""A notebook is written to no more often."""


@contextmanager
def watched(doing: str, total: int, wanted: bool) -> Iterator[Callable[[int], None]]:
    """What is to be told how much of ``total`` is done."""
    if wanted and _in_notebook():
        yield _notebook_bar(doing, total)
        return
    with terminal.progress(doing, total, quiet=not wanted) as show_done:
        yield show_done


def spoken(wanted: bool) -> Callable[[str], None]:
    """What is to be told, in words, what is done now."""
    if not wanted:
        return lambda line: None
    console = terminal.err()
    return lambda line: console.print(line, markup=False)


def _in_notebook() -> bool:
    """Whether this process is the kernel of a notebook."""
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython is not None else None
    return shell is not None and hasattr(shell, "kernel")


def _notebook_bar(doing: str, total: int) -> Callable[[int], None]:
    """An HTML bar, which needs no extension of the notebook."""
    from IPython.display import HTML, display  # pyright: ignore[reportMissingImports]

    def page(done: int) -> Any:
        return HTML(
            f'<progress value="{done}" max="{total}" style="width:20em"></progress> '
            f"{doing}: {done:,} of {total:,}"
        )

    handle = display(page(0), display_id=True)
    shown_at = time.monotonic()

    def show_done(done: int) -> None:
        nonlocal shown_at
        now = time.monotonic()
        if done >= total or now - shown_at >= _PAUSE_S:
            shown_at = now
            handle.update(page(done))

    return show_done
