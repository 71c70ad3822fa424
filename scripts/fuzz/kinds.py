"""The kinds of input: an original of each, how it is read, and what must hold of what was read."""

from __future__ import annotations

import csv
import io
import itertools
import json
import random
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from dtaojax.chain import MAX_SUPPLY, RAO_PER_TAO
from dtaojax.config.config import Config
from dtaojax.config.differences import preset_toml
from dtaojax.config.load import load_config
from dtaojax.history import read_panel
from dtaojax.inputs import read_inputs
from dtaojax.mechanism.presets import PRESETS
from dtaojax.network import NetworkTable, load_network
from dtaojax.network.sources import Supplement
from dtaojax.studies.snapshot.snapshot import from_taostats

ROOT: Final = Path(__file__).parents[2]
EMBEDDED: Final = "finney_8791253"
NETUIDS: Final = (0, 1, 3, 4, 19, 64, 86)
"""Root, subnets of all sizes, and one that has not started."""
HIGHEST_PRICE: Final = 1e5
"""Of a pool that holds more than dust [TAO/alpha]."""

RUN: Final = """\
[network]
file = "small.csv"
[arrivals]
rate = 0.5
budget_median = 475.0
budget_spread = 0.36
[[demand]]
process = "student_flow"
degrees_of_freedom = 2.4
sd_at_1000_tao = 0.027
depth_exponent = -0.293
scale_ratio = 0.56
common_share = 0.06
drift = 0.0
max_volatility_multiple = 30.0
[[demand]]
process = "emission_selling"
[portfolio]
root_tao = 100.0
exit_fall = 0.01
[portfolio.alpha]
4 = 1000.0
19 = 5000.0
[run]
paths = 4
horizon_days = 2
seed = 1
"""


class Nonsense(Exception):
    """Something was read that cannot be, and nobody was told."""


@dataclass(frozen=True)
class Kind:
    """A kind of input.

    Attributes:
        file: name under which the mutated text is written.
        original: a text to mutate.
        judge: reads the file from a folder that holds everything else; raises Nonsense, or an
            error of the user's where the file is refused.
    """

    file: str
    original: Callable[[random.Random], str]
    judge: Callable[[Path], None]


@cache
def _small_network() -> str:
    source = ROOT / "dtaojax" / "network" / "data" / f"{EMBEDDED}.csv"
    with source.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(row for row in rows if int(row["netuid"]) in NETUIDS)
    return text.getvalue()


FACTS: Final = """\
name = "small"
block = 8791253
total_issuance = 11206919.340788886
gate_bar = 0.008232527922764766
last_lock_cost = 567.1
last_lock_block = 8791000
notes = ["made up"]
"""


@cache
def _history() -> str:
    rng = random.Random(3)
    rows = ["date,netuid,close,tao_in,days_since_start"]
    for netuid in (1, 2, 3):
        price = 0.01 * netuid
        for day in range(40):
            price *= 1.0 + rng.gauss(0.0, 0.03)
            when = date(2026, 1, 1) + timedelta(days=day)
            rows.append(f"{when},{netuid},{price:.9f},{1000.0 * netuid:.1f},{200 + day}")
    return "\n".join(rows) + "\n"


@cache
def _snapshot() -> str:
    table = load_network(EMBEDDED)
    pools = [
        {
            "netuid": int(table.netuid[row]),
            "block_number": table.block,
            "name": f"subnet {row}",
            "price": str(float(table.tao_in[row] / table.alpha_in[row])),
            "total_tao": str(round(float(table.tao_in[row]) * RAO_PER_TAO)),
            "alpha_in_pool": str(round(float(table.alpha_in[row]) * RAO_PER_TAO)),
            "alpha_staked": str(round(float(table.alpha_out[row]) * RAO_PER_TAO)),
        }
        for row in range(table.n_subnets)
        if table.alpha_in[row] > 0.0
    ]
    counted = {"current_page": 1, "per_page": 200, "total_items": len(pools), "total_pages": 1}
    return json.dumps({"pagination": counted, "data": pools}, indent=1)


