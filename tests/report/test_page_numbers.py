"""A number on a page is the number of the table: every mark stands where its key belongs."""

from __future__ import annotations

import dataclasses
import itertools
import json
import os
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from keyed import ITS, Marks, added, key_of, keyed
from made_cohorts import made_table
from made_runs import make_run
from places import TESTS
from report_fixture import make_results

from dtaojax.results.contract import Results
from dtaojax.studies.article.page.page import render_article
from dtaojax.studies.article.result import (
    ArticleResults,
    ClaimResult,
    ExperimentResult,
    FigureResult,
    Interval,
    Series,
)
from dtaojax.studies.backtest.prices.page.page import render_backtest
from dtaojax.studies.backtest.prices.result import BacktestResults
from dtaojax.studies.backtest.runs.page.page import render_run_backtest
from dtaojax.studies.backtest.runs.result import RunBacktestResults
from dtaojax.studies.calibrate.page import GoodnessPage, render_goodness_page
from dtaojax.studies.compare.compare import compare_finished
from dtaojax.studies.compare.inputs import plan_comparison
from dtaojax.studies.compare.page.page import render_comparison
from dtaojax.studies.run.page.page import render_report
from dtaojax.studies.run.page.subnet_page import render_subnet
from dtaojax.studies.sensitivity.page.page import render_sensitivity
from dtaojax.studies.snapshot.page import render_differences
from dtaojax.studies.snapshot.result import QUANTITIES, Differences
from dtaojax.studies.stress.page.page import render_stress
from dtaojax.studies.tune.page.page import render_tune

KEYED = TESTS / "keyed_pages"
"""What stands on each kind of page, read and found right; see the README there."""
SHAPES = TESTS / "page_shapes"
"""Small results of the shape that commands leave; their numbers are exchanged for marks."""
IDENTITY = ("name", "quantity", "scope", "netuid", "day", "statistic", "level", "n_paths")
NETUIDS = (4, 19, 64)
DAYS = (0.0, 30.0, 90.0)
INITIAL = (
    "price", "tao_in", "gated_share", "pre_gate_share", "emission_per_tao", "tao_emission", "rank"
)  # fmt: skip


def marked_run(marks: Marks, negative: str = "") -> Results:
    """A run of three subnets and two later days, every number a mark."""
    made = make_results()
    tables = {}
    for name in ("network", "portfolio", "subnets"):
        frame = _with_dollars(made.tables[name])
        known = frame["netuid"].isna() | frame["netuid"].isin((0, *NETUIDS))
        tables[name] = marks.estimates(frame[known & frame["day"].isin(DAYS)], negative)
    initial = made.tables["initial"]
    initial = initial[initial["netuid"].isin(NETUIDS)].reset_index(drop=True)
    short = (number for number in itertools.count(311) if number % 10)
    for column in INITIAL:
        is_part = column.endswith("share")
        initial[column] = [next(short) / (1e3 if is_part else 1.0) for _ in NETUIDS]
        for netuid, number in zip(initial["netuid"], initial[column], strict=True):
            marks.name(f"{column}, SN{netuid}, start", number, is_part)
    losses = made.tables["losses"]
    cohorts = marks.estimates(made_table(("owner", "miner", "root"), DAYS), tell=("cohort",))
    last = made.tables["network"].query("quantity == 'sum_price' and day == 90").head(1)
    settling = pd.concat(last.assign(n_paths=paths) for paths in (100, 200, 400))
    tables |= {
        "initial": initial,
        "losses": losses[losses["day"].isin(DAYS)],
        "cohorts": cohorts,
        "convergence": marks.estimates(settling, tell=("n_paths",)),
    }
    config = made.manifest["config"] | {
        "mechanism": {"preset": "gate_rank_2026", "weight_rule": {"kind": "ema_price_burn"}}
    }
    run = made.manifest["run"] | {"report_days": list(DAYS[1:])}
    manifest = made.manifest | {"config": config, "run": run}
    run = dataclasses.replace(made, metrics=(), tables=tables, manifest=manifest)
    derive(marks, run)
    return run


