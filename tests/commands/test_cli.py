"""The command line: what it answers, what it refuses, and that it shows names as text."""

import io
import json
import os
import pty
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import jax
import numpy as np
import pytest
from places import ROOT
from report_fixture import make_results
from rich.console import Console
from small_run import (
    CONFIG,
    EMBEDDED,
    HOSTILE,
    NETUIDS,
    PATHS,
    embedded_rows,
    small_rows,
    write_network,
)

from dtaojax import chain, cli
from dtaojax.commands.run import headline_table
from dtaojax.config.load import config_from_dict
from dtaojax.mechanism.presets import PRESETS
from dtaojax.network import NetworkTable, load_network
from dtaojax.results.contract import save
from dtaojax.terminal.console import err, error_words
from dtaojax.version import __version__

RAO = 1e-9
SUBNET_KEYS = [
    "netuid", "name", "price", "moving_price", "pre_gate_share", "rank", "gated_share",
    "tao_emission", "tao_in_emission", "alpha_in_emission", "excess_tao", "root_proportion",
    "alpha_emission",
]  # fmt: skip
ESCAPE = "\x1b"
START = (sys.executable, "-c", "from dtaojax.cli import main; main()")


class Answer(NamedTuple):
    """What a command left: its exit code and what it printed."""

    code: int
    out: str
    err: str


Command = Callable[..., Answer]


@pytest.fixture(scope="session", autouse=True)
def _plain_terminal():
    with pytest.MonkeyPatch.context() as patch:
        for colours in ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "COLUMNS"):
            patch.delenv(colours, raising=False)
        yield