@cache
def _configs() -> tuple[str, ...]:
    files = sorted((ROOT / "configs").glob("*.toml"))
    written = [text for text in (file.read_text() for file in files) if _is_of_a_run(text)]
    return (RUN, RUN, RUN, *written, *map(preset_toml, PRESETS))


def _is_of_a_run(text: str) -> bool:
    return set(tomllib.loads(text)) <= set(Config.model_fields)


def write_surroundings(folder: Path) -> None:
    """Write unmutated files of every kind, so that one of them can be mutated."""
    for name, text in (
        ("small.csv", _small_network()),
        ("small.toml", FACTS),
        ("run.toml", RUN),
        ("history.csv", _history()),
    ):
        (folder / name).write_text(text, encoding="utf-8")


def refuse_unless(holds: object, what: str) -> None:
    """Raise Nonsense where something does not hold."""
    if not holds:
        raise Nonsense(what)


def _judge_config(folder: Path) -> None:
    config = load_config(folder / "run.toml")
    for place, number in _numbers(json.loads(config.canonical_json()), ""):
        refuse_unless(np.isfinite(number), f"{place} is {number}")
    if config.network.file == "small.csv":
        read_inputs(folder / "run.toml", ())


def _numbers(value: Any, place: str) -> Iterator[tuple[str, float]]:
    parts = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        parts = enumerate(value)
    for key, part in parts:
        yield from _numbers(part, f"{place}.{key}")
    if isinstance(value, int | float):
        try:
            yield place, float(value)
        except OverflowError:
            yield place, float("inf")


def _judge_network(folder: Path) -> None:
    check_network(load_network(folder / "small.csv"))


def check_network(table: NetworkTable) -> None:
    """Raise Nonsense where a network holds what no chain can."""
    for field in fields(table):
        value = getattr(table, field.name)
        if isinstance(value, np.ndarray) and value.dtype.kind == "f":
            refuse_unless(np.isfinite(value).all(), f"{field.name} is not finite")
    for name in ("tao_in", "alpha_in", "alpha_out", "moving_price", "protocol_alpha"):
        refuse_unless((getattr(table, name) >= 0.0).all(), f"{name} is negative")
    supply = table.alpha_in + table.alpha_out
    refuse_unless((supply <= MAX_SUPPLY * (1 + 1e-9)).all(), "more alpha than there can be")
    refuse_unless(0.0 < table.total_issuance <= MAX_SUPPLY, "TAO issued is out of range")
    tao = float(table.tao_in.sum() + table.root_tao)
    refuse_unless(tao <= table.total_issuance * (1 + 1e-9), "more TAO than was issued")
    pool = table.alpha_in > 0.0
    price = table.tao_in[pool] / table.alpha_in[pool]
    refuse_unless((price <= HIGHEST_PRICE).all(), f"a price of {price.max(initial=0.0):g}")
    refuse_unless(np.unique(table.netuid).size == table.n_subnets, "a netuid stands twice")


def _judge_history(folder: Path) -> None:
    panel = read_panel(folder / "history.csv")
    known = panel.close[~np.isnan(panel.close)]
    refuse_unless(known.size and np.isfinite(known).all() and (known > 0).all(), "a price")
    refuse_unless((known <= HIGHEST_PRICE).all(), f"a price of {known.max(initial=0.0):g}")


def _judge_snapshot(folder: Path) -> None:
    supplement = Supplement(load_network(EMBEDDED), True, None, None)
    taken = from_taostats(folder / "answer.json", supplement, folder / f"taken{next(_COUNT)}.csv")
    check_network(taken.table)
    check_network(load_network(taken.path))


_COUNT: Final = itertools.count()

KINDS: Final = {
    "config": Kind("run.toml", lambda rng: rng.choice(_configs()), _judge_config),
    "network": Kind("small.csv", lambda rng: _small_network(), _judge_network),
    "facts": Kind("small.toml", lambda rng: FACTS, _judge_network),
    "history": Kind("history.csv", lambda rng: _history(), _judge_history),
    "snapshot": Kind("answer.json", lambda rng: _snapshot(), _judge_snapshot),
}
