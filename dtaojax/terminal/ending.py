"""How a command ends: whatever stops it becomes one message and an exit code."""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Final, NamedTuple, NoReturn, TextIO

import typer
from typer.core import TyperGroup

from dtaojax.files.text import printable
from dtaojax.terminal.console import err

REFUSED: Final = 2
"""What was asked for cannot be done; the message says why and what to change."""

FAULT: Final = 70
"""A fault of this program (EX_SOFTWARE of sysexits.h)."""

_BY_SIGNAL: Final = 128
"""A shell adds the signal's number to this."""

_DEBUG: Final = "DTAOJAX_DEBUG"
_PACKAGE: Final = Path(__file__).parents[1]
_SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


class Stopped(BaseException):
    """A signal asked the command to end; no handler of exceptions is to mistake it for an error."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(number)


class LostOutput(BaseException):
    """Standard output or the error stream cannot be written.

    Not an OSError, which libraries on the way would take for their own.

    Attributes:
        is_answer: True for standard output.
        reason: Error of the system.
    """

    def __init__(self, is_answer: bool, reason: OSError) -> None:
        self.is_answer, self.reason = is_answer, reason
        super().__init__(is_answer, reason)


class _Guarded:
    """A stream that raises LostOutput where it cannot be written, and is otherwise as it was."""

    def __init__(self, stream: TextIO, is_answer: bool) -> None:
        self._stream, self._is_answer = stream, is_answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with self._telling_loss():
            return self._stream.write(text)

    def flush(self) -> None:
        with self._telling_loss():
            self._stream.flush()

    @contextmanager
    def _telling_loss(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            # It leads nowhere from here on, or Python would try again at its end and tell of it.
            with suppress(OSError, ValueError, AttributeError):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, self._stream.fileno())
                os.close(nowhere)
            raise LostOutput(self._is_answer, error) from error


class Ending(NamedTuple):
    """How a command ended.

    Attributes:
        code: Exit code.
        message: Message for the user; empty where there is nobody to tell.
    """

    code: int
    message: str = ""


def wants_debug(words: list[str]) -> tuple[list[str], bool]:
    """Split ``--debug``, which may stand anywhere, from the other words of a command line.

    Returns:
        The words without it, and whether it was there or ``DTAOJAX_DEBUG`` is set to anything but
        0.
    """
    options = words[: words.index("--")] if "--" in words else words
    others = [word for word in options if word != "--debug"] + words[len(options) :]
    asked = len(others) < len(words)
    return others, asked or os.environ.get(_DEBUG, "0") not in ("", "0")


def carry_out(command: Callable[[], None], debug: bool) -> NoReturn:
    """Run a command, tell in one message what stopped it, if anything, and leave the process.

    Args:
        command: Function to run; may leave by SystemExit itself.
        debug: Whether to show the traceback of what stopped it too.

    Raises:
        SystemExit: Always. Exit codes are 2 where something asked for cannot be done, 70 for a
            fault of this program, and 128 and the number of a signal that ended it.
    """
    # The message itself may meet a closed stream, so the streams are guarded until it is out.
    with _guarded_streams():
        ending = _ended(command, debug)
        if ending.message:
            with suppress(LostOutput):
                err().print(ending.message, style="red", markup=False, soft_wrap=True)
    sys.exit(ending.code)


def _ended(command: Callable[[], None], debug: bool) -> Ending:
    code = 0
    try:
        with _stopped_by_signals():
            try:
                command()
            except SystemExit as left:
                code = left.code if isinstance(left.code, int) else int(left.code is not None)
            for stream in (sys.stdout, sys.stderr):
                if stream is not None:
                    stream.flush()
    except BaseException as error:
        if debug:
            with suppress(LostOutput):
                traceback.print_exc()
        return _meaning(error)
    return Ending(code)


@contextmanager
def _guarded_streams() -> Iterator[None]:
    before = sys.stdout, sys.stderr
    for name, stream in zip(("stdout", "stderr"), before, strict=True):
        if stream is not None:
            setattr(sys, name, _Guarded(stream, is_answer=name == "stdout"))
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Let signals end the body by an exception, so that what it holds is closed.

    A second signal ends the process at once. Those that a caller ignores, as ``nohup`` does, stay
    ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    handled = [number for number, was in before.items() if was != signal.SIG_IGN]

    def stop(number: int, frame: FrameType | None) -> NoReturn:
        for other in handled:
            signal.signal(other, signal.SIG_DFL)
        raise Stopped(number)

    for number in handled:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in handled:
            signal.signal(number, before[number])


def _meaning(error: BaseException) -> Ending:
    """Explain what ended a command, in words for its user."""
    if isinstance(error, Stopped | KeyboardInterrupt):
        number = error.number if isinstance(error, Stopped) else signal.SIGINT
        name = signal.Signals(number).name
        text = "a run keeps what is finished, and the same command goes on from there"
        return Ending(_BY_SIGNAL + number, f"stopped by {name}; {text}")
    if isinstance(error, LostOutput):
        return _of_lost_output(error)
    if isinstance(error, _refusals()):
        return Ending(REFUSED, str(error))
    # XLA tells of exhausted memory by this word, in an error of its own.
    if isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in str(error):
        return Ending(REFUSED, _exhausted(error))
    if isinstance(error, OSError):
        reason = error.strerror or str(error) or type(error).__name__
        place = f"{os.fsdecode(error.filename)}: " if _is_path(error.filename) else ""
        return Ending(REFUSED, f"{place}{reason}")
    if _while_loading(error, "jax", "jaxlib"):
        text = "check the environment variables that begin with JAX_, and how it is installed"
        return Ending(REFUSED, f"JAX cannot be loaded: {_in_a_line(error)}; {text}")
    return Ending(FAULT, _fault(error))


def _refusals() -> tuple[type[BaseException], ...]:
    """Return the errors whose message is written for a user, of modules that are loaded.

    What cannot be imported is told as well, so nothing is imported here.
    """
    rooms = {
        "dtaojax.schema.errors": "ConfigError",
        "dtaojax.history.rows": "HistoryError",
        "dtaojax.network.table": "NetworkError",
        "dtaojax.results.contract": "ResultsError",
    }
    return tuple(
        getattr(sys.modules[room], name)
        for room, name in rooms.items()
        if hasattr(sys.modules.get(room), name)
    )


def _exhausted(error: BaseException) -> str:
    said = _in_a_line(error)
    reason = f" ({said})" if said != type(error).__name__ else ""
    return (
        f"memory is exhausted{reason}: lower run.block_paths, the paths that are computed at once, "
        "or --workers; of a large network report fewer run.report_days or one report.audience; or "
        "end other programs. A run keeps what is finished, and the same command goes on from there"
    )


def _fault(error: BaseException) -> str:
    """Describe an unforeseen error, with the innermost place of this program that it passed."""
    places = [
        f"{Path(frame.filename).relative_to(_PACKAGE.parent)}, line {frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(_PACKAGE)
    ]
    place = f" ({places[-1]})" if places else ""
    return (
        f"unexpected {_in_a_line(error)}{place}: this is a fault of dtaojax; please report it with "
        "what the same command says with --debug, the files that it reads, and what "
        "`dtaojax doctor` says"
    )


def _in_a_line(error: BaseException) -> str:
    """Return the kind of an error and the first line of its message, cut where it is long."""
    said = next((line for line in str(error).splitlines() if line.strip()), "")[:300]
    name = type(error).__name__
    return f"{name}: {said}" if said else name


def _while_loading(error: BaseException, *packages: str) -> bool:
    """Return whether an error arose while one of the packages was being imported."""
    link: TracebackType | None = error.__traceback__
    while link is not None:
        frame = link.tb_frame
        module = str(frame.f_globals.get("__name__", ""))
        if frame.f_code.co_name == "<module>" and module.partition(".")[0] in packages:
            return True
        link = link.tb_next
    return False


def _is_path(name: Any) -> bool:
    return isinstance(name, str | bytes) and bool(name)


def _of_lost_output(lost: LostOutput) -> Ending:
    """Return the ending of a command whose output is lost; silent where nobody reads on."""
    if lost.reason.errno == errno.EPIPE:
        return Ending(_BY_SIGNAL + signal.SIGPIPE)
    stream = "standard output" if lost.is_answer else "the error stream"
    text = f"{stream} cannot be written ({lost.reason.strerror or lost.reason})"
    return Ending(REFUSED, f"{text}; make room, or send it elsewhere")


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