@pytest.fixture
def dtaojax(monkeypatch, capsys) -> Command:
    """The installed command, in this process."""

    def call(*words: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["dtaojax", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main()
        return Answer(int(left.value.code or 0), *capsys.readouterr())

    return call


def in_process_of_its_own(*words: str) -> Answer:
    """The command as a shell starts it, its output in pipes."""
    done = subprocess.run([*START, *words], capture_output=True, text=True, check=False)
    return Answer(done.returncode, done.stdout, done.stderr)


def on_a_terminal(*words: str) -> Answer:
    """The command on a pseudo-terminal, where both streams are one."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm-256color"}
    with subprocess.Popen(
        [*START, *words], stdout=theirs, stderr=theirs, env=environment
    ) as process:
        os.close(theirs)
        said = b""
        try:
            while part := os.read(ours, 65536):
                said += part
        except OSError:
            # Linux says so when the other side of a pseudo-terminal is closed.
            pass
        os.close(ours)
    return Answer(process.returncode, said.decode(), "")


# --- networks and configs ------------------------------------------------------------------------


@pytest.fixture
def hostile(tmp_path) -> Path:
    """A small network whose names want to do harm."""
    return write_network(tmp_path / "small.csv", small_rows())


@pytest.fixture
def small(hostile) -> Path:
    """A config that is soon run, beside its network."""
    config = hostile.with_name("small.config.toml")
    config.write_text(CONFIG)
    return config


# --- help ----------------------------------------------------------------------------------------


def test_help_names_every_command_and_the_way_to_start(dtaojax):
    answer = dtaojax("--help")
    assert answer.code == 0
    for word in (
        "run",
        "inspect",
        "validate",
        "presets",
        "doctor",
        "configs/mainnet.toml",
        "--set",
    ):
        assert word in answer.out
    assert dtaojax("-h").out == answer.out


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("run", ["--set", "--out", "--seed", "--paths", "--quiet", "report.html", "summary.json"]),
        ("inspect", ["--network", "--gate-bar", "--json", "--mechanism"]),
        ("validate", ["--set"]),
        ("presets", []),
        ("doctor", []),
    ],
)
def test_help_of_a_command_tells_its_options(dtaojax, command, words):
    answer = dtaojax(command, "--help")
    assert answer.code == 0
    for word in words:
        assert word in answer.out


def test_version(dtaojax):
    assert dtaojax("--version") == Answer(0, f"dtaojax {__version__}\n", "")


def test_no_command_is_answered_with_help(dtaojax):
    answer = dtaojax()
    assert answer.code == 2
    assert "Usage: dtaojax" in answer.out + answer.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["simulate"], "No such command 'simulate'"),
        (["run", "--pathes", "3"], "No such option: --pathes"),
        (["run"], "Missing argument"),
        (["run", "x.toml", "--paths", "many"], "Invalid value for '--paths'"),
        (["run", "x.toml", "--seed", "1.5"], "Invalid value for '--seed'"),
        (["inspect", "--gate-bar", "2"], "Invalid value for '--gate-bar'"),
        (["inspect", "--gate-bar", "-0.1"], "Invalid value for '--gate-bar'"),
        (["inspect", "--gate-bar", "nan"], "gate"),
    ],
)
def test_misused_command_line_is_refused(dtaojax, words, message):
    answer = dtaojax(*words)
    assert answer.code == 2
    assert answer.out == ""
    assert message in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize(
    "words", [["--help"], ["run", "--help"], ["validate", str(ROOT / "configs" / "mainnet.toml")]]
)
def test_quick_commands_load_none_of_the_slow_packages(words):
    slow = ("jax", "jaxlib", "equinox", "scipy", "pandas", "pyarrow", "matplotlib")
    program = (
        "import sys\n"
        "from dtaojax import cli\n"
        f"sys.argv = ['dtaojax', *{words!r}]\n"
        "try:\n"
        "    cli.main()\n"
        "except SystemExit as left:\n"
        f"    print([left.code or 0, [name for name in {slow!r} if name in sys.modules]])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[0, []]"


# --- validate, presets, doctor -------------------------------------------------------------------


def test_validate_says_what_would_run(dtaojax):
    config = ROOT / "configs" / "mainnet.toml"
    answer = dtaojax("validate", config, "--set", "run.paths=1000")
    assert answer.code == 0
    assert answer.err == ""
    assert answer.out.startswith(f"{config}: valid")
    for word in ("gate_rank_2026", "128 subnets", "8,791,253", "1,000 paths", "1,800 steps"):
        assert word in answer.out
    assert len(answer.out.splitlines()) == 1


def test_presets_lists_every_mechanism(dtaojax):
    answer = dtaojax("presets")
    assert answer.code == 0
    for name in PRESETS:
        assert re.search(rf"^{name}\b", answer.out, re.MULTILINE)


def test_one_preset_is_printed_as_toml_that_makes_the_same_mechanism(dtaojax):
    for name in PRESETS:
        answer = dtaojax("presets", name)
        assert answer.code == 0
        data = tomllib.loads(answer.out)
        made, named = config_from_dict(data), config_from_dict({"mechanism": name})
        assert made.mechanism == named.mechanism


def test_two_presets_are_compared_key_by_key(dtaojax):
    answer = dtaojax("presets", "gate_mass_2026", "gate_rank_2026")
    assert answer.code == 0
    rows = {line.split()[0]: line.split()[1:] for line in answer.out.splitlines()[1:]}
    assert rows["gate.kind"] == ['"hill_mass"', '"hill_rank"']
    assert rows["gate.quantile"] == ["0.75"]
    assert rows["gate.rank"] == ["32"]
    assert rows["root.lag_blocks"] == ["50400"]
    assert not any(key.startswith(("weight_rule", "pool", "fees")) for key in rows)
    answer = dtaojax("presets", "gate_rank_2026", "gate_rank_2026")
    assert answer.out == "gate_rank_2026 and gate_rank_2026 are the same\n"


def test_a_preset_that_does_not_exist_is_refused_with_the_nearest(dtaojax):
    for names in (["gate_rank"], ["launch_2025", "gate_rank"]):
        answer = dtaojax("presets", *names)
        assert answer.code == 2
        assert answer.err.strip() == (
            'presets: gate_rank: no such preset; did you mean "gate_rank_2026"?'
        )
    answer = dtaojax("presets", *["launch_2025"] * 3)
    assert answer.code == 2
    assert "two to compare" in answer.err


def test_doctor_tells_versions_devices_and_precision(dtaojax):
    answer = dtaojax("doctor")
    assert answer.code == 0
    found = dict(line.split(maxsplit=1) for line in answer.out.splitlines()[1:])
    assert found["dtaojax"].strip() == __version__
    assert found["jax"].strip() == jax.__version__
    assert found["device"].startswith(jax.devices()[0].platform)
    assert "float64" in found["precision"]
    assert os.environ["DTAOJAX_CACHE"][:20] in answer.out


def test_doctor_finds_what_is_not_well(dtaojax, monkeypatch, tmp_path):
    (tmp_path / "[file]").write_text("")
    monkeypatch.setenv("DTAOJAX_CACHE", str(tmp_path / "[file]" / "cache"))
    answer = dtaojax("doctor")
    assert answer.code == 1
    # The table wraps the text.
    said = "".join(answer.out.split())
    assert "[file]/cachecannotbemade" in said
    assert "setDTAOJAX_CACHEtoafolder" in said


# --- inspect -------------------------------------------------------------------------------------


class Emission(NamedTuple):
    """What `inspect --json` says, by subnet in the order of their numbers."""

    facts: dict
    columns: dict[str, np.ndarray]

    def __getitem__(self, name: str) -> np.ndarray:
        return self.columns[name]

    @property
    def observed(self) -> np.ndarray:
        """TAO that the chain emitted [TAO per block]."""
        return self["observed_tao_in_emission"] + self["observed_excess_tao"]


@pytest.fixture
def inspected(dtaojax) -> Callable[..., Emission]:
    def inspect(*words: object) -> Emission:
        answer = dtaojax("inspect", "--json", *words)
        assert (answer.code, answer.err) == (0, "")
        facts = json.loads(answer.out)
        subnets = sorted(facts["subnets"], key=lambda subnet: subnet["netuid"])
        names = subnets[0]
        return Emission(facts, {key: np.array([s[key] for s in subnets]) for key in names})

    return inspect


def all_but_54(emission: Emission) -> np.ndarray:
    """SN54 changed its burn between the emission and the reading of the state."""
    return emission["netuid"] != 54


def test_json_has_the_promised_keys(inspected):
    emission = inspected()
    assert list(emission.facts) == ["block", "block_emission", "gate_bar", "subnets"]
    assert emission.facts["block"] == 8_791_254
    assert emission.facts["block_emission"] == 0.5
    assert emission.facts["gate_bar"] == 0.008232527922764766
    assert len(emission.facts["subnets"]) == 128
    for subnet in emission.facts["subnets"]:
        plain = [key for key in subnet if not key.startswith(("observed_", "error_"))]
        assert plain == SUBNET_KEYS
    emissions = [subnet["tao_emission"] for subnet in emission.facts["subnets"]]
    assert emissions == sorted(emissions, reverse=True)


def test_emission_is_the_chains_with_the_recorded_bar(inspected):
    emission = inspected()
    found, observed = emission["tao_emission"], emission.observed
    error = np.abs(found - observed)
    seen = observed >= 1e-5
    others = all_but_54(emission)
    assert seen.sum() == 67
    assert (error <= 1e-4 * observed + RAO)[seen & others].all()
    assert (error <= 6e-3 * observed)[~others].all()
    assert found.sum() == pytest.approx(0.5, abs=1e-12)


def test_parts_of_the_emission_are_the_chains(inspected):
    emission = inspected()
    others = all_but_54(emission)
    # The price of SN2, which is paid 608 rao, moved by 0.3 % after its pool was read.
    compared = {
        "tao_in_emission": others,
        "excess_tao": others,
        "alpha_in_emission": others & (emission["netuid"] != 2),
    }
    for quantity, subnets in compared.items():
        found, observed = emission[quantity], emission[f"observed_{quantity}"]
        within = np.abs(found - observed) <= 3e-4 * observed + 20 * RAO
        assert emission["netuid"][subnets & ~within].tolist() == []
        np.testing.assert_array_equal(emission[f"error_{quantity}"], found - observed)
    np.testing.assert_allclose(
        emission["tao_in_emission"] + emission["excess_tao"], emission["tao_emission"], rtol=1e-12
    )


def test_capped_and_empty_subnets_are_the_chains(inspected):
    emission = inspected()
    capped, nothing = emission["excess_tao"] > 0.0, emission["tao_emission"] < RAO
    assert capped.sum() == 35
    np.testing.assert_array_equal(capped, emission["observed_excess_tao"] > 0.0)
    assert nothing.sum() == 53
    np.testing.assert_array_equal(nothing, emission.observed == 0.0)
    assert nothing[emission["netuid"] == 86].all()


def test_bar_from_the_rank_is_close_to_the_recorded_one(inspected):
    emission = inspected("--gate-bar", "0")
    ranked = np.sort(emission["pre_gate_share"])[::-1]
    assert emission.facts["gate_bar"] == ranked[chain.GATE_RANK - 1]
    observed = emission.observed
    seen = observed >= 1e-5
    error = np.abs(emission["tao_emission"] - observed)[seen] / observed[seen]
    assert error.max() <= 7.1e-3
    assert np.median(error) <= 1.05e-3
    assert emission["tao_emission"].sum() == pytest.approx(0.5, abs=1e-12)


def test_given_bar_is_used(inspected):
    assert inspected("--gate-bar", "0.01").facts["gate_bar"] == 0.01


def one_block_earlier(table: NetworkTable) -> NetworkTable:
    """The price EMA before its last update (§3.3), and SN54's burn at the time of the emission."""
    age = table.block - (table.first_emission_block - 1)
    rate = chain.MOVING_PRICE_RATE * age / (age + chain.MOVING_PRICE_HALVING_BLOCKS)
    spot = np.minimum(table.tao_in / table.alpha_in, chain.MOVING_PRICE_CAP)
    before = np.where(
        table.started, (table.moving_price - rate * spot) / (1.0 - rate), table.moving_price
    )
    burned = np.where(table.netuid == 54, 0.3066665, table.miner_burned)
    return replace(table, moving_price=before, miner_burned=burned)


def test_refined_inputs_give_the_chains_emission_to_two_rao(inspected, tmp_path):
    earlier = one_block_earlier(load_network(EMBEDDED))
    rows = embedded_rows()
    for row in rows[1:]:
        place = earlier.row_of(int(row["netuid"]))
        row["moving_price"] = repr(float(earlier.moving_price[place]))
        row["miner_burned"] = repr(float(earlier.miner_burned[place]))
    network = write_network(tmp_path / "earlier.csv", rows, 8_791_252, earlier.gate_bar)
    emission = inspected("--network", network)
    assert emission.facts["block"] == 8_791_253
    assert np.abs(emission["tao_emission"] - emission.observed).max() <= 2 * RAO


def test_rank_counts_positive_shares_from_one(inspected):
    emission = inspected()
    share, rank = emission["pre_gate_share"], emission["rank"]
    ranked = share > 0.0
    assert [rank[place] for place in np.argsort(-share)[: ranked.sum()]] == list(
        range(1, ranked.sum() + 1)
    )
    assert (rank[~ranked] == None).all()  # noqa: E711


def test_table_is_sorted_and_shows_the_error_beside(dtaojax):
    answer = dtaojax("inspect")
    assert (answer.code, answer.err) == (0, "")
    facts, heads, *lines = answer.out.splitlines()
    assert facts.startswith("block 8,791,254")
    assert "0.008233" in facts
    assert heads.split()[0] == "netuid"
    assert heads.rstrip().endswith("error TAO")
    assert len(lines) == 128
    assert all(re.search(r"[+-]\d\.\de[+-]\d\d\s*$", line) for line in lines)
    emissions = [float(line.split()[-6]) for line in lines]
    assert emissions == sorted(emissions, reverse=True)
    assert ESCAPE not in answer.out


def test_network_without_observations_has_no_error_column(dtaojax, tmp_path):
    rows = [
        {key: value for key, value in row.items() if not key.startswith("observed_")}
        for row in small_rows()
    ]
    network = write_network(tmp_path / "plain.csv", rows)
    assert "error" not in dtaojax("inspect", "--network", network).out
    answer = dtaojax("inspect", "--json", "--network", network)
    assert list(json.loads(answer.out)["subnets"][0]) == SUBNET_KEYS


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--network", "finney_879125"], 'did you mean "finney_8791253"?'),
        (["--network", "nowhere.csv"], "nowhere.csv: there is no such file"),
        (["--network", "notes.txt"], "notes.txt: must be a .csv or .parquet file"),
        (["--mechanism", "gate_rank_2025"], "gate_rank_2026"),
    ],
)
def test_inspect_refuses_what_it_cannot_use(dtaojax, words, message):
    answer = dtaojax("inspect", *words)
    assert (answer.code, answer.out) == (2, "")
    assert message in answer.err
    assert len(answer.err.splitlines()) == 1


