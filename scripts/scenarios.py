"""Runs every scenario of configs/stress against the same demand without it, and writes the results.

    ./scripts/scenarios [--paths N] [NAME ...]

Both sides meet the same random paths, so that what differs is the scenario. Results go into the
table of docs/scenarios.md, between its two marks; the runs are left in runs/scenarios.
"""

from __future__ import annotations

import argparse
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import dtaojax
from dtaojax.config.config import Config
from dtaojax.config.load import config_from_dict
from dtaojax.report.numerals import with_error

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs" / "scenarios.md"
MARKS: Final = ("<!-- results: made by scripts/scenarios.py -->", "<!-- end of results -->")

Tables = dict[str, Any]


@dataclass(frozen=True)
class Figure:
    """A number of a run, and its difference to the run without the scenario.

    Attributes:
        words: what it is, with ``{day}`` where the day stands.
        quantity: as in ``summary.json``.
        day: of the run.
        netuid: the subnet; None for the network or the portfolio.
        statistic: ``mean``, or ``es`` at 95 %.
        relative: whether the difference is told as a part of the figure without the scenario.
        unit: of the figure.
        factor: from the run's unit to that.
    """

    words: str
    quantity: str
    day: float
    netuid: int | None = None
    statistic: str = "mean"
    relative: bool = False
    unit: str = "TAO"
    factor: float = 1.0


@dataclass(frozen=True)
class Scenario:
    """A config and the config that it is held against.

    Attributes:
        name: of the file.
        without: takes what happens out of the config's tables.
        figures: that are told.
        changes: of both sides, by dotted key.
    """

    name: str
    without: Callable[[Tables], None]
    figures: tuple[Figure, ...]
    changes: tuple[tuple[str, Any], ...] = ()


def _drop(*processes: str) -> Callable[[Tables], None]:
    """Takes processes of demand out, and a shock of TAO's price."""

    def without(tables: Tables) -> None:
        tables["demand"] = [
            part for part in tables["demand"] if part.get("process") not in processes
        ]
        tables.get("tao_usd", {}).pop("shock", None)
        tables.get("tao_usd", {}).pop("drift", None)

    return without


def _drop_table(name: str) -> Callable[[Tables], None]:
    return lambda tables: tables.pop(name) and None


def _calibrated(tables: Tables) -> None:
    """The calibrated demand in place of all."""
    tables["demand"] = [
        {"include": "../demand/now_2026.toml"},
        {"process": "emission_selling"},
    ]
    tables.pop("latent", None)


def _loss(day: float, **changes: Any) -> Figure:
    return Figure("holder's loss by day {day}", "loss_realizable", day, **changes)


def _price(netuid: int, day: float) -> Figure:
    words = f"price of SN{netuid} on day {{day}}"
    return Figure(words, "price", day, netuid, relative=True, unit="TAO/alpha")


SCENARIOS: Final = (
    Scenario("whale_exit", _drop("whale"), (_price(64, 10.0), _loss(30.0))),
    Scenario(
        "owner_departure",
        _drop("price_shock"),
        (_price(3, 8.0), _price(39, 8.0), _price(81, 8.0), _loss(30.0)),
    ),
    Scenario(
        "correlated_crash",
        _drop("price_shock", "root_exit"),
        (
            Figure("sum of prices on day {day}", "sum_price", 8.0, relative=True, unit="TAO/alpha"),
            _loss(30.0),
            Figure(
                "expected shortfall 95 % by day {day}",
                "loss_realizable_usd",
                30.0,
                statistic="es",
                unit="USD",
            ),
        ),
    ),
    Scenario(
        "drought",
        _drop("drought"),
        (
            Figure("TAO in pools on day {day}", "total_tao_in", 37.0, relative=True),
            Figure(
                "sum of prices on day {day}", "sum_price", 37.0, relative=True, unit="TAO/alpha"
            ),
            _loss(60.0),
        ),
    ),
    Scenario(
        "root_exodus",
        _drop("root_exit"),
        (
            Figure(
                "chain buys, part of emission, on day {day}",
                "chain_buy_share",
                30.0,
                unit="%",
                factor=100.0,
            ),
            Figure(
                "sum of prices on day {day}", "sum_price", 60.0, relative=True, unit="TAO/alpha"
            ),
        ),
    ),
    Scenario(
        "registration_wave",
        _drop_table("arrivals"),
        (
            Figure("registrations by day {day}", "registrations", 42.0, unit=""),
            Figure("cost of the next one on day {day}", "lock_cost", 42.0),
            _loss(42.0),
        ),
    ),
    Scenario(
        "pump",
        _drop("pump"),
        (
            Figure(
                "moving price of SN120 on day {day}",
                "moving_price",
                14.0,
                120,
                relative=True,
                unit="TAO/alpha",
            ),
            Figure(
                "emission share of SN120 on day {day}",
                "emission_share",
                14.0,
                120,
                unit="%",
                factor=100.0,
            ),
            _price(120, 45.0),
            _loss(45.0),
        ),
    ),
    Scenario(
        "tao_usd_fall",
        _drop(),
        (
            Figure("price of TAO on day {day}", "tao_usd", 21.0, relative=True, unit="USD"),
            Figure("holder's loss by day {day}", "loss_realizable_usd", 30.0, unit="USD"),
            _loss(30.0),
        ),
    ),
    Scenario(
        "halving",
        _drop_table("network"),
        (
            Figure("TAO in pools on day {day}", "total_tao_in", 90.0, relative=True),
            Figure(
                "sum of prices on day {day}", "sum_price", 90.0, relative=True, unit="TAO/alpha"
            ),
            _loss(90.0),
        ),
    ),
    Scenario(
        "jumps",
        _calibrated,
        (
            Figure(
                "effective number by emission on day {day}",
                "emission_effective_number",
                30.0,
                unit="subnets",
            ),
            Figure("expected shortfall 95 % by day {day}", "loss_realizable", 30.0, statistic="es"),
        ),
    ),
    Scenario(
        "spirals",
        _calibrated,
        (
            Figure(
                "effective number by emission on day {day}",
                "emission_effective_number",
                90.0,
                unit="subnets",
            ),
            Figure(
                "emission share of the ten largest on day {day}",
                "emission_top10_share",
                90.0,
                unit="%",
                factor=100.0,
            ),
        ),
    ),
)


