"""A number on a page is the number of the table: every mark stands where its key belongs."""

from __future__ import annotations

import dataclasses
import itertools
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from keyed import Marks, added, key_of, keyed
from report_fixture import make_results

from dtaojax.report import render_report
from dtaojax.report.subnet_page import render_subnet
from dtaojax.results import Results

KEYED = Path(__file__).parent / "keyed_pages"
"""What stands on each kind of page, read and found right; see the README there."""
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
        frame = made.tables[name]
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
    tables |= {"initial": initial, "losses": losses[losses["day"].isin(DAYS)]}
    config = made.manifest["config"] | {
        "mechanism": {"preset": "gate_rank_2026", "weight_rule": {"kind": "ema_price_burn"}}
    }
    run = made.manifest["run"] | {"report_days": list(DAYS[1:])}
    manifest = made.manifest | {"config": config, "run": run}
    run = dataclasses.replace(made, metrics=(), tables=tables, manifest=manifest)
    derive(marks, run)
    return run


def derive(marks: Marks, run: Results) -> None:
    """Name what pages compute from several cells, by formulas of this test's own."""

    def value(table: str, quantity: str, netuid: int | None = None, day: float = 90.0) -> float:
        frame = run.tables[table]
        of_whom = frame["netuid"].isna() if netuid is None else frame["netuid"] == netuid
        chosen = of_whom & (frame["quantity"] == quantity) & (frame["day"] == day)
        return frame[chosen & frame["statistic"].isin(("mean", "probability"))]["value"].item()

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
        found[key] = 100.0 * row["value"] / sold
        marks.errors[key] = 100.0 * row["standard_error"] / sold
    for netuid, start in initial.iterrows():
        gone = value("subnets", "deregistered", netuid)
        share = value("subnets", "emission_share", netuid)
        weight, depth = start["pre_gate_share"], start["tao_in"]
        at_bar = bar / (1.0 - bar) * (1.0 - weight) / weight
        below = value("subnets", "below_bar", netuid)
        for what, number in (
            ("emission_share, mean, day 90, short, %", 100.0 * share),
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
        marks.errors[f"SN{netuid} tao_in, change in the mean, day 90, %"] = 100.0 * 1.2 / depth
        marks.errors[f"SN{netuid} emission_share, mean, day 90, TAO a day"] = emitted * 0.00012
    marks.derived |= found


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


PAGES: Mapping[str, Callable[[], Iterator[str]]] = {
    "run": of_a_run,
    "run_that_gains": of_a_run_that_gains,
    "subnet": of_a_subnet,
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