# --- names are text ------------------------------------------------------------------------------


def test_hostile_names_are_text_in_the_table(dtaojax, hostile):
    answer = dtaojax("inspect", "--network", hostile)
    assert answer.code == 0
    assert len(answer.out.splitlines()) == 2 + len(NETUIDS) - 1
    for shown in (
        '<script>alert("x")</s',
        r"\x1b[31ma\x07\x9b1m ",
        r"\u202e\u2066evil ",
        "[red]x[/red] ",
        ":skull: [link=http://x",
        r"\[/y] two\nlines" + "\\ ",
    ):
        assert shown in answer.out
    assert all(char.isprintable() or char == "\n" for char in answer.out)


def test_hostile_names_are_whole_in_json_and_harmless_on_a_terminal(dtaojax, hostile):
    answer = dtaojax("inspect", "--json", "--network", hostile)
    assert answer.out.rstrip("\n").isascii()
    assert answer.out.rstrip("\n").isprintable()
    names = {subnet["netuid"]: subnet["name"] for subnet in json.loads(answer.out)["subnets"]}
    assert {netuid: names[netuid] for netuid in HOSTILE} == HOSTILE


def test_name_that_the_terminal_cannot_encode_is_escaped(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["dtaojax", "inspect"])
    shown = io.TextIOWrapper(io.BytesIO(), encoding="ascii", write_through=True)
    monkeypatch.setattr(sys, "stdout", shown)
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert not left.value.code
    assert rb"ho\u03c4floa\u03c4" in shown.buffer.getvalue()


