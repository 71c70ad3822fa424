"""What each part of the comparison runs, at a size that takes seconds, in a folder of its own."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import re
import runpy
import shutil
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

ROOT: Final = Path(__file__).parents[1]
DATA: Final = Path(os.environ.get("DTAOJAX_DATA", ROOT.parent / "shared" / "data")).resolve()
"""Histories and later states of the network, which are not part of the project."""

SMALL: Final = (0, 1, 3, 4, 19, 64, 86)
"""Root, subnets of all sizes, and one that has not started: the rows of ``small.csv``."""
DEEP: Final = (0, 4, 64, 120)
"""Subnets that can earn, for what compiles derivatives: the rows of ``deep.csv``."""

TINY: Final = ("run.paths=8", "run.horizon_days=3")
"""Makes any run's config small."""
HOLDINGS: Final = """
[portfolio]
root_tao = 100.0
exit_fall = 0.02
loss_days = [1.0, 3.0]
[portfolio.alpha]
4 = 1000.0
19 = 5000.0
"""
STILL: Final = """
[arrivals]
rate = 0.0
"""
SIZE: Final = """
[run]
paths = 8
horizon_days = 3
report_days = [0.05, 1.0, 3.0]
"""
RUN: Final = f'network.file = "small.csv"\n{STILL}{HOLDINGS}{SIZE}'
BUSY: Final = """
[arrivals]
rate = 20.0
budget_median = 3000.0
waves = [{ day = 1.0, count = 3 }]
free_slots = 4
"""

CONFIGS: Final = {
    "run": RUN,
    "registrations": f'network.file = "small.csv"\n{BUSY}{HOLDINGS}{SIZE}',
    "changes": f"""{RUN}
[mechanism]
preset = "taoflow_2025"
[[mechanism.change]]
at_day = 1
preset = "price_rootprop"
[[mechanism.change]]
at_day = 2
gate = {{ kind = "hill_mass", quantile = 0.6 }}
""",
    "behaviour": f'behaviour = "until_2026_08_07"\n{RUN}',
    "cohorts": f"""{RUN}
[cohorts]
[cohorts.owner]
selling_lag_days = 1.0
[cohorts.miner]
sold_per_day = 0.01
[[cohorts.whales]]
name = "fund"
alpha = {{ 4 = 2000.0, 64 = 500.0 }}
[[cohorts.exits]]
who = "fund"
day = 1.0
days = 1.0
[[cohorts.entries]]
who = "fund"
netuid = 64
tao = 50.0
day = 2.0
[[demand]]
process = "student_flow"
[[demand]]
process = "emission_selling"
""",
    "latent": f"""{RUN}
[latent]
quality = {{ kind = "drawn" }}
sector = {{ kind = "drawn", size = 2 }}
[tao_usd]
kind = "jump_diffusion"
start = 193.0
correlation = 0.1
[[demand]]
process = "market_factor"
sector_sd = 0.005
[[demand]]
process = "revenue_demand"
tao_per_day = 5.0
[[demand]]
process = "yield_demand"
[[demand]]
process = "emission_selling"
""",
    "plain": f"""
network.file = "small.csv"
{STILL}{HOLDINGS}{SIZE}
[[demand]]
process = "student_flow"
[[demand]]
process = "emission_selling"
""",
    "decomposition": f"""
network.file = "small.csv"
[decomposition]
paths = 32
subnet = 4
{STILL}{HOLDINGS}{SIZE}
""",
    "searched": """
network.file = "deep.csv"
arrivals.rate = 0.0
[mechanism]
preset = "gate_rank_2026"
gate.rank = 2
[run]
horizon_days = 2
step_blocks = 7200
[[demand]]
process = "student_flow"
[[demand]]
process = "emission_selling"
""",
    "tune": """
config = "searched.toml"
[[parameter]]
key = "mechanism.gate.exponent"
low = 1.0
high = 8.0
[[parameter]]
key = "mechanism.root.tao_weight"
low = 0.1
high = 0.3
[minimise]
emission_hhi = 1.0
[[constraint]]
measure = "merit"
at_least = 0.9
[[choice]]
key = "mechanism.gate.rank"
values = [3]
[frontier]
measure = "pump_gain"
at_most = [1.2, 1.3]
iterations = 2
[search]
paths = 4
iterations = 3
explore = 2
block_paths = 4
[evolution]
evaluations = 6
[verify]
paths = 4
step_blocks = 7200
[[other_demand]]
name = "calm"
config = "searched.toml"
""",
    "sensitivity": """
config = "searched.toml"
paths = 8
block_paths = 8
measures = ["emission_hhi", "loss_realizable", "loss_realizable_es_95"]
[change]
"portfolio.root_tao" = 10.0
"portfolio.alpha" = { 4 = 50.0 }
[[parameter]]
key = "mechanism.gate.exponent"
low = 3.0
high = 5.0
[[parameter]]
key = "demand.student_flow.drift"
low = -0.01
high = 0.01
[sobol]
points = 2
paths = 8
resamples = 100
""",
    "stress": """
config = "searched.toml"
[attack]
target = "own_share"
own = 4
owner = true
netuids = [4, 64]
holds = { 64 = 1000.0 }
budgets = [100.0, 4000.0]
days = 2
[search]
paths = 2
block_paths = 2
iterations = 2
random_starts = 1
[verify]
paths = 4
step_blocks = 7200
""",
    "prices": """
[history]
file = "prices.csv"
[origins]
first = 2025-08-15
step_days = 5
[forecast]
horizons = [1, 3]
paths = 100
forecasters = ["stochastic_variance", "drifting_variance", "random_walk", "historical"]
""",
    "whole": """
title = "A made-up outcome"
rival = ["behaviour=frozen"]
[[starts]]
name = "whole"
run = "start.toml"
outcomes = [{ file = "later.csv" }]
[[starts]]
name = "weights"
run = "start.toml"
changes = ["behaviour.emission_switch=frozen"]
outcomes = [{ file = "weights.csv" }]
""",
    "start": """
behaviour = "until_2026_08_07"
[arrivals]
rate = 0.0
[run]
paths = 16
horizon_days = 3
step_blocks = 7200
""",
}
"""Files of the folder that every part is run in, by name without ``.toml``."""

