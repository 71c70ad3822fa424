"""Where a command writes: answers to stdout, everything else to stderr."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import (
    Console,
    ConsoleOptions,
    ConsoleRenderable,
    RenderHook,
    RenderResult,
    RichCast,
)
from rich.measure import Measurement
from rich.segment import Segment

from dtaojax.files.text import printable

if TYPE_CHECKING:
    from dtaojax.history.quotes import Notice


class _Visible:
    """What is printed, with every character visible that would steer a terminal."""

    def __init__(self, content: ConsoleRenderable | RichCast) -> None:
        self._content = content

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for segment in console.render(self._content, options):
            text, style, control = segment
            lines = text.split("\n") if control is None else ()
            yield Segment("\n".join(map(printable, lines)), style) if lines else segment

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement.get(console, options, self._content)


class _Show(RenderHook):
    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [_Visible(each) for each in renderables]


def out() -> Console:
    """Return the terminal for what a command answers."""
    return _console(stderr=False)


def err() -> Console:
    """Return the terminal for everything else, so that answers can be piped."""
    return _console(stderr=True)


def _console(stderr: bool) -> Console:
    console = Console(stderr=stderr, highlight=False, emoji=False)
    console.push_render_hook(_Show())
    return console


def answer(line: object) -> None:
    """Print a line of a command's answer, for example a path, with nothing hidden in it."""
    typer.echo(printable(str(line)))


def error_words(standard_error: float | None) -> str:
    """Return a standard error for a table; in words where it is not known, or is nothing.

    Figures of later days have none where all paths around a quantile share its value.
    """
    if standard_error is None or math.isnan(standard_error):
        return "not known"
    return f"{standard_error:.2g}" if standard_error > 0.0 else "none, paths alike"


@contextmanager
def progress(doing: str, total: int, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Show a progress bar on a terminal, nothing elsewhere; yields what takes how much is done."""
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
    # It leaves nothing behind: the answer stands alone on the screen.
    with Progress(*columns, console=show, transient=True) as bar:
        task = bar.add_task(doing, total=total)
        yield lambda done: bar.update(task, completed=done)


def say_trust(found: Mapping[str, Any]) -> None:
    """Say what was back-tested of a result, before its numbers.

    Args:
        found: ``summary.json``, or the JSON of a study.
    """
    say_trust_of_each([""], [found])


def say_trust_of_each(labels: Sequence[str], found: Sequence[Mapping[str, Any]]) -> None:
    """Say what was back-tested of several results, the same once and for which of them.

    Args:
        labels: Labels of the results.
        found: ``summary.json`` of each.
    """
    from dtaojax.report.trust import trust_of_each

    show = err()
    for badge in trust_of_each(labels, found):
        if badge.runs:
            show.print(f"{badge.runs}:", markup=False, soft_wrap=True)
        for line in badge.lines:
            show.print(line, markup=False, soft_wrap=True)


def tell_notices(notices: Sequence[Notice], quiet: bool) -> None:
    """Say what was left out, doubted, split or filled in a history, a line a kind."""
    if quiet:
        return
    show = err()
    for notice in notices:
        show.print(f"note: {notice.text}", style="yellow", markup=False, soft_wrap=True)


def tell_search(config: Path, quiet: bool, search: Callable[[Callable[[str], None]], Path]) -> None:
    """Run a search that says a line now and again, and print where its report is.

    Args:
        config: Config that it was read from, to name it in a refusal.
        quiet: Whether to print only the report's path.
        search: Function that takes where to print its lines, and returns the report's path.

    Raises:
        Exit: The search could not be done, after saying why.
    """
    from dtaojax.gradients.errors import TuneError

    show = err()
    say = (lambda line: None) if quiet else (lambda line: show.print(line, markup=False))
    try:
        report = search(say)
    except TuneError as error:
        show.print(f"{config}: {error}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(2) from None
    answer(report if quiet else f"report: {report}")