# --- bad input -----------------------------------------------------------------------------------

BAD_CONFIGS = {
    "misspelt key": ("block_paths", "blok_paths", ["run.blok_paths", 'did you mean "block_paths"']),
    "misspelt table": ("[run]", "[rnu]", ["rnu", 'did you mean "run"']),
    "wrong type": ("\npaths = 16", '\npaths = "four"', ["run.paths", "must be an integer"]),
    "out of range": ("root_tao = 100", "root_tao = -100", ["portfolio.root_tao", "at least 0"]),
    "zero paths": ("\npaths = 16", "\npaths = 0", ["run.paths: is 0; must be at least 1"]),
    "unknown subnet": ("4 = 1000.0", "77 = 10.0", ["portfolio.alpha.77", "remove the position"]),
    "more than there is": ("4 = 1000.0", "4 = 9e6", ["portfolio.alpha.4", "give at most that"]),
    "no such network": ("small.csv", "other.csv", ["other.csv: there is no such file"]),
    "no toml": ("[run]", "[run", ["is not valid TOML", "line"]),
    "hidden characters": ("block_paths = 8", 'precision = "\\u001b[31m"', [r"'\x1b[31m'"]),
}


@pytest.mark.parametrize("name", BAD_CONFIGS)
@pytest.mark.parametrize("command", ["run", "validate"])
def test_bad_config_is_one_message_and_leaves_no_report(dtaojax, small, command, name):
    before, after, words = BAD_CONFIGS[name]
    assert CONFIG.count(before) == 1
    small.write_text(CONFIG.replace(before, after))
    target = small.parent / "out"
    answer = dtaojax(command, small, *(["--out", target] if command == "run" else []))
    assert_refused(answer, [str(small.parent), *words])
    assert not target.exists()