EXPERIMENTS: Final = ("a01", "a04", "a05", "a14")
"""Of the article, those whose programs differ most and compile soonest."""


class SkippedError(Exception):
    """A part needs data that are not there; the message says which."""


def lay_out(desk: Path) -> None:
    """Write all that parts read: configs, small networks, later states, a made-up history."""
    shutil.copytree(ROOT / "configs", desk / "configs")
    for name, text in CONFIGS.items():
        (desk / f"{name}.toml").write_text(text, encoding="utf-8")
    rows = _embedded()
    block = int(re.findall(r"(?m)^block = (\d+)", _facts())[0])
    _write_network(desk / "small.csv", [row for row in rows if int(row["netuid"]) in SMALL])
    _write_network(desk / "deep.csv", [row for row in rows if int(row["netuid"]) in DEEP])
    later = [row | _moved(row, place) for place, row in enumerate(rows)]
    _write_network(desk / "later.csv", later, block + 3 * 7200)
    kept = [row for row in later if int(row["netuid"]) in SMALL]
    _write_network(desk / "small_later.csv", kept, block + 3 * 7200)
    columns = ("netuid", "moving_price", "miner_burned", "emission_enabled")
    subnets = [{name: row[name] or "0" for name in columns} for row in later[1:]]
    weights = pd.DataFrame(subnets)
    weights.insert(0, "block", block + 3 * 7200)
    weights.to_csv(desk / "weights.csv", index=False)
    _history().to_csv(desk / "prices.csv", index=False)


def _embedded() -> list[dict[str, str]]:
    with next(ROOT.glob("dtaojax/**/finney_8791253.csv")).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _facts() -> str:
    return next(ROOT.glob("dtaojax/**/finney_8791253.toml")).read_text(encoding="utf-8")


def _moved(row: dict[str, str], place: int) -> dict[str, str]:
    """Return what has changed of a subnet three days later."""
    if row["netuid"] == "0":
        return {}
    factor = 0.9 + 0.2 * (place * 37 % 128) / 128
    names = ("moving_price", "tao_in") if row["moving_price"] else ("tao_in",)
    return {name: repr(float(row[name]) * factor) for name in names}


