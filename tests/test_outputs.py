"""Outputs that would replace an input or one another, and what a terminal is sent."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.table import Table

from dtaojax.commands.terminal import answer, err, out
from dtaojax.config import ConfigError, Problem
from dtaojax.history import HistoryError
from dtaojax.network import NetworkError, load_network
from dtaojax.network.write import write_network
from dtaojax.pipeline.comparands import plan
from dtaojax.pipeline.outputs import refuse_overwriting
from dtaojax.pipeline.snapshot_diff import FILES
from dtaojax.reading import noting
from dtaojax.results import ResultsError

HOSTILE = "a\x1b[31m\u202eb\x9b\x07\tc"


@pytest.fixture
def dtaojax(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., tuple[int, str]]:
    """Calls the command in a folder of its own; returns its exit code and what it said."""
    from dtaojax import cli

    monkeypatch.chdir(tmp_path)

    def call(*words: object) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["dtaojax", *map(str, words)])
        capsys.readouterr()
        code: object = 0
        try:
            cli.main()
        except SystemExit as left:
            code = left.code or 0
        assert isinstance(code, int)
        return code, "".join(capsys.readouterr())

    return call


@pytest.fixture
def contents(tmp_path: Path) -> Callable[[], dict[str, bytes]]:
    def contents() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    return contents


def test_what_was_read_is_not_written_over(tmp_path: Path) -> None:
    network = write_network(load_network("finney_8791253"), tmp_path / "net.csv")
    with noting():
        load_network(tmp_path / "net.csv")
        for file in (tmp_path / "net.csv", network):
            with pytest.raises(ResultsError, match="which is read and would be lost"):
                refuse_overwriting([tmp_path / "report.html", file])
        refuse_overwriting([tmp_path / "other.csv"])
    refuse_overwriting([tmp_path / "net.csv"])


def test_two_outputs_are_two_files(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="which is written too"):
        refuse_overwriting([tmp_path / "d.html", tmp_path / "x" / ".." / "d.html"])


HISTORY = "date,netuid,close\n" + "".join(
    f"2025-05-{day:02},{netuid},{0.01 + 0.001 * ((day * netuid) % 7)}\n"
    for day in range(1, 32)
    for netuid in range(1, 4)
)


@pytest.mark.parametrize(
    "words",
    [
        ("p.csv", "--out", "p.csv"),
        ("p.csv", "--out", "./P.csv"),
        ("p.csv", "--out", "link.csv"),
        ("link.csv", "--out", "p.csv"),
        ("p.csv", "--out", "hard.csv"),
        ("p.csv", "--out", "d.html"),
        ("p.csv", "--out", "d.toml", "--page", "p.csv"),
        ("p.csv", "--out", "d.toml", "--page", "d.toml"),
    ],
)
def test_calibrate_keeps_its_history_and_both_its_outputs(
    dtaojax: Callable, contents: Callable, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "p.csv").write_text(HISTORY)
    (tmp_path / "link.csv").symlink_to(tmp_path / "p.csv")
    (tmp_path / "hard.csv").hardlink_to(tmp_path / "p.csv")
    before = contents()
    code, said = dtaojax("calibrate", *words)
    assert (code, contents()) == (2, before)
    assert "nothing was written" in said


def test_snapshot_keeps_what_it_converts_and_completes(
    dtaojax: Callable, contents: Callable, tmp_path: Path
) -> None:
    table = load_network("finney_8791253")
    write_network(table, tmp_path / "base.csv")
    pools = [
        {
            "netuid": int(netuid),
            "block_number": table.block,
            "name": "",
            "price": None,
            "total_tao": round(table.tao_in[row] * 1e9),
            "alpha_in_pool": round(table.alpha_in[row] * 1e9),
            "alpha_staked": round(table.alpha_out[row] * 1e9),
        }
        for row, netuid in enumerate(table.netuid)
    ]
    for name in ("x.csv", "x.toml"):
        (tmp_path / name).write_text(json.dumps(pools))
    before = contents()
    for source, target in (("x.csv", "x.csv"), ("x.toml", "x.csv"), ("x.csv", "base.csv")):
        code, said = dtaojax(
            "snapshot", "--from-json", source, "--complete-from", "base.csv", "--out", target
        )
        assert (code, contents()) == (2, before), said
        assert "nothing was written" in said


def test_snapshot_diff_keeps_its_networks(
    dtaojax: Callable, contents: Callable, tmp_path: Path
) -> None:
    for name in FILES[:2]:
        write_network(load_network("finney_8791253"), tmp_path / name)
    before = contents()
    code, said = dtaojax("snapshot", "diff", "finney_8791253", "network.csv", "--out", ".")
    assert (code, contents()) == (2, before), said
    assert "nothing was written" in said


CONFIG = "[run]\npaths = 2\nhorizon_days = 1\n"


@pytest.mark.parametrize("verb", ["run", "sweep", "compare"])
def test_a_run_keeps_its_config_under_any_name(
    dtaojax: Callable, contents: Callable, tmp_path: Path, verb: str
) -> None:
    name = {"run": "report.html", "sweep": "sweep.csv", "compare": "compare.json"}[verb]
    (tmp_path / name).write_text(CONFIG)
    before = contents()
    more = [] if verb == "run" else ["--grid", "mechanism=gate_rank_2026,gate_mass_2026"]
    code, said = dtaojax(verb, name, *more, "--out", ".")
    assert (code, contents()) == (2, before), said
    assert "nothing was written" in said


def test_a_run_keeps_its_network_in_the_folder_that_goes(
    dtaojax: Callable, contents: Callable, tmp_path: Path
) -> None:
    write_network(load_network("finney_8791253"), tmp_path / "r" / "unfinished" / "net.csv")
    (tmp_path / "c.toml").write_text(f'network.file = "r/unfinished/net.csv"\n{CONFIG}')
    before = contents()
    code, said = dtaojax("run", "c.toml", "--out", "r")
    assert (code, contents()) == (2, before), said


def test_a_comparison_does_not_replace_the_page_of_a_run_it_compares(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    with pytest.raises(ResultsError):
        plan([tmp_path / "a", tmp_path / "b"], [], [], tmp_path / "a")


# --- what a terminal is sent ---------------------------------------------------------------------


def is_harmless(text: str) -> bool:
    return all(line.isprintable() for line in text.split("\n"))


@pytest.mark.parametrize("terminal", [out, err])
def test_whatever_is_printed_steers_no_terminal(
    capsys: pytest.CaptureFixture[str], terminal: Callable
) -> None:
    console = terminal()
    table = Table(HOSTILE, title=HOSTILE)
    table.add_row(HOSTILE)
    console.print(HOSTILE, markup=False)
    console.print(table)
    said = "".join(capsys.readouterr())
    assert is_harmless(said)
    assert "\\x1b[31m\\u202eb" in said


def test_an_answer_is_one_line_with_nothing_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    answer(f"report: {HOSTILE}\nb")
    assert capsys.readouterr().out == "report: a\\x1b[31m\\u202eb\\x9b\\x07\\tc\\nb\n"


def test_errors_show_what_was_given_and_send_nothing() -> None:
    errors = (
        ConfigError(HOSTILE, [Problem(HOSTILE, HOSTILE)]),
        ConfigError(HOSTILE, [Problem(HOSTILE, HOSTILE), Problem("", HOSTILE)]),
        NetworkError(HOSTILE, [HOSTILE, HOSTILE]),
        HistoryError(HOSTILE, [HOSTILE]),
    )
    for error in errors:
        assert is_harmless(str(error))


@pytest.mark.parametrize(
    "words",
    [
        ("validate", f"{HOSTILE}.toml"),
        ("run", "c.toml", "--set", f"run.{HOSTILE}=1"),
        ("run", "c.toml", "--set", f'network.file="{HOSTILE}.csv"'),
        ("inspect", "--network", HOSTILE),
        (HOSTILE,),
        ("report", HOSTILE),
        ("calibrate", f"{HOSTILE}.csv"),
        ("snapshot", "--from-json", HOSTILE),
        ("init", f"{HOSTILE}"),
        ("presets", HOSTILE),
        ("article", HOSTILE),
        ("validate", "keys.toml"),
        ("validate", "includes.toml"),
    ],
)
def test_no_command_sends_what_it_was_given(
    dtaojax: Callable, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "c.toml").write_text(CONFIG)
    key = json.dumps(HOSTILE)
    (tmp_path / "keys.toml").write_text(f"{key} = 1\n[run]\n{key} = 1\n")
    (tmp_path / "includes.toml").write_text(f"demand = [{{ include = {key} }}]\n")
    _, said = dtaojax(*words)
    assert said
    assert is_harmless(said.replace("\t", " ") if words[0] == "presets" else said)
