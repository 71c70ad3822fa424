"""Bits flipped, digits changed and commands killed: what is not found out is counted.

For every verb a small result is made. Then
  flips   single bits of its files are flipped, at least 200 over all verbs, and digits of its JSON
          files changed; `dtaojax verify` must name the file each time;
  kills   another result is made in the same place and killed with SIGKILL, at 20 moments: half of
          them spread over the whole time that it takes, half while it writes. What is left must be
          the earlier result or the new one, whole, or carry the mark; the same command must then
          end with the new one.

Seeds are fixed. A miss, a mixture or a command that does not go on ends with 1.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from dtaojax.network import load_network
from dtaojax.storage import UNFINISHED, digests

ROOT = Path(__file__).parents[1]
MOMENTS = 20
RUN = """
arrivals.rate = 0.0
network.file = "small.csv"
[run]
paths = 16
horizon_days = 1
report_days = [1.0]
block_paths = 8
[[demand]]
process = "student_flow"
"""
SENSITIVITY = """
config = "run.toml"
measures = ["emission_hhi"]
paths = 8
block_paths = 8
step_blocks = 7200
[sobol]
points = 0
[[parameter]]
key = "mechanism.gate.exponent"
low = 3.0
high = 5.0
"""
STRESS = """
config = "run.toml"
[attack]
target = "own_share"
own = 4
netuids = [4, 3]
budgets = [100.0]
day = 0
days = 1
[search]
paths = 2
block_paths = 2
iterations = 2
random_starts = 1
[verify]
paths = 4
"""
TUNE = """
config = "run.toml"
[[parameter]]
key = "mechanism.gate.exponent"
low = 3.0
high = 5.0
[minimise]
emission_hhi = 1.0
[search]
paths = 8
block_paths = 8
iterations = 2
starts = 1
[verify]
paths = 8
"""
BACKTEST = """
[history]
file = "prices.csv"
[origins]
first = 2025-08-15
[forecast]
horizons = [1, 3]
paths = 100
forecasters = ["random_walk", "historical"]
"""
ARTICLE = """
id = "A99"
title = "A steeper gate"
statement = "A steeper gate concentrates emission."
simulated = "Twelve subnets."
hangs_on = "Nothing."
[base]
arrivals.rate = 0.0
network.synthetic.subnets = 6
run = { paths = 8, horizon_days = 2.0, report_days = [2.0] }
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


class Verb(NamedTuple):
    """How a verb is tried.

    Attributes:
        earlier: its words for the earlier result; ``{out}`` is where it goes.
        later: for the one that is killed; empty where there is no earlier one.
        main: the file that counts, of a verb that leaves files in any folder.
    """

    earlier: str
    later: str
    main: str = ""


VERBS = {
    "run": Verb("run run.toml --out {out}", "run run.toml --seed 9 --out {out}"),
    "compare": Verb(
        "compare run.toml --grid mechanism.gate.exponent=4.0,5.0 --out {out}",
        "compare run.toml --grid mechanism.gate.exponent=4.0,5.0 --set run.paths=8 --out {out}",
    ),
    "sweep": Verb(
        "sweep run.toml --grid run.seed=1,2 --out {out}",
        "sweep run.toml --grid run.seed=1,3 --out {out}",
    ),
    "calibrate": Verb(
        "calibrate prices.csv --out {out}/demand.toml",
        "calibrate prices.csv --typical --out {out}/demand.toml",
        "demand.toml",
    ),
    "snapshot": Verb(
        "snapshot --from-json old.json --complete-from finney_8791253 --out {out}/net.csv",
        "snapshot --from-json new.json --complete-from finney_8791253 --out {out}/net.csv",
        "net.csv",
    ),
    "snapshot-diff": Verb(
        "snapshot diff small.csv small.csv --out {out}",
        "snapshot diff small.csv small.csv --mechanism launch_2025 --out {out}",
    ),
    "report": Verb("run run.toml --out {out}", "report {out} --audience designer"),
    "init": Verb("", "init {out}"),
    "sensitivity": Verb(
        "sensitivity sensitivity.toml --out {out}",
        "sensitivity sensitivity.toml --set seed=9 --out {out}",
    ),
    "stress": Verb(
        "stress stress.toml --out {out}", "stress stress.toml --set search.seed=9 --out {out}"
    ),
    "subnet": Verb(
        "subnet 4 --network small.csv --config run.toml --support 0,9 --days 1 --paths 16 "
        "--out {out}",
        "subnet 4 --network small.csv --config run.toml --support 0,9 --days 1 --paths 8 "
        "--out {out}",
    ),
    "tune": Verb("tune tune.toml --out {out}", "tune tune.toml --set verify.seed=99 --out {out}"),
    "backtest": Verb(
        "backtest backtest.toml --out {out}",
        "backtest backtest.toml --set forecast.seed=9 --out {out}",
    ),
    "article": Verb(
        "article a99.toml --out {out}", "article a99.toml --set run.seed=9 --out {out}"
    ),
}


