"""Every command of README and docs does what the page says, at a small size."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from documented import BEFORE, EXHAUSTIVE, NOT_RUN, Documented, documented, small
from made_history import write_histories
from places import ROOT, TESTS

COMMANDS = documented()
RUN = [each for each in COMMANDS if not each.reason]


CHEAP = '[[demand]]\nprocess = "student_flow"\n'
QUICK = {"XLA_FLAGS": "--xla_backend_optimization_level=0"}
"""Programs that are compiled sooner and run slower; they compute next to nothing here."""
EXPERIMENT = """
title = "A steeper gate"
statement = "A steeper gate concentrates emission."
simulated = "Six subnets."
hangs_on = "Nothing."
[base]
arrivals.rate = 0.0
network.synthetic.subnets = 6
run = { horizon_days = 2.0, report_days = [2.0] }
[[arm]]
name = "live"
[[arm]]
name = "steep"
change = { "mechanism.gate.exponent" = 6.0 }
[[case]]
name = "as it is"
[[claim]]
text = "The largest get more"
measure = "network_figure"
with = { name = "emission_hhi" }
day = 2.0
arm = "steep"
minus = "live"
above = 0.0
[figure]
kind = "by_arm"
arms = ["live", "steep"]
measure = "network_figure"
with = { name = "emission_hhi" }
day = 2.0
title = "HHI"
caption = "A steeper gate concentrates."
"""
"""In the place of each experiment; those of the repository take minutes each."""


class Done(NamedTuple):
    """What a command did."""

    code: int
    output: str
    folder: Path


def _desk(folder: Path, page: str) -> None:
    """Puts on the desk what a reader of a page has at hand."""
    folder.mkdir()
    if not any(each.line == "dtaojax init" for each in RUN if each.page == page):
        shutil.copytree(ROOT / "configs", folder / "configs")
        # The program of the calibrated demand takes three times as long to compile as this one's.
        (folder / "configs" / "demand" / "now_2026.toml").write_text(CHEAP)
        shutil.rmtree(folder / "configs" / "article")
        for file in ("configs/article/a04", "configs/article/a16", "my-experiments/a99"):
            place = folder / f"{file}.toml"
            place.parent.mkdir(exist_ok=True)
            place.write_text(f'id = "A{int(file[-2:])}"\n{EXPERIMENT}')
    shutil.copy(folder.parent / "shared" / "data" / "prices.csv", folder)
    # Of the program that other commands compile too; the blocks of the pages are tested elsewhere.
    mainnet = (ROOT / "configs" / "mainnet.toml").read_text(encoding="utf-8")
    mine = mainnet.replace('"demand/', '"configs/demand/')
    (folder / "mine.toml").write_text(mine)
    (folder / "yours.toml").write_text(mine.replace('"gate_rank_2026"', '"launch_2025"'))
    network = ROOT / "dtaojax" / "network" / "data" / "finney_8791253"
    for ending in (".csv", ".toml"):
        shutil.copy(network.with_suffix(ending), folder / f"finney_9233846{ending}")


@pytest.fixture(scope="module")
def done(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[Documented, Done]:
    """What each command did that a test of this session asks for."""
    here = [item for item in request.session.items if item.path == request.path]
    specs = [item.callspec for item in here if hasattr(item, "callspec")]
    wanted = {spec.params["each"] for spec in specs}
    chosen = [each for each in RUN if each in wanted]
    desk = tmp_path_factory.mktemp("documented")
    # Where commands look for histories, as seen from each page's folder.
    write_histories(desk / "shared" / "data")
    asked: list[tuple[Documented | None, Path, list[str]]] = []
    for page in dict.fromkeys(each.page for each in chosen):
        folder = desk / page.removesuffix(".md")
        _desk(folder, page)
        asked += [(None, folder, small(line)) for line in BEFORE.get(page, ())]
        asked += [(each, folder, each.words) for each in chosen if each.page == page]
    surroundings = {name: text for name, text in os.environ.items() if name != "DTAOJAX_DATA"}
    ended = subprocess.run(
        [sys.executable, str(TESTS / "run_documented.py")],
        input=json.dumps([(str(folder), words) for _, folder, words in asked]),
        capture_output=True,
        text=True,
        env=surroundings | {"COLUMNS": "200"} | QUICK,
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    answers = json.loads(ended.stdout)
    assert len(answers) == len(asked)
    found = {}
    for (each, folder, words), (code, output) in zip(asked, answers, strict=True):
        if each is None:
            assert code == 0, (words, output[-1000:])
        else:
            found[each] = Done(code, output, folder)
    return found


@pytest.mark.parametrize(
    "each",
    [
        pytest.param(
            each,
            id=f"{each.page}: {each.line[:70]}",
            marks=[pytest.mark.exhaustive] if each.exhaustive else [],
        )
        for each in RUN
    ],
)
def test_command_ends_well_and_leaves_what_it_names(
    done: dict[Documented, Done], each: Documented
) -> None:
    code, output, folder = done[each]
    assert code == 0, output[-1000:]
    assert output.strip()
    for place in re.findall(r"^report: (.+)$", output, re.MULTILINE):
        page = folder / place.strip()
        assert page.suffix == ".html"
        assert page.stat().st_size > 10_000
    if re.match(r"dtaojax (run|compare|report|article|backtest)\b", each.line):
        assert "report: " in output


def test_commands_that_are_not_run_are_few_and_have_a_reason() -> None:
    left = [each.line for each in COMMANDS if each.reason]
    verbs = {each.line.split()[1] for each in RUN}
    never = {each.line.split()[1] for each in COMMANDS} - verbs
    assert never == {"ledger", "sensitivity", "stress", "tune"}
    for what in NOT_RUN:
        assert any(re.search(what, line) for line in left), f"{what}: no page has it any more"
    for name in re.findall(r"test_\w+\.py", " ".join([*NOT_RUN.values(), *EXHAUSTIVE.values()])):
        assert any(TESTS.rglob(name)), name


def test_scripts_that_pages_name_are_there_and_can_be_started() -> None:
    """They make an environment, run for minutes, or run these tests; each is not run here."""
    text = "\n".join(page.read_text(encoding="utf-8") for page in ROOT.glob("**/*.md"))
    named = set(re.findall(r"^ {4}\./(scripts/[\w/]+)", text, re.MULTILINE))
    assert {"scripts/run", "scripts/test", "scripts/docs"} <= named
    for script in named:
        assert os.access(ROOT / script, os.X_OK), script
        checked = subprocess.run(["bash", "-n", str(ROOT / script)], capture_output=True)
        assert checked.returncode == 0, script