def main() -> None:
    """Runs the scenarios that are asked for, and puts their results into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="of scenarios; all by default")
    parser.add_argument("--paths", type=int, default=2048)
    asked = parser.parse_args()
    rows = _written()
    for scenario in SCENARIOS:
        if not asked.names or scenario.name in asked.names:
            rows[scenario.name] = _result(scenario, asked.paths)
            _write(rows)


def _config(scenario: Scenario, paths: int, *, happens: bool) -> Config:
    source = ROOT / "configs" / "stress" / f"{scenario.name}.toml"
    tables = tomllib.loads(source.read_text(encoding="utf-8"))
    if not happens:
        scenario.without(tables)
    days = sorted({float(tables["run"]["horizon_days"]), *(f.day for f in scenario.figures)})
    tables["run"] |= {"paths": paths, "report_days": days}
    if "portfolio" in tables:
        tables["portfolio"]["loss_days"] = days
    return config_from_dict(tables, source=source, overrides=list(scenario.changes))


def _result(scenario: Scenario, paths: int) -> str:
    """A cell of the table: what the scenario does to each figure."""
    sides = [_config(scenario, paths, happens=happens) for happens in (False, True)]
    folder = ROOT / "runs" / "scenarios" / scenario.name
    found = dtaojax.compare(*sides, labels=["without", scenario.name], folder=folder)
    return "<br>".join(_told(found, figure) for figure in scenario.figures)


def _told(found: dtaojax.Comparison, figure: Figure) -> str:
    row = _of_subnet(found, figure) if figure.netuid else _of_network(found, figure)
    value, error = with_error(figure.factor * row["value"], figure.factor * row["value_error"])
    scale = 100.0 / row["baseline_value"] if figure.relative else figure.factor
    change, its_error = with_error(scale * row["difference"], scale * row["standard_error"])
    unit = f" {figure.unit}" if figure.unit else ""
    sign = "+" if row["difference"] > 0.0 else ""
    percent = " %" if figure.relative else " points" if figure.unit == "%" else ""
    changed = f"{sign}{change} ± {its_error}{percent}" if its_error else "no change"
    words = figure.words.format(day=f"{figure.day:g}")
    return f"{words}: {value} ± {error or '0'}{unit} ({changed})"


def _of_network(found: dtaojax.Comparison, figure: Figure) -> dict[str, float]:
    """A figure of the network or the portfolio, its difference path by path."""
    table = found.differences
    rows = table[
        (table["quantity"] == figure.quantity)
        & (table["day"] == figure.day)
        & (table["statistic"] == figure.statistic)
        & table["scope"].isin(["network", "portfolio"])
    ]
    if figure.statistic == "es":
        rows = rows[rows["level"] == 0.95]
    (row,) = rows.to_dict("records")
    return row


def _of_subnet(found: dtaojax.Comparison, figure: Figure) -> dict[str, float]:
    """A figure of a subnet, whose paths are not kept: the error is at most the sum of both."""
    sides = []
    for run in found.runs:
        table = run.subnets
        rows = table[
            (table["quantity"] == figure.quantity)
            & (table["day"] == figure.day)
            & (table["statistic"] == "mean")
            & (table["netuid"] == figure.netuid)
        ]
        (row,) = rows.to_dict("records")
        sides.append(row)
    before, after = sides
    return {
        "value": after["value"],
        "value_error": after["standard_error"],
        "baseline_value": before["value"],
        "difference": after["value"] - before["value"],
        "standard_error": after["standard_error"] + before["standard_error"],
    }


def _written() -> dict[str, str]:
    """Results that the page has already."""
    between = PAGE.read_text(encoding="utf-8").split(MARKS[0])[1].split(MARKS[1])[0]
    return dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", between, re.MULTILINE))


def _write(rows: dict[str, str]) -> None:
    before, rest = PAGE.read_text(encoding="utf-8").split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    lines = ["", "| scenario | with it (what it changes) |", "|---|---|"]
    lines += [f"| `{each.name}` | {rows[each.name]} |" for each in SCENARIOS if each.name in rows]
    PAGE.write_text(
        before + MARKS[0] + "\n".join(lines) + "\n\n" + MARKS[1] + after, encoding="utf-8"
    )


if __name__ == "__main__":
    main()