def _with_dollars(frame: pd.DataFrame) -> pd.DataFrame:
    """The same with losses and values in dollars too, and with the price of TAO."""
    portfolio = frame[frame["quantity"].str.fullmatch("(loss|value)_(spot|realizable)")]
    price = frame[frame["quantity"] == "sum_price"]
    dollars = portfolio[portfolio["scope"] == "portfolio"]
    return pd.concat(
        [
            frame,
            dollars.assign(quantity=dollars["quantity"] + "_usd", unit="USD"),
            price.assign(quantity="tao_usd", unit="USD"),
        ]
    )


def derive(marks: Marks, run: Results) -> None:
    """Name what pages compute from several cells, by formulas of this test's own."""

    def value(
        table: str,
        quantity: str,
        netuid: int | None = None,
        day: float = 90.0,
        column: str = "value",
    ) -> float:
        frame = run.tables[table]
        of_whom = frame["netuid"].isna() if netuid is None else frame["netuid"] == netuid
        chosen = of_whom & (frame["quantity"] == quantity) & (frame["day"] == day)
        return frame[chosen & frame["statistic"].isin(("mean", "probability"))][column].item()

    initial = run.tables["initial"].set_index("netuid")
    emitted = 7200.0 * initial["tao_emission"].sum()
    bar = run.manifest["network"]["gate_bar"]
    spot, sold = (value("portfolio", f"value_{kind}", day=0.0) for kind in ("spot", "realizable"))
    found = {
        "bar, %": 100.0 * bar,
        "TAO emitted a day": emitted,
        "less if sold than at spot, start, %": 100.0 * (1.0 - sold / spot),
    }
    losses = run.tables["portfolio"]
    tails = losses["statistic"].isin(("var", "es")) & (losses["quantity"] == "loss_realizable")
    for row in losses[tails].to_dict("records"):
        key = f"{key_of(row)}, % of value_realizable, start"
        marks.derive(key, 100.0 * row["value"] / sold, 100.0 * row["standard_error"] / sold)
    for netuid, start in initial.iterrows():
        gone = value("subnets", "deregistered", netuid)
        share = value("subnets", "emission_share", netuid)
        weight, depth = start["pre_gate_share"], start["tao_in"]
        at_bar = bar / (1.0 - bar) * (1.0 - weight) / weight
        below = value("subnets", "below_bar", netuid)
        for what, number in (
            ("emission_share, mean, day 90, TAO a day", emitted * share),
            ("tao_emission, start, a day", 7200.0 * start["tao_emission"]),
            ("days until a TAO of buying is earned", 1.0 / start["emission_per_tao"]),
            ("sales that lead to the bar, start", depth * (1.0 - at_bar**0.5)),
            ("fate: below the bar, and gone twice", below + 2.0 * gone),
            ("buying to the bar where below", value("subnets", "buying_to_bar", netuid) / below),
            ("tao_in, change in the mean, day 90, %",
             100.0 * (value("subnets", "tao_in", netuid) / depth - 1.0)),
        ):  # fmt: skip
            found[f"SN{netuid} {what}"] = number
        # The same number as a mark, to fewer digits.
        marks.derived[f"SN{netuid} emission_share, mean, day 90, short, %"] = 100.0 * share
        for key, quantity, factor in (
            ("tao_in, change in the mean, day 90, %", "tao_in", 100.0 / depth),
            ("emission_share, mean, day 90, TAO a day", "emission_share", emitted),
        ):
            error = value("subnets", quantity, netuid, column="standard_error")
            marks.errors[f"SN{netuid} {key}"] = {ITS: factor * error}
    for key, number in found.items():
        marks.derive(key, number)


def of_a_run() -> Iterator[str]:
    """The report for everybody, and what other audiences read beside it."""
    marks = Marks()
    results = marked_run(marks)
    known: list[str] = []
    for audience, netuid in (
        (None, None), ("holder", None), ("owner", None), ("owner", 19), ("designer", None)
    ):  # fmt: skip
        lines = list(keyed(render_report(results, audience, netuid), marks))
        yield f"## audience {audience or 'everybody'}" + (f", SN{netuid}" if netuid else "")
        yield from added(lines, known)
        known += lines


