"""The commands of README and docs, and how each is run at a size that a test can afford."""

from __future__ import annotations

import itertools
import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from places import ROOT

PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]

VALUES: Final = {"--set", "--paths", "--seed"}
"""Options that put other values into a config, and run nothing else."""
_RUN = ("run.paths=2", "run.block_paths=2", "run.horizon_days=1", "arrivals.rate=0.0")
SMALL: Final = {
    "run": _RUN,
    "sweep": _RUN,
    "compare": _RUN,
    "my": _RUN,
    "subnet": _RUN,
    "article": ("run.paths=8",),
    "backtest": (
        'forecast.forecasters=["random_walk", "historical"]',
        "forecast.horizons=[1, 3]",
        "forecast.paths=100",
        "origins.first=2025-08-15",
        "origins.step_days=5",
    ),
}
"""What makes a command small, by its verb. Registrations are left out because their program takes
long to compile, and so is the forecaster that is fitted again and again."""
BEFORE = {
    "README.md": ["dtaojax run configs/mainnet.toml"],
    "commands.md": ["dtaojax run configs/mainnet.toml"],
    "results.md": ["dtaojax run configs/mainnet.toml"],
    "compare.md": [
        "dtaojax run configs/mainnet.toml",
        "dtaojax run configs/mainnet.toml --set portfolio.exit_fall=0.02 --out runs/whale_exit",
    ],
}
"""What a page takes to have been run before its first command."""
ALL: Final = bool(os.environ.get("DTAOJAX_EVERY_COMMAND"))
"""Whether commands that differ from one before in a value or a config only are run too; every new
preset and rank is a program that takes seconds to compile, all of them together four minutes."""
EXHAUSTIVE: Final = {
    r"^dtaojax article": "test_article.py runs experiments",
    r"^dtaojax backtest": "test_backtest_command.py gives the command",
    r"^dtaojax subnet": "test_subnet_page.py gives the command",
    r"^dtaojax sweep": "test_sweep.py gives the command",
    r"^dtaojax compare .*\.toml": "test_compare.py gives the command, with a grid and taken apart",
    r"^dtaojax calibrate .*--typical": "test_calibrate.py gives the command",
    r"^dtaojax my .*--days": "test_my.py gives the command, and another page without --days",
    r"--workers": "test_cluster.py runs processes",
}
"""Commands that compile programs of their own, and what holds them where not all tests are run."""
NOT_RUN = {
    r"\b(CONFIG|HISTORY|FILE|NAME|A B)\b": "the word in capitals stands for the reader's own",
    r"--executor dask": "needs the address of a running cluster; test_cluster.py runs one",
    r"^dtaojax snapshot( --out \S+)?$": "asks the live chain; test_snapshot.py answers for it",
    r"pools\.json": "needs an answer of Taostats; test_snapshot.py has one",
    r"^dtaojax ledger": "needs a state later than the run; test_ledger.py makes one up",
    r"backtest_whole": "needs later states of the network; test_run_backtest.py makes some up",
    r"^dtaojax (tune|sensitivity|stress)\b": "compiles derivatives for minutes; test_tune.py gives "
    "the command at a small size, test_sensitivity.py and test_stress.py the command and its work",
}
"""Commands that the test does not run, and why."""


@dataclass(frozen=True)
class Documented:
    """A command of a page.

    Attributes:
        page: on which it stands.
        line: as it stands there.
        reason: why it is not run; empty where it is.
        exhaustive: whether it is run with all tests only: a test of its own holds it, or another
            page has the same command.
    """

    page: str
    line: str
    reason: str
    exhaustive: bool

    @property
    def words(self) -> list[str]:
        """The command with what makes it small."""
        return small(self.line)


def documented() -> list[Documented]:
    """Every command in a block of README and docs, in order, once a page."""
    found = []
    pages: dict[str, str] = {}
    kinds: dict[tuple[object, ...], str] = {}
    for page in PAGES:
        text = page.read_text(encoding="utf-8").replace("\\\n", " ")
        for line in re.findall(r"^(?:    |)(dtaojax +[a-z].*)$", text, re.MULTILINE):
            line = " ".join(shlex.split(line, comments=True))
            reason = next((why for what, why in NOT_RUN.items() if re.search(what, line)), "")
            first = kinds.setdefault(kind(line), line) if not reason else line
            if not reason and first != line and not ALL:
                reason = f"is of the kind of '{first}'; run with DTAOJAX_EVERY_COMMAND=1"
            again = pages.setdefault(line, page.name) != page.name
            exhaustive = again or any(re.search(what, line) for what in EXHAUSTIVE)
            found.append(Documented(page.name, line, reason, exhaustive))
    return list(dict.fromkeys(found))


def kind(line: str) -> tuple[object, ...]:
    """What two commands share that differ in values only: verb, options, kinds of arguments."""
    _, verb, *words = shlex.split(line)
    options = sorted({word for word in words if word.startswith("--")} - VALUES)
    values = {after for word, after in itertools.pairwise(words) if word.startswith("--")}
    arguments = [Path(w).suffix for w in words if not w.startswith("--") and w not in values]
    return verb, *options, *arguments


def small(line: str) -> list[str]:
    """A command line as words after ``dtaojax``, with a small size; later options win."""
    _, verb, *words = shlex.split(line)
    # Of a grid the first two values: each further one is another program to compile.
    asked = [verb, *(re.sub(r"^([\w.]+=[\w.]+,[\w.]+),.*", r"\1", word) for word in words)]
    has_config = any(word.endswith(".toml") for word in words)
    if has_config or verb in ("article", "my", "subnet"):
        asked += [part for value in SMALL.get(verb, ()) for part in ("--set", value)]
    if verb == "run":
        asked += ["--paths", "2"]
    if "--workers" in words:
        asked += ["--workers", "2"]
    if "--points" in words:
        asked += ["--points", "1"]
    return asked
