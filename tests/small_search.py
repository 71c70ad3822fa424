"""Twelve real subnets over two days, for the commands that search: quick to compile and to run."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import dtaojax.network
from dtaojax.cli import app

BASE = """
network.file = "small.csv"
arrivals.rate = 0.0
[run]
horizon_days = 2
[[demand]]
process = "student_flow"
"""


def search_file(folder: Path, text: str) -> Path:
    """Writes a search's config, beside the run's config ``base.toml`` and its network."""
    embedded = Path(dtaojax.network.__file__).parent / "data" / "finney_8791253.csv"
    head, root, *rows = embedded.read_text().splitlines()
    (folder / "small.csv").write_text("\n".join([head, root, *rows[:12]]))
    (folder / "small.toml").write_text(embedded.with_suffix(".toml").read_text())
    (folder / "base.toml").write_text(BASE)
    file = folder / "search.toml"
    file.write_text(text)
    return file


def command_reads_and_names_its_report(
    patch: pytest.MonkeyPatch,
    words: Sequence[str],
    read: Callable[[Any], Any],
    made: Path,
) -> Any:
    """What a study's command reads of its config, where another function does its work.

    Args:
        patch: puts that function in the place of the work.
        words: the command, without ``--out``.
        read: what is wanted of the inputs that the work would get.
        made: a report that is there already, and whose place the command has to print.
    """
    out = made.parent / "elsewhere"
    asked = []

    def stand_in(study: Any, inputs: Any, folder: Path, say: Callable[[str], None]) -> Path:
        assert study.name == words[0]
        say("half of it is done")
        asked.append((read(inputs), folder))
        return made

    patch.setattr("dtaojax.studies.shared.study.Study.carry_out", stand_in)
    said = commanded(*words, "--out", str(out))
    assert "half of it is done" in said
    assert f"report: {made}" in said
    assert made.stat().st_size > 10_000
    ((found, folder),) = asked
    assert folder == out
    return found


def commanded(*words: str) -> str:
    """What a command prints that must end well."""
    done = CliRunner().invoke(app, list(words), env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    return done.output