def of_a_run_that_gains() -> Iterator[str]:
    """The same where the portfolio gains even in its tails: other words, other signs."""
    marks = Marks()
    losing, gaining = marked_run(marks), marked_run(gained := Marks(), "loss_")
    for audience in (None, "holder"):
        known = list(keyed(render_report(losing, audience), marks))
        yield f"## audience {audience or 'everybody'}"
        yield from added(keyed(render_report(gaining, audience), gained), known)


def of_a_subnet() -> Iterator[str]:
    """The page of one subnet."""
    marks = Marks()
    yield from keyed(render_subnet(marked_run(marks), 19), marks)


def of_a_study(render: Callable[[Any], str], name: str, known: Collection[str]) -> Iterator[str]:
    """A page made of the JSON of a study, in the shape that a finished one has."""
    marks = Marks()
    shape = json.loads((SHAPES / f"{name}.json").read_text(encoding="utf-8"))
    kept = {key: shape[key] for key in ("config", "made", "horizon_days") if key in shape}
    found = marks.tree(shape, "", (*kept, *known)) | kept
    for each in found.get("sobol", ()):
        for order in ("first", "total"):
            width = each[f"{order}_ci_high"] - each[f"{order}_ci_low"]
            key = f"sobol {each['headline']}, {each['parameter']}: {order}_value"
            marks.errors[key] = {"width of its interval / 3.92": width / 3.92}
    yield from keyed(render(found), marks)


def of_a_comparison() -> Iterator[str]:
    """Runs held side by side."""
    marks = Marks()
    with tempfile.TemporaryDirectory() as folder:
        folders = [make_run(Path(folder) / name) for name in ("base", "other")]
        found = compare_finished(
            [each.read() for each in plan_comparison(folders, [], [], None).runs]
        )
    table = found.differences
    table = table[(table["day"] > 0.0) & (table["netuid"].isna() | table["netuid"].isin((4, 19)))]
    table = table[~table["statistic"].isin(("quantile",))]
    marked = marks.frame(table.astype({"netuid": object}), "", IDENTITY)
    yield from keyed(render_comparison(dataclasses.replace(found, differences=marked)), marks)


def of_a_backtest() -> Iterator[str]:
    """The back-test of a demand."""
    marks = Marks()
    shape = json.loads((SHAPES / "backtest.json").read_text(encoding="utf-8"))
    known = ("horizon", "level", "low", "high", "density", "density_error", "expected")
    tables = {name: marks.frame(pd.DataFrame(rows), name, known) for name, rows in shape.items()}
    manifest = {
        "title": "A back-test",
        "history": {"file": "h.csv", "first": "2026-01-01", "last": "2026-02-01", "prices": 7,
                    "series": 3, "sha256": "0" * 64, "regime": ""},
        "origins": {"number": 5, "first": "2026-01-01", "last": "2026-01-05"},
        "config": {"forecast": {"forecasters": ["stochastic_variance", "random_walk"],
                                "paths": 3, "seed": 1}},
        "fits": 1,
        "versions": {},
        "dtaojax_version": "0",
        "created": "2026-02-02T00:00:00+00:00",
    }  # fmt: skip
    yield from keyed(render_backtest(BacktestResults(manifest, tables)), marks)


