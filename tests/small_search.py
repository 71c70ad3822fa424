"""Twelve real subnets over two days, for the commands that search: quick to compile and to run."""

from pathlib import Path

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


def commanded(*words: str) -> str:
    """What a command prints that must end well."""
    done = CliRunner().invoke(app, list(words), env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    return done.output
