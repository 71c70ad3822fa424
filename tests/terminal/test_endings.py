"""How commands end: one message and an exit code. In Python nothing is caught."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from places import ROOT

import dtaojax
from dtaojax import cli
from dtaojax.schema.errors import ConfigError, Problem
from dtaojax.terminal.ending import carry_out, wants_debug

ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "XLA_FLAGS": ""}
COMMAND = (sys.executable, "-m", "dtaojax")


def ending(
    command: Callable[[], None], capsys: pytest.CaptureFixture[str], *, debug: bool = False
) -> tuple[int, str]:
    """The exit code and what was said on the error stream."""
    with pytest.raises(SystemExit) as left:
        carry_out(command, debug)
    said = capsys.readouterr()
    assert said.out == ""
    return left.value.code, said.err


def raising(error: BaseException) -> Callable[[], None]:
    def command() -> None:
        raise error

    return command


# --- what stops a command ------------------------------------------------------------------------


def test_unexpected_error_is_one_message_with_its_place_and_how_to_report_it(capsys) -> None:
    code, said = ending(raising(KeyError("netuid")), capsys)
    assert code == 70
    assert len(said.splitlines()) == 1
    for words in ("unexpected KeyError: 'netuid'", "--debug", "please report it"):
        assert words in said


def test_traceback_is_shown_only_with_debug(capsys) -> None:
    assert "Traceback" not in ending(raising(KeyError("netuid")), capsys)[1]
    code, said = ending(raising(KeyError("netuid")), capsys, debug=True)
    assert code == 70
    assert said.startswith("Traceback (most recent call last)")
    assert "please report it" in said.splitlines()[-1]


@pytest.mark.parametrize("variable", [None, "", "0", "1"])
def test_debug_is_asked_for_anywhere_or_by_the_environment(variable, monkeypatch) -> None:
    monkeypatch.delenv("DTAOJAX_DEBUG", raising=False)
    if variable is not None:
        monkeypatch.setenv("DTAOJAX_DEBUG", variable)
    assert wants_debug(["run", "x.toml"]) == (["run", "x.toml"], variable == "1")
    for words in (["--debug", "run", "x.toml"], ["run", "x.toml", "--debug"]):
        assert wants_debug(words) == (["run", "x.toml"], True)
    assert wants_debug(["run", "--", "--debug"]) == (["run", "--", "--debug"], variable == "1")


VERBS = {
    command.name or command.callback.__name__: command for command in cli.app.registered_commands
}


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_turns_the_unexpected_into_one_message(verb, monkeypatch, capsys) -> None:
    def broken() -> None:
        raise ZeroDivisionError(verb)

    monkeypatch.setattr(VERBS[verb], "callback", broken)
    monkeypatch.setattr(VERBS[verb], "name", verb)
    monkeypatch.setattr(sys, "argv", ["dtaojax", verb])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 70
    said = capsys.readouterr().err
    assert said.startswith(f"unexpected ZeroDivisionError: {verb}")
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        MemoryError("Unable to allocate 3.2 TiB for an array"),
        RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 9 bytes.\nsecond line"),
    ],
)
def test_exhausted_memory_names_what_to_lower(error, capsys) -> None:
    code, said = ending(raising(error), capsys)
    assert code == 2
    assert said.startswith("memory is exhausted")
    assert "lower run.block_paths" in said
    assert len(said.splitlines()) == 1


def test_refusal_keeps_its_words_and_code(capsys) -> None:
    refused = ConfigError("a.toml", [Problem("run.paths", "is 0; must be at least 1")])
    assert ending(raising(refused), capsys) == (2, "a.toml: run.paths: is 0; must be at least 1\n")


def test_error_of_the_system_names_the_file(capsys) -> None:
    full = OSError(errno.ENOSPC, "No space left on device", "/data/out.csv")
    assert ending(raising(full), capsys) == (2, "/data/out.csv: No space left on device\n")
    assert ending(raising(OSError(errno.EIO, "I/O error")), capsys) == (2, "I/O error\n")


def test_code_that_a_command_leaves_with_is_kept(capsys) -> None:
    assert ending(raising(SystemExit(1)), capsys) == (1, "")
    assert ending(raising(SystemExit(None)), capsys) == (0, "")
    assert ending(lambda: None, capsys) == (0, "")


def test_streams_and_signals_are_as_before(capsys) -> None:
    before = sys.stdout, sys.stderr, signal.getsignal(signal.SIGTERM)
    ending(raising(KeyError()), capsys)
    assert before == (sys.stdout, sys.stderr, signal.getsignal(signal.SIGTERM))


def test_nothing_is_caught_for_those_who_compute_in_python(monkeypatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("netuid")

    monkeypatch.setattr("dtaojax.execution.runtime.configure", broken)
    with pytest.raises(KeyError, match="netuid"):
        dtaojax.simulate(changes={"run.paths": 4}, progress=False)


# --- signals -------------------------------------------------------------------------------------

SLEEPER = (
    "import signal, time\n"
    # Where the tests were started in the background, signals may be ignored from the first.
    "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    "signal.signal(signal.SIGHUP, signal.SIG_DFL)\n"
    "from dtaojax.terminal.ending import carry_out\n"
    "def command():\n"
    "    print('ready', flush=True)\n"
    "    time.sleep(60)\n"
    "carry_out(command, False)\n"
)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_is_one_message_and_128_and_its_number(number: signal.Signals) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", SLEEPER],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == "ready\n"
        child.send_signal(number)
        _, said = child.communicate(timeout=30)
    finally:
        child.kill()
    assert child.returncode == 128 + number
    assert said.startswith(f"stopped by {number.name}; a run keeps what is finished")
    assert len(said.splitlines()) == 1


# --- streams that cannot be written --------------------------------------------------------------


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("words", ["presets", "presets launch_2025", "--help", "--version"])
def test_full_standard_output_is_one_message(words: str) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*COMMAND, *words.split()],
            env=ENVIRONMENT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == (
        "standard output cannot be written (No space left on device); make room, or send it "
        "elsewhere\n"
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_full_error_stream_keeps_the_code() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*COMMAND, "validate", "nothing.toml"], env=ENVIRONMENT, stderr=full, check=False
        )
    assert done.returncode == 2


@pytest.mark.parametrize("words", ["presets", "presets launch_2025", "--help"])
def test_closed_pipe_ends_silently_as_other_tools_do(words: str) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [*COMMAND, *words.split()],
        env=ENVIRONMENT,
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, "")


# --- platforms -----------------------------------------------------------------------------------


def under(variables: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *words],
        env=ENVIRONMENT | variables | {"COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("JAX_PLATFORMS", "cuda"),
        pytest.param("JAX_PLATFORMS", "rocm,cpu", marks=pytest.mark.exhaustive),
        pytest.param("JAX_PLATFORMS", "CPU", marks=pytest.mark.exhaustive),
        pytest.param("JAX_PLATFORM_NAME", "gpu", marks=pytest.mark.exhaustive),
    ],
)
def test_platform_that_is_not_there_is_named_with_the_fix(variable: str, value: str) -> None:
    if Path("/dev/nvidia0").exists():
        pytest.skip("this machine has such a device")
    expected = f"{variable}={value}, but only cpu is there; unset it"
    done = under({variable: value}, "doctor")
    assert done.returncode == 1
    assert done.stderr == ""
    rows = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert rows["devices"].strip() == expected
    assert "compilation" in rows
    done = under({variable: value}, "inspect")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"{expected}\n")


def test_variable_that_keeps_jax_from_loading_is_no_fault_of_this_program() -> None:
    done = under({"JAX_ENABLE_X64": "maybe"}, "inspect")
    assert done.returncode == 2
    assert done.stderr.startswith("JAX cannot be loaded: ValueError: invalid truth value 'maybe'")
    assert len(done.stderr.splitlines()) == 1