def assert_refused(answer: Answer, words: Sequence[str]) -> None:
    assert answer.code == 2
    assert answer.out == ""
    assert "Traceback" not in answer.err
    assert len(answer.err.splitlines()) == 1
    for word in words:
        assert word in answer.err
    assert all(char.isprintable() or char == "\n" for char in answer.err)


BAD_CELLS = {
    "NaN": ({"tao_in": "nan"}, ["line 4 (netuid 3): tao_in is nan", "must be a finite number"]),
    "infinite": ({"alpha_in": "inf"}, ["alpha_in is inf", "must be a finite number"]),
    "negative": ({"tao_in": "-5"}, ["tao_in is -5", "must be at least 0"]),
    "rao": ({"tao_in": "25836395000000"}, ["tao_in is 25836395000000", "looks like rao"]),
    "duplicate": ({"netuid": "4"}, ["line 5: netuid 4 stands already in line 4", "keep one"]),
    "empty": ({"alpha_out": ""}, ["alpha_out is empty", "write a number"]),
    "text": ({"alpha_out": "\x1b[31mmany"}, [r"alpha_out is '\x1b[31mmany'", "must be a number"]),
}


@pytest.mark.parametrize("name", BAD_CELLS)
def test_bad_network_is_one_message_with_file_row_and_fix(dtaojax, small, name):
    cells, words = BAD_CELLS[name]
    rows = small_rows()
    rows[2] |= cells
    network = write_network(small.parent / "small.csv", rows)
    target = small.parent / "out"
    answer = dtaojax("run", small, "--out", target)
    assert_refused(answer, [f"{network}: line ", *words])
    assert not target.exists()