def say(line: str) -> None:
    """Writes a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def lay_out(desk: Path) -> None:
    """Writes everything that the verbs read."""
    data = ROOT / "dtaojax" / "network" / "data" / "finney_8791253.csv"
    head, root, *rows = data.read_text(encoding="utf-8").splitlines()
    (desk / "small.csv").write_text("\n".join([head, root, *rows[:12]]) + "\n", encoding="utf-8")
    shutil.copyfile(data.with_suffix(".toml"), desk / "small.toml")
    texts = {
        "run": RUN, "sensitivity": SENSITIVITY, "stress": STRESS, "tune": TUNE,
        "backtest": BACKTEST, "a99": ARTICLE,
    }  # fmt: skip
    for name, text in texts.items():
        (desk / f"{name}.toml").write_text(text, encoding="utf-8")
    days, series = 62, 12
    walk = np.cumsum(0.05 * np.random.default_rng(0).standard_t(4, (days, series)), axis=0)
    dates = (np.datetime64("2025-06-30") + np.arange(days)).astype(str)
    history = {
        "date": np.repeat(dates, series),
        "netuid": np.tile(np.arange(1, series + 1), days),
        "close": 0.02 * np.exp(walk).ravel(),
        "tao_in": 1000.0 * np.exp(walk / 2).ravel(),
        "days_since_start": np.repeat(np.arange(days), series) + 60.0,
    }
    pd.DataFrame(history).to_csv(desk / "prices.csv", index=False)
    network = load_network("finney_8791253")
    for name, late in (("old", 0), ("new", 7200)):
        pools = [
            {
                "netuid": int(netuid),
                "block_number": network.block + late,
                "timestamp": "2026-08-07T08:35:00Z",
                "name": network.names[place],
                "total_tao": str(round(network.tao_in[place] * 1e9)),
                "alpha_in_pool": str(round(network.alpha_in[place] * 1e9)),
                "price": str(network.tao_in[place] / network.alpha_in[place]),
                "alpha_staked": str(round(network.alpha_out[place] * 1e9)),
            }
            for place, netuid in enumerate(network.netuid)
        ]
        answer = {"pagination": {"total_items": len(pools), "total_pages": 1}, "data": pools}
        (desk / f"{name}.json").write_text(json.dumps(answer), encoding="utf-8")


def start(desk: Path, words: str, out: Path) -> subprocess.Popen[bytes]:
    """Starts a command on the desk."""
    command = [sys.executable, "-m", "dtaojax", *words.format(out=out).split()]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "DTAOJAX_CACHE": str(desk / "cache")}
    return subprocess.Popen(
        command, cwd=desk, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


def finish(desk: Path, words: str, out: Path) -> float:
    """Runs a command to its end; returns the time that it took [s]."""
    begun = time.monotonic()
    child = start(desk, words, out)
    _, said = child.communicate()
    if child.returncode:
        sys.exit(f"{words}: exit {child.returncode}: {said.decode()[-2000:]}")
    return time.monotonic() - begun


def tree(folder: Path) -> dict[str, bytes]:
    """All files below a folder but those of marks."""
    files = (file for file in folder.rglob("*") if file.is_file())
    names = {str(file.relative_to(folder)): file for file in files}
    return {
        name: file.read_bytes()
        for name, file in names.items()
        if not any(UNFINISHED in part for part in Path(name).parts)
    }


def is_marked(out: Path) -> bool:
    """Whether something there is unfinished."""
    return any(UNFINISHED in entry.name for entry in out.glob("*"))


def is_writing(out: Path) -> bool:
    """Whether a command that is at work has begun to fill its new result."""
    try:
        return any(out.glob(f"*{UNFINISHED}*/**/*-*")) or any(out.glob(f"{UNFINISHED}/new/*"))
    except FileNotFoundError:
        # A folder was moved in between its listing and the look into it: it is writing.
        return True


def state(verb: Verb, out: Path, earlier: dict[str, bytes]) -> str:
    """What is left of a command that was killed."""
    if is_marked(out):
        return "marked"
    there = tree(out)
    if there == earlier:
        return "earlier"
    if verb.main or not verb.earlier:
        return "new" if len(there) >= max(len(earlier), 1) else "mixture"
    # Runs inside are results of their own, which may be ahead of a table that is not there yet.
    return "mixture" if digests(out).faults else "new"


def flips(out: Path, chance: random.Random, count: int) -> Iterator[bool]:
    """Whether each of some damages to a result is found."""
    files = sorted(file for file in out.rglob("*") if file.is_file())
    for number in range(count):
        file = files[number % len(files)]
        text = file.read_bytes()
        place = chance.randrange(len(text))
        flipped = text[place] ^ (1 << chance.randrange(8))
        yield _is_found(out, file, text[:place] + bytes([flipped]) + text[place + 1 :], text)


def digits(out: Path, chance: random.Random, count: int) -> Iterator[bool]:
    """Whether each of some changed digits in each JSON file is found."""
    for file in sorted(out.rglob("*.json")):
        text = file.read_bytes()
        places = [found.start() for found in re.finditer(rb"\d", text)]
        for place in chance.sample(places, min(count, len(places))):
            other = str((int(text[place : place + 1]) + 1) % 10).encode()
            yield _is_found(out, file, text[:place] + other + text[place + 1 :], text)


def _is_found(out: Path, file: Path, damaged: bytes, text: bytes) -> bool:
    file.write_bytes(damaged)
    found = any(fault.place == file for fault in digests(out).faults)
    file.write_bytes(text)
    return found


def kills(
    desk: Path, name: str, verb: Verb, kept: Path, chance: random.Random
) -> collections.Counter[str]:
    """Kills a command at many moments; counts what it left, and whether it went on."""
    earlier = tree(kept)
    out = desk / name
    whole = 0.0
    found: collections.Counter[str] = collections.Counter()
    for moment in range(-1, MOMENTS):
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(kept, out)
        if moment < 0:
            whole = finish(desk, verb.later, out)
            continue
        child = start(desk, verb.later, out)
        if moment % 2:
            time.sleep(whole * (moment + chance.random()) / MOMENTS)
        else:
            while child.poll() is None and not is_writing(out):
                time.sleep(0.002)
            time.sleep(0.05 * chance.random())
        child.send_signal(signal.SIGKILL)
        child.communicate()
        left = state(verb, out, earlier)
        found[left] += 1
        if left == "mixture":
            say(f"  MIXTURE: {name} at moment {moment}: {sorted(tree(out))}")
    finish(desk, verb.later, out)
    goes_on = not is_marked(out) and (
        bool(verb.main) or not verb.earlier or not digests(out).faults
    )
    found["went on" if goes_on else "did not go on"] += 1
    found["seconds"] = round(whole)
    return found


def main() -> None:
    """Tries the verbs that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("verbs", nargs="*", help=f"of {', '.join(VERBS)}; all by default")
    parser.add_argument("--flips", type=int, default=40, help="of bits, a verb")
    parser.add_argument("--no-kills", action="store_true")
    asked = parser.parse_args()
    desk = Path(tempfile.mkdtemp(prefix="dtaojax-integrity-"))
    lay_out(desk)
    wrong = tried = 0
    for name in asked.verbs or VERBS:
        verb, chance = VERBS[name], random.Random(name)
        kept = desk / f"{name}-earlier"
        kept.mkdir()
        if verb.earlier:
            finish(desk, verb.earlier, kept)
        if verb.earlier and not verb.main:
            for what, found in (
                ("bits flipped", list(flips(kept, chance, asked.flips))),
                ("digits changed", list(digits(kept, chance, 10))),
            ):
                tried, wrong = tried + len(found), wrong + found.count(False)
                say(f"{name}: {len(found)} {what}, {found.count(False)} not found")
        if not asked.no_kills:
            counted = kills(desk, name, verb, kept, chance)
            wrong += counted["mixture"] + counted["did not go on"]
            say(f"{name}: killed {MOMENTS} times: {dict(counted)}")
    say(f"{tried} damages; {wrong} misses, mixtures and commands that did not go on")
    shutil.rmtree(desk)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
