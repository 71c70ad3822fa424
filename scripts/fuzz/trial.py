"""One input: made from its seed, read or run, and judged."""

from __future__ import annotations

import json
import random
import signal
import sys
import tempfile
import traceback
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Final, NamedTuple

import numpy as np
from kinds import KINDS, RUN, Nonsense, refuse_unless, write_surroundings
from mutate import mutated, number_replaced, number_scaled

from dtaojax.chain import MAX_PRICE, MAX_SUPPLY
from dtaojax.history.rows import HistoryError
from dtaojax.network.table import NetworkError
from dtaojax.results.contract import ResultsError, load, why_missing
from dtaojax.schema.errors import ConfigError

LIMIT_S: Final = 20
LONGEST_MESSAGE: Final = 50_000
RUN_EVERY: Final = 200
"""One input of so many is a whole run."""
TAIL_STATISTICS: Final = ("var", "es", "es_contribution")
"""Withheld of so few paths as a run has here."""
_TURN: Final = ("config", "network", "config", "history", "facts", "config", "snapshot", "history")


class Failure(NamedTuple):
    """An input that was neither read right nor refused in one message.

    Attributes:
        seed: with which, and index, the same input is made again.
        index: of the input.
        kind: of input.
        what: ``traceback``, ``hang`` or ``nonsense``.
        said: the error's last lines, or what does not hold.
    """

    seed: int
    index: int
    kind: str
    what: str
    said: str


class _Hang(BaseException):
    pass


def kind_of(index: int) -> str:
    """Return which kind of input stands at an index."""
    return "run" if index % RUN_EVERY == RUN_EVERY - 1 else _TURN[index % len(_TURN)]


def tried(seed: int, index: int, folder: Path | None = None) -> tuple[str, Failure | None]:
    """Make an input, have it read, and judge.

    Args:
        seed: of the whole fuzz.
        index: of the input.
        folder: where its files are left; by default nowhere.

    Returns:
        ``read`` or ``refused`` or what failed, and how it failed, if it did.
    """
    rng = random.Random(f"{seed}:{index}")
    kind = kind_of(index)

    def late(number: int, frame: FrameType | None) -> None:
        raise _Hang

    before = signal.signal(signal.SIGALRM, late)
    with tempfile.TemporaryDirectory() as place:
        here = Path(place) if folder is None else folder
        here.mkdir(parents=True, exist_ok=True)
        write_surroundings(here)
        try:
            if kind == "run":
                text = rng.choice((number_replaced, number_scaled))(RUN, rng)
                (here / "run.toml").write_text(text, encoding="utf-8")
                signal.alarm(6 * LIMIT_S)
                _judge_run(here)
            else:
                original = KINDS[kind].original(rng)
                (here / KINDS[kind].file).write_bytes(mutated(original, rng))
                signal.alarm(LIMIT_S)
                KINDS[kind].judge(here)
        except (ConfigError, NetworkError, HistoryError, ResultsError) as error:
            said = str(error)
            if len(said) <= LONGEST_MESSAGE and said.strip():
                return "refused", None
            return "nonsense", Failure(seed, index, kind, "nonsense", f"says {len(said)} letters")
        except _Hang:
            return "hang", Failure(seed, index, kind, "hang", f"over {LIMIT_S} s")
        except Nonsense as error:
            return "nonsense", Failure(seed, index, kind, "nonsense", str(error))
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt | SystemExit):
                raise
            said = "".join(traceback.format_exception(error, limit=-2)).strip()
            return "traceback", Failure(seed, index, kind, "traceback", said)
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, before)
    return "read", None


def tried_all(seed: int, indices: range) -> tuple[Counter[tuple[str, str]], list[Failure]]:
    """Try a share of the inputs; how many of each kind came out how, and what failed."""
    counts: Counter[tuple[str, str]] = Counter()
    failures = []
    for index in indices:
        outcome, failure = tried(seed, index)
        counts[kind_of(index), outcome] += 1
        if failure is not None:
            failures.append(failure)
            sys.stdout.write(told(failure))
            sys.stdout.flush()
    return counts, failures


def told(failure: Failure) -> str:
    """Return what to print of a failure: how to make it again, and what was wrong."""
    said = failure.said.replace("\n", "\n    ")
    return f"{failure.what} in {failure.kind} {failure.seed}:{failure.index}\n    {said}\n"


def _judge_run(folder: Path) -> None:
    """Run the config and look at everything that is reported.

    Compilation alone can take longer than an input may, so a run has six times as long.
    """
    from dtaojax.inputs import read_inputs
    from dtaojax.studies.run.simulate import run_report

    size = ("run.horizon_days=2", "run.paths=4", "run.block_paths=4", "run.step_blocks=7200")
    inputs = read_inputs(folder / "run.toml", size)
    run_report(inputs, folder / "out", int)
    found = load(folder / "out")
    lost = found.manifest["paths"]["lost"]
    refuse_unless(not lost, f"{lost} paths turned non-finite")
    for metric in found.metrics:
        # So few paths tell nothing of the tail, and its measures are withheld.
        if np.isnan(metric.value) and why_missing(metric.name).startswith("needs"):
            continue
        refuse_unless(np.isfinite(metric.value), f"{metric.name} is {metric.value}")
        if metric.unit == "TAO":
            refuse_unless(abs(metric.value) <= MAX_SUPPLY, f"{metric.name} is {metric.value:g}")
    for name in ("network", "subnets", "portfolio"):
        table = found.tables.get(name)
        if table is None:
            continue
        told = ~table["statistic"].isin(TAIL_STATISTICS)
        values = table.loc[told, ["quantity", "unit", "netuid", "day", "statistic", "value"]]
        bad = values[~np.isfinite(values["value"].to_numpy(float))]
        refuse_unless(bad.empty, f"{name}: {json.dumps(bad.head(3).to_dict('records'))}")
        for unit, limit in (("TAO", MAX_SUPPLY), ("TAO/alpha", MAX_PRICE)):
            amounts = values[values["unit"] == unit]["value"].abs()
            refuse_unless((amounts <= limit).all(), f"{name}: {amounts.max():g} {unit}")
    subnets = found.tables["subnets"]
    shares = subnets[(subnets["quantity"] == "emission_share") & (subnets["statistic"] == "mean")]
    for day, total in shares.groupby("day")["value"].sum().items():
        refuse_unless(abs(total - 1.0) < 1e-6, f"shares of day {day:g} add up to {total}")