def test_missing_column_is_named(dtaojax, small):
    rows = [{k: v for k, v in row.items() if k != "alpha_out"} for row in small_rows()]
    write_network(small.parent / "small.csv", rows)
    answer = dtaojax("run", small, "--out", small.parent / "out")
    assert_refused(answer, ["small.csv: there is no column 'alpha_out'", "add it"])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--paths", "0"], "run.paths: is 0; must be at least 1"),
        (["--seed", "-1"], "run.seed: is -1; must be at least 0"),
        (["--set", "run.pathes=3"], '--set run.pathes: unknown key; did you mean "paths"?'),
        (["--set", "run.paths"], 'has no "="; write --set key=value'),
        (["--out", "small.config.toml/out"], "cannot be written"),
    ],
)
def test_bad_option_is_refused(dtaojax, small, monkeypatch, words, message):
    monkeypatch.chdir(small.parent)
    answer = dtaojax("run", small.name, *words)
    assert_refused(answer, [message])
    assert not (small.parent / "runs").exists()


def test_missing_config_is_refused(dtaojax, tmp_path):
    answer = dtaojax("run", tmp_path / "nothing.toml")
    assert_refused(answer, [f"{tmp_path / 'nothing.toml'}: there is no such file"])


def test_bad_input_leaves_an_earlier_report_alone(dtaojax, small):
    target = small.parent / "out"
    target.mkdir()
    (target / "report.html").write_text("of an earlier run")
    assert dtaojax("run", small, "--out", target, "--paths", "0").code == 2
    assert (target / "report.html").read_text() == "of an earlier run"


# --- run -----------------------------------------------------------------------------------------


def test_run_takes_its_options_and_prints_numbers_and_the_place(dtaojax, small):
    target = small.parent / "out"
    words = ("--out", target, "--seed", "5", "--paths", "3", "--set", "title='Mine <b>'")
    answer = dtaojax("run", small, *words)
    assert (answer.code, answer.err.count("effective number")) == (0, 1)
    assert answer.out == f"report: {target / 'report.html'}\n"
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["seed"] == 5
    assert manifest["paths"]["used"] == 3
    assert manifest["title"] == "Mine <b>"
    assert ESCAPE not in answer.err
    assert "simulating" not in answer.err
    report = (target / "report.html").read_text(encoding="utf-8")
    assert HOSTILE[1] not in report
    assert "Mine &lt;b&gt;" in report