def _write_network(path: Path, rows: list[dict[str, str]], block: int | None = None) -> None:
    """Write a network and, beside it, the facts of the embedded one."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    facts = re.sub(r'(?m)^name = ".*"', f'name = "{path.stem}"', _facts())
    if block is not None:
        facts = re.sub(r"(?m)^block = \d+", f"block = {block}", facts)
    path.with_suffix(".toml").write_text(facts, encoding="utf-8")


def _history(days: int = 62, series: int = 12) -> pd.DataFrame:
    """Return daily prices and reserves of a few subnets, one row a day and subnet."""
    walk = np.cumsum(0.05 * np.random.default_rng(0).standard_t(4, (days, series)), axis=0)
    dates = [(date(2025, 6, 30) + timedelta(days=day)).isoformat() for day in range(days)]
    return pd.DataFrame(
        {
            "date": np.repeat(dates, series),
            "netuid": np.tile(np.arange(1, series + 1), days),
            "close": 0.02 * np.exp(walk).ravel(),
            "tao_in": 1000.0 * np.exp(walk / 2).ravel(),
            "days_since_start": np.repeat(np.arange(days), series) + 60.0,
        }
    )


# --- commands ------------------------------------------------------------------------------------


STOPPED: Final = (130, 143)
"""Codes with which a command ends that was stopped by SIGINT or SIGTERM."""


def dtaojax(*words: str) -> str:
    """Return what a command prints; it is run in this process, in the current folder.

    Raises:
        RuntimeError: it did not end well; the message holds what it said.
    """
    out, err = io.StringIO(), io.StringIO()
    code: int | str | None = 0
    before = sys.argv
    sys.argv = ["dtaojax", *words]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            runpy.run_module("dtaojax", run_name="__main__")
    except SystemExit as left:
        code = left.code
    except Exception:
        traceback.print_exc(file=err)
        code = 1
    finally:
        sys.argv = before
    if code in STOPPED:
        sys.exit(code)
    if code:
        raise RuntimeError(
            f"dtaojax {' '.join(words)} ended with {code}:\n{err.getvalue()[-3000:]}"
        )
    return out.getvalue()


def sets(*values: str) -> list[str]:
    """Return the words that change keys of a config."""
    return [word for value in values for word in ("--set", value)]


def needs(*names: str) -> None:
    """Raise `SkippedError` where a file of the histories is not there."""
    for name in names:
        if not (DATA / name).is_file():
            raise SkippedError(f"needs {DATA / name}")


Step = tuple[str, Callable[[Path], object]]
"""What a result is called, and what leaves it in the folder that it is given."""


def _command(*words: str) -> Callable[[Path], object]:
    return lambda out: dtaojax(*words, "--out", str(out))


def _run(config: str, *values: str) -> Callable[[Path], object]:
    return _command("run", config, *sets(*values))


def _printed(name: str, *words: str) -> Callable[[Path], object]:
    """Keep what a command prints as a file."""

    def keep(out: Path) -> None:
        text = dtaojax(*words)
        out.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(text, encoding="utf-8")

    return keep


def _default() -> Iterator[Step]:
    yield "mainnet", _run("configs/mainnet.toml")


def _presets() -> Iterator[Step]:
    names = re.findall(r"(?m)^([a-z]+_\w+) ", dtaojax("presets"))
    for name in names:
        yield f"rules/{name}", _printed("preset.toml", "presets", name)
    for name in names:
        # Before there was alpha nobody could hold it.
        held = ("portfolio.alpha={}",) if name == "root_2023" else ()
        yield name, _run("plain.toml", f'mechanism="{name}"', *held)
    for name in ("registrations", "changes", "behaviour", "cohorts", "latent"):
        yield name, _run(f"{name}.toml")
    yield "synthetic", _run("plain.toml", "network={synthetic={subnets=6}}", "portfolio={}")


def _configs() -> Iterator[Step]:
    yield "mainnet", _run("configs/mainnet.toml", *TINY)
    yield (
        "what_if_bar_48",
        _run("configs/what_if_bar_48.toml", *TINY, "mechanism.change.0.at_day=1"),
    )
    for file in sorted(Path("configs/stress").glob("*.toml")):
        # Registrations take longest to compile, and stand in the configs above.
        off = () if file.stem == "registration_wave" else ("arrivals.rate=0.0",)
        yield f"stress/{file.stem}", _run(str(file), *TINY, *off)
    # Rules change up to the end of the horizon.
    yield "regimes_2026", _of_data(_run("configs/regimes_2026.toml", "run.paths=4"), REGIMES)
    for file in sorted(Path("configs/backtest").glob("*.toml")):
        yield f"backtest/{file.stem}", _of_data(_started(file), REGIMES)


REGIMES: Final = ("snapshot_20260411.csv", "snapshot_20260503.csv", "snapshot_20260614.csv")


def _of_data(work: Callable[[Path], object], names: tuple[str, ...]) -> Callable[[Path], object]:
    def checked(out: Path) -> None:
        needs(*names)
        work(out)

    return checked


def _started(file: Path) -> Callable[[Path], object]:
    """Run from a dated state, with the averages of flows that a script estimates."""

    def run(out: Path) -> None:
        for day in re.findall(r"flow_averages_(\d+)", file.read_text(encoding="utf-8")):
            script = str(ROOT / "scripts" / "flow_averages.py")
            subprocess.run([sys.executable, script, day], check=True, stdout=subprocess.DEVNULL)
        dtaojax("run", str(file), *sets("run.paths=4"), "--out", str(out))

    return run


def _compare() -> Iterator[Step]:
    rates = ("compare", "plain.toml", "--grid", "mechanism.gate.rank=2,3")
    yield "grid", _command(*rates)
    apart = sets('behaviour="until_2026_08_07"')
    yield "apart", _command(*rates, *apart, "--take-apart")


def _decomposition() -> Iterator[Step]:
    yield "run", _run("decomposition.toml")


def _sweep() -> Iterator[Step]:
    yield "grid", _command("sweep", "plain.toml", "--grid", "mechanism.gate.exponent=2.0,4.0")
    sobol = ("--sobol", "mechanism.gate.exponent=2.0:4.0", "--points", "2")
    yield "sobol", _command("sweep", "plain.toml", *sobol)


def _tune() -> Iterator[Step]:
    yield "tune", _command("tune", "tune.toml")


def _sensitivity() -> Iterator[Step]:
    yield "sensitivity", _command("sensitivity", "sensitivity.toml")


def _stress() -> Iterator[Step]:
    yield "own_share", _command("stress", "stress.toml")


def _article() -> Iterator[Step]:
    for name in EXPERIMENTS:
        file = f"configs/article/{name}.toml"
        yield name, _command("article", file, *sets("run.paths=4"))


def _backtest() -> Iterator[Step]:
    yield "prices", _command("backtest", "prices.toml")
    yield "whole", _command("backtest", "whole.toml")
    simple = 'forecast.forecasters=["random_walk", "historical"]'
    values = ("origins.step_days=60", "forecast.paths=100", simple)
    real = _command("backtest", "configs/backtest_2025.toml", *sets(*values))
    yield "prices_2025", _of_data(real, ("prices_daily.csv",))


def _calibrate() -> Iterator[Step]:
    yield "made", lambda out: dtaojax("calibrate", "prices.csv", "--out", f"{out}/demand.toml")
    file = str(DATA / "prices_daily.csv")
    words = ("calibrate", file, "--source", "C", "--out")
    real: Callable[[Path], object] = lambda out: dtaojax(*words, f"{out}/demand.toml")  # noqa: E731
    yield "now_2026", _of_data(real, ("prices_daily.csv",))


def _replay() -> Iterator[Step]:
    files = ("prices_daily.csv", "pools_hourly_2026.csv.gz", "snapshot_20260614.csv")
    yield "replay", _of_data(_printed("replay.json", "replay", str(DATA), "--json"), files)


def _snapshot() -> Iterator[Step]:
    yield "diff", _command("snapshot", "diff", "finney_8791253", "later.csv")
    launch = ("--mechanism", "launch_2025")
    yield "diff_launch", _command("snapshot", "diff", "finney_8791253", "later.csv", *launch)


def _inspect() -> Iterator[Step]:
    for name in re.findall(r"(?m)^([a-z]+_\w+) ", dtaojax("presets")):
        yield name, _printed("block.json", "inspect", "--json", "--mechanism", name)
    yield "bar", _printed("block.json", "inspect", "--json", "--gate-bar", "0.01")


def _ledger() -> Iterator[Step]:
    def kept(out: Path) -> None:
        book = ("--ledger", str(out / "ledger.sqlite"))
        dtaojax("run", "plain.toml", "--out", str(out / "run"))
        dtaojax("ledger", "add", str(out / "run"), *book)
        dtaojax("ledger", "score", "small_later.csv", *book)
        dtaojax("ledger", "report", *book, "--out", str(out / "report"))

    yield "ledger", kept


OWN: Final = ("--network", "small.csv", "--config", "plain.toml", "--days", "3", "--paths", "8")


def _my() -> Iterator[Step]:
    yield "my", _command("my", "--alpha", "4=1000", "--root", "100", "--usd", "193", *OWN)


def _subnet() -> Iterator[Step]:
    yield "subnet", _command("subnet", "4", "--support", "0,100", *OWN)


PARTS: Final = {
    "default": _default,
    "presets": _presets,
    "configs": _configs,
    "compare": _compare,
    "decomposition": _decomposition,
    "sweep": _sweep,
    "tune": _tune,
    "sensitivity": _sensitivity,
    "stress": _stress,
    "article": _article,
    "backtest": _backtest,
    "calibrate": _calibrate,
    "replay": _replay,
    "snapshot": _snapshot,
    "inspect": _inspect,
    "ledger": _ledger,
    "my": _my,
    "subnet": _subnet,
}
"""What leaves the results of each part, by the part's name."""


def steps_of(asked: str) -> list[Step]:
    """Return what leaves the results of a part, or of those whose names begin as is asked.

    Args:
        asked: a part's name, or with a slash and the beginning of a result's name.
    """
    part = asked.partition("/")[0]
    return [
        (f"{part}/{name}", work)
        for name, work in PARTS[part]()
        if f"{part}/{name}/".startswith(asked if "/" in asked else f"{part}/")
    ]