def of_a_run_backtest() -> Iterator[str]:
    """The back-test of whole runs from two starts."""
    marks = Marks()
    names, days = ("forecast", "spot", "unchanged"), (2.0, 3.0, 5.0)
    starts = {"early": days[:2], "late": days[2:]}
    started = {day: start for start, dates in starts.items() for day in dates}
    scores = {f"crps_{name}": 1.0 for name in names}
    ends = {f"{end}_{level}": 1.0 for level in ("0.5", "0.8", "0.95") for end in ("low", "high")}
    covered = {f"coverage_{level}": 1.0 for level in ("0.5", "0.95")}
    rows = {
        "subnets": [
            {"quantity": quantity, "day": day, "subnets": 3, **covered, **scores}
            for quantity in ("emission_share", "price")
            for day in days
        ],
        "network": [
            {"quantity": "emission_effective_number", "day": day, "at_start": 1.0, "outcome": 1.0,
             "median": 1.0, "pit": 0.5, "inside_0.95": day > 2.0, **ends, **scores}
            for day in days
        ],
        "events": [
            {"event": event, "day": 3.0, "happened": 2, "expected": 1.0,
             **{f"brier_{name}": 1.0 for name in names}}
            for event in ("below_bar", "deregistered")
        ],
    }  # fmt: skip
    tables = {name: marks.frame(pd.DataFrame(each), name, ("day",)) for name, each in rows.items()}
    for table in tables.values():
        table["start"] = [started[day] for day in table["day"]]
    tables["pit"] = pd.DataFrame(columns=["start", "day", "quantity", "tenth", "part"])
    for name in ("subnets", "network"):
        tables[name]["crps_spot"] = [marks.whole() // 4.0 for _ in range(len(tables[name]))]
        for row in tables[name].itertuples():
            marks.name(f"{name} {row.quantity}, day {row.day:g}: crps_spot", row.crps_spot)
    for end, first in (("low_0.95", 1.001), ("high_0.95", 2.001)):
        values = [first + 0.111 * place for place in range(len(days))]
        tables["network"][end] = values
        for day, value in zip(days, values, strict=True):
            marks.name(f"network emission_effective_number, day {day:g}: {end}", value)
    for name, column in (
        ("subnets", "coverage_0.95"),
        ("network", "crps_forecast"),
        ("network", "crps_spot"),
    ):
        for quantity, of in tables[name].groupby("quantity"):
            factor = 100.0 if column.startswith("coverage") else 1.0
            marks.derive(f"{name} {quantity}: mean {column}", factor * of[column].mean())
    for quantity, of in tables["subnets"].groupby("quantity"):
        ratio = of["crps_forecast"].mean() / of["crps_spot"].mean()
        marks.derive(f"subnets {quantity}: crps_forecast / crps_spot - 1, %", 100.0 * (ratio - 1.0))
    for (start, quantity), of in tables["subnets"].groupby(["start", "quantity"]):
        for column in covered if len(of) > 1 else ():
            mean = 100.0 * of[column].mean()
            marks.derive(f"subnets {quantity} from {start}: mean {column}", mean)
    part = {"behaviour": "b", "paths": 3, "config_hash": "c", "lost": 0}
    manifest = {
        "title": "A back-test of runs",
        "starts": [
            {
                "name": name,
                "network": "state",
                "block": 1,
                "rules": [{"preset": "rules", "block": 1, "day": 0.0}],
                "outcomes": [{"day": day, "name": "later", "knows": ["price"]} for day in dates],
                "run": {"forecast": part, "spot": part},
                "seed": 1,
                "assumed": [],
                "given": [],
                "looks_ahead": [],
                "trust": {"back_tested": False},
            }
            for name, dates in starts.items()
        ],
        "config": {"rival_name": "spot", "levels": [0.5, 0.95]},
        "versions": {},
        "dtaojax_version": "0",
        "created": "2026-02-02T00:00:00+00:00",
    }
    yield from keyed(render_run_backtest(RunBacktestResults(manifest, tables)), marks)


def of_a_fit() -> Iterator[str]:
    """What a calibration leaves."""
    marks = Marks()
    names = ("first figure", "second figure")
    rows = marks.tree(
        [
            {"name": name, "low": 1.0, "data": 1.0, "high": 1.0, "model": 1.0, "model_error": 1.0}
            for name in names
        ],
        "",
    )
    columns = {key: np.array([row[key] for row in rows]) for key in rows[0] if key != "name"}
    values = marks.tree({"level.reversion": 1.0, "standard_error": 1.0, "held": 1.0}, "fit")
    inside = np.array([True, False])
    page = GoodnessPage(
        title="A fit",
        facts=[],
        names=names,
        table=SimpleNamespace(**columns, inside=inside),
        parameters=[
            ("level.reversion", values["level.reversion"], values["standard_error"]),
            ("held", values["held"], None),
        ],
        curves={},
        histories=3,
    )
    yield from keyed(render_goodness_page(page), marks)


def of_two_states() -> Iterator[str]:
    """What changed between two states of a network."""
    marks = Marks()
    sides = ("old", "new", "change")
    rows = [
        {"netuid": netuid, "name": name, "what": what, "moved": 1.0,
         **{f"{quantity}_{side}": 1.0 for quantity in QUANTITIES for side in sides}}
        for netuid, name, what in (
            (4, "four", ""), (19, "nineteen", "switched off"), (64, "sixty-four", "")
        )
    ]  # fmt: skip
    figures = (
        "effective number by emission", "Herfindahl index of emission", "ten largest by emission",
        "ten largest by TAO in pools", "TAO in pools",
    )  # fmt: skip
    old = [{"figure": name, "unit": "-", "old": 1.0} for name in figures]
    new = [{"figure": name, "unit": "-", "new": 1.0} for name in figures]
    whole = marks.frame(pd.DataFrame(old), "", ())
    subnets = marks.frame(pd.DataFrame(rows), "", ("netuid",))
    whole["new"] = marks.frame(pd.DataFrame(new), "", ())["new"]
    for row in whole.itertuples():
        marks.derive(f"{row.figure}: new - old", row.new - row.old)
    pools = whole.set_index("figure").loc["TAO in pools"]
    marks.derive("TAO in pools: new / old - 1, %", 100.0 * (pools["new"] / pools["old"] - 1.0))
    for level in (0.25, 0.5, 0.75):
        ratio = float(np.quantile(1.0 + subnets["price_change"], level))
        marks.derive(f"1 + price_change, quantile {100 * level:g} %", ratio)
    made = {"dtaojax_version": "0", "created": "2026-02-02T00:00:00+00:00"}
    found = Differences("old", "new", 7.0, "rules", subnets, whole, (), made)
    yield from keyed(render_differences(found), marks)


def of_the_article() -> Iterator[str]:
    """Statements put to the test, in two cases."""
    marks = Marks()

    def number(name: str) -> Interval:
        found = marks.tree({"low": 1.0, "value": 1.0, "high": 1.0, "standard_error": 1.0}, name)
        return Interval(**found)

    claims = [
        ClaimResult(text, "measure", unit, "of", "above 1", is_percent,
                    [number(f"{text}, {case}") for case in ("one case", "other case")],
                    ["supported", "not supported"])
        for text, unit, is_percent in (("a claim", "TAO", False), ("a share", "ratio", True))
    ]  # fmt: skip
    series = Series("line", [0.0, 1.0], *(
        [float(f"{marks.tree(1.0, f'figure, {end} {name}')}") for name in ("first", "last")]
        for end in ("value", "low", "high")
    ))  # fmt: skip
    figure = FigureResult("over_days", "F", "C.", "days", "TAO", "linear", False, [series])
    cases = [("one case", "supported"), ("other case", "not supported")]
    result = ExperimentResult(
        "S1", "title", "statement", "simulated", "hangs on", "depends on", "depends", cases,
        claims, figure, [], [], 1.0, 3, 0, "config",
    )  # fmt: skip
    made = {"dtaojax_version": "0", "created": "2026-02-02T00:00:00+00:00"}
    manifest = made | {"device": "cpu", "seconds": 1.0, "versions": {}}
    yield from keyed(render_article(ArticleResults([result], manifest)), marks)


PAGES: Mapping[str, Callable[[], Iterator[str]]] = {
    "run": of_a_run,
    "run_that_gains": of_a_run_that_gains,
    "subnet": of_a_subnet,
    "compare": of_a_comparison,
    "tune": lambda: of_a_study(render_tune, "tune", ("bound", "sign")),
    "stress": lambda: of_a_study(render_stress, "stress", ("budget", "period")),
    "sensitivity": lambda: of_a_study(render_sensitivity, "sensitivity", ()),
    "article": of_the_article,
    "backtest": of_a_backtest,
    "run_backtest": of_a_run_backtest,
    "calibrate": of_a_fit,
    "snapshot_diff": of_two_states,
}


@pytest.mark.parametrize("page", PAGES)
def test_every_number_stands_where_its_key_belongs(page: str) -> None:
    found = "\n".join(PAGES[page]()) + "\n"
    file = KEYED / f"{page}.txt"
    if os.environ.get("DTAOJAX_KEYED_PAGES") == "write":
        file.write_text(found, encoding="utf-8")
    assert found.splitlines() == file.read_text(encoding="utf-8").splitlines(), (
        "numbers moved, or words beside them changed; tests/keyed_pages/README.md says what to do"
    )