def test_quiet_run_prints_the_reports_path_and_nothing_else(dtaojax, small, monkeypatch):
    monkeypatch.chdir(small.parent)
    answer = dtaojax("run", small.name, "--quiet")
    expected = Path("runs") / "small.config" / "report.html"
    assert answer == Answer(0, f"{expected}\n", "")
    assert (small.parent / expected).exists()


def test_headline_is_of_the_last_day_reported(dtaojax, small):
    words = ("--set", "run.report_days=[0.05, 1]")
    answer = dtaojax("run", small, "--out", small.parent / "out", *words)
    assert re.search(r"1 days +effective number", answer.err)
    assert re.search(r"2 days +mean loss", answer.err)


def test_losses_on_the_terminal_are_told_of_todays_value_too(capsys):
    def metric(name: str, day: float, value: float | None, error: float | None) -> dict:
        return {"name": name, "day": day, "value": value, "standard_error": error, "unit": "TAO"}

    metrics = [
        metric("value_realizable", 0.0, 400.0, 0.0),
        metric("value_realizable", 9.0, 500.0, 1.0),
        metric("loss_realizable_var_95", 9.0, 50.0, 2.0),
        metric("loss_realizable_es_95", 9.0, None, None),
    ]
    err().print(headline_table(metrics))
    rows = [line.split() for line in capsys.readouterr().err.splitlines()]
    (share,) = [row for row in rows if row[-1] == "%"]
    assert share[-3:] == ["12.5", "0.5", "%"]
    assert sum("paths," in row for row in rows) == 2


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (None, "not known"),
        (float("nan"), "not known"),
        (0.0, "none, paths alike"),
        (0.0123, "0.012"),
    ],
)
def test_a_standard_error_on_the_terminal_is_never_0(error, words):
    assert error_words(error) == words


def test_report_is_made_anew_from_the_tables(dtaojax, tmp_path):
    save(make_results(names=HOSTILE), tmp_path / "run")
    answer = dtaojax("report", tmp_path / "run", "--out", tmp_path / "out")
    page = tmp_path / "out" / "report.html"
    assert answer == Answer(0, f"report: {page}\n", "")
    assert "<script>alert" not in page.read_text(encoding="utf-8")
    (tmp_path / "run" / "network.parquet").unlink()
    answer = dtaojax("report", tmp_path / "run")
    assert answer.code == 2
    assert answer.err.startswith(f"{tmp_path / 'run' / 'network.parquet'}: cannot be read")
    assert answer.err.count(str(tmp_path)) == 1
    assert not (tmp_path / "run" / "report.html").exists()


def test_manifest_of_another_run_is_refused_by_its_folder(dtaojax, tmp_path):
    results = make_results()
    manifest = results.manifest | {"run": results.manifest["run"] | {"report_days": [1.0, 365.0]}}
    save(replace(results, manifest=manifest), tmp_path / "run")
    answer = dtaojax("report", tmp_path / "run")
    assert answer.code == 2
    assert answer.err.startswith(f"{tmp_path / 'run'}: manifest, run.report_days: names the day(s)")
    assert "run again" in answer.err


def test_progress_is_shown_on_a_terminal(dtaojax, small, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")  # A dumb one shows no progress, whatever is forced.
    screen = io.StringIO()
    terminal = Console(file=screen, force_terminal=True, width=100)
    monkeypatch.setattr("dtaojax.terminal.console.err", lambda: terminal)
    assert dtaojax("run", small, "--out", small.parent / "out").code == 0
    assert "simulating paths" in screen.getvalue()
    assert f"{PATHS}/{PATHS}" in screen.getvalue()
    assert ESCAPE in screen.getvalue()


def test_colour_is_for_terminals_only():
    words = ("run", "nothing.toml")
    message = "nothing.toml: there is no such file; check the path"
    assert in_process_of_its_own(*words) == Answer(2, "", message + "\n")
    seen = on_a_terminal(*words)
    assert seen.code == 2
    assert seen.out == f"{ESCAPE}[31m{message}{ESCAPE}[0m\r\n"
    assert ESCAPE not in in_process_of_its_own("presets").out
    assert ESCAPE in on_a_terminal("presets").out
