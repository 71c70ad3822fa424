"""Outputs that would replace an input or one another, and what a terminal is sent."""

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.table import Table
from small_search import BASE, search_file

from dtaojax.files.reading import noting
from dtaojax.history import HistoryError
from dtaojax.network import NetworkError, load_network
from dtaojax.network.write import write_network
from dtaojax.results.contract import ResultsError
from dtaojax.schema.errors import ConfigError, Problem
from dtaojax.studies.compare.inputs import plan_comparison
from dtaojax.studies.shared.outputs import refuse_overwriting
from dtaojax.studies.snapshot.diff import FILES
from dtaojax.terminal.console import answer, err, out

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


SEARCH = """
config = "base.toml"
[[parameter]]
key = "mechanism.gate.exponent"
low = 1.0
high = 8.0
[minimise]
emission_hhi = 1.0
"""
ATTACK = """
config = "base.toml"
[attack]
target = "own_share"
own = 4
owner = true
netuids = [4]
budgets = [100.0]
days = 2
"""
STUDY = """
config = "base.toml"
[[parameter]]
key = "mechanism.gate.exponent"
low = 1.0
high = 8.0
"""
EXPERIMENT = """
id = "A99"
title = "A steeper gate"
statement = "A steeper gate concentrates emission."
simulated = "Six subnets."
hangs_on = "Nothing."
[base]
arrivals.rate = 0.0
network = { synthetic = { subnets = 6 } }
run = { paths = 8, horizon_days = 2.0, report_days = [2.0] }
[[arm]]
name = "live"
[[claim]]
text = "Pools hold this much"
measure = "network_figure"
with = { name = "total_tao_in" }
day = 2.0
arm = "live"
above = 0.0
[figure]
kind = "over_days"
measure = "network_figure"
with = { name = "emission_hhi" }
title = "HHI"
caption = "It is larger."
"""
ROLLED = """
[history]
file = "panel.csv"
[origins]
first = 2025-05-15
last = 2025-05-20
[forecast]
horizons = [1, 3]
paths = 200
forecasters = ["random_walk"]
"""
WHOLE = """
run = "base.toml"
rival = ["mechanism.gate.exponent=4.0"]
[[outcomes]]
file = "later.csv"
"""
LEAVES = {
    "tune": (SEARCH, ["report.html", "tune.json", "tuned.toml", "iterates.csv"]),
    "stress": (ATTACK, ["report.html", "stress.json", "outcomes.csv", "plans.csv"]),
    "sensitivity": (
        STUDY,
        ["report.html", "sensitivity.json", "local.csv", "swings.csv", "sobol.csv"],
    ),
    "article": (EXPERIMENT, ["report.html", "article.json", "claims.csv"]),
    "backtest": (ROLLED, ["report.html", "summary.json", "coverage.parquet"]),
    "backtest of a run": (WHOLE, ["report.html", "summary.json", "subnets.parquet"]),
    "run": (BASE, ["report.html", "summary.json", "paths.parquet"]),
    "sweep": (BASE, ["sweep.csv", "sweep.parquet"]),
    "compare": (BASE, ["report.html", "compare.json", "differences.csv"]),
}
"""A small config for each command, and files that it leaves beside its manifest."""
GRID = ("--grid", "mechanism=gate_rank_2026,gate_mass_2026")


@pytest.fixture
def inputs_of(tmp_path: Path) -> Callable[[str], str]:
    """Writes a config for a command, with all it names, and returns its text."""

    def inputs_of(command: str) -> str:
        search_file(tmp_path, "")
        (tmp_path / "search.toml").unlink()
        (tmp_path / "panel.csv").write_text(HISTORY)
        start = load_network(tmp_path / "small.csv")
        later = dataclasses.replace(start, name="later", block=start.block + 2 * 7200)
        write_network(later, tmp_path / "later.csv")
        return LEAVES[command][0]

    return inputs_of


@pytest.mark.parametrize("command", LEAVES)
def test_no_command_replaces_what_it_reads(
    dtaojax: Callable,
    contents: Callable,
    inputs_of: Callable,
    tmp_path: Path,
    command: str,
) -> None:
    text, verb = inputs_of(command), command.split()[0]
    more = GRID if verb in ("sweep", "compare") else ()
    for name in [*LEAVES[command][1], "manifest.json", "unfinished/config.toml"]:
        config = tmp_path / "out" / name
        config.parent.mkdir(parents=True, exist_ok=True)
        # What the config names is looked for beside it.
        for beside in tmp_path.glob("*.*"):
            (config.parent / beside.name).write_bytes(beside.read_bytes())
        config.write_text(text)
        before = contents()
        code, said = dtaojax(verb, config, *more, "--out", "out")
        assert (code, contents()) == (2, before), (name, said)
        assert "which is read and would be lost; nothing was written" in said, name
        shutil.rmtree(tmp_path / "out")


@pytest.mark.parametrize("command", LEAVES)
def test_no_command_writes_two_files_into_one(
    dtaojax: Callable,
    contents: Callable,
    inputs_of: Callable,
    tmp_path: Path,
    command: str,
) -> None:
    (tmp_path / "config.toml").write_text(inputs_of(command))
    verb, names = command.split()[0], LEAVES[command][1]
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / names[0]).write_text("an earlier page")
    (tmp_path / "out" / names[1]).hardlink_to(tmp_path / "out" / names[0])
    before = contents()
    more = GRID if verb in ("sweep", "compare") else ()
    code, said = dtaojax(verb, "config.toml", *more, "--out", "out")
    assert (code, contents()) == (2, before), said
    assert "which is written too and would be lost; nothing was written" in said


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
        plan_comparison([tmp_path / "a", tmp_path / "b"], [], [], tmp_path / "a")


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


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ((f"--{HOSTILE}",), "No such option"),
        (("run", f"--{HOSTILE}"), "No such option"),
        (("run", "--path\x1b"), "--path\\x1b"),
        (("run", f"--{HOSTILE}=1"), "No such option"),
        (("run", "--\x1b]0;[red]"), "\\x1b]0;[red]"),
        (("run", f"-{HOSTILE}"), "No such option"),
        (("run", "c.toml", HOSTILE), "unexpected extra argument"),
        (("run", "c.toml", "--paths", HOSTILE), "Invalid value for '--paths'"),
        (("run", "c.toml", "--executor", HOSTILE), "Invalid value for '--executor'"),
        (("run", f"--quiet={HOSTILE}"), "does not take a value"),
        (("snapshot", f"--{HOSTILE}"), "No such option"),
        (("snapshot", "diff", "a", "b", HOSTILE), "unexpected extra argument"),
    ],
)
def test_refused_words_of_a_command_line_are_shown_and_not_sent(
    dtaojax: Callable, words: tuple[str, ...], shown: str
) -> None:
    code, said = dtaojax(*words)
    assert code == 2
    assert shown in said
    assert is_harmless(said)
    if words[-1] in (HOSTILE, f"--{HOSTILE}") and "Invalid" not in shown:
        assert "a\\x1b[31m\\u202eb\\x9b\\x07\\x09c" in said
