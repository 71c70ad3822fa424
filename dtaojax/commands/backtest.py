"""``dtaojax backtest``: roll forecasts through a price history."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from dtaojax.terminal.console import answer, err, progress, tell_notices
from dtaojax.terminal.options import OutFolder, Overrides, Quiet


def backtest(
    config: Annotated[
        Path,
        typer.Argument(
            help="A config in TOML, for example configs/backtest_2025.toml.", show_default=False
        ),
    ],
    set_: Overrides = None,
    out_folder: OutFolder = None,
    quiet: Quiet = False,
) -> None:
    """Report whether forecasts held: of prices through a history, or of a whole run.

    With a price history, forecasts are rolled: on each day only what was known then is used, and
    two simple forecasts that anyone could make are judged in the same tables. A config that names a
    run holds that run against later states of the network.
    """
    from dtaojax.studies.backtest.config import is_run_backtest

    if is_run_backtest(config):
        _of_run(config, list(set_ or []), out_folder, quiet)
        return
    from dtaojax.studies.backtest.prices.backtest import read_backtest, run_backtest

    inputs = read_backtest(config, list(set_ or []))
    tell_notices(inputs.panel.notices, quiet)
    folder = out_folder or inputs.config.output_folder
    with progress("forecasting", len(inputs.plan.origins), quiet) as show_done:
        report = run_backtest(inputs, folder, show_done)
    if not quiet:
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        err().print(_verdict_table(summary["verdicts"]))
    answer(report if quiet else f"report: {report}")


def _of_run(config: Path, overrides: list[str], out_folder: Path | None, quiet: bool) -> None:
    from dtaojax.studies.backtest.runs.backtest import read_run_backtest, run_run_backtest

    inputs = read_run_backtest(config, overrides)
    folder = out_folder or inputs.config.output_folder
    with progress("simulating", inputs.n_runs, quiet) as show_done:
        report = run_run_backtest(inputs, folder, show_done)
    if not quiet:
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        err().print(_quantity_table(summary["verdicts"]))
    answer(report if quiet else f"report: {report}")


def _quantity_table(verdicts: list[dict[str, Any]]) -> Table:
    """Tabulate whether each figure of a run held, over all dates; of several start by start."""
    heads = ("figure", "of", "in the 95 % interval", "CRPS / rival's")
    several = len({verdict["start"] for verdict in verdicts}) > 2
    heads = ("start", *heads) if several else heads
    table = Table(*heads, box=None, pad_edge=False)
    for verdict in verdicts:
        if several == (verdict["start"] == ""):
            continue
        table.add_row(
            *([verdict["start"]] if several else []),
            verdict["quantity"].replace("_", " "),
            verdict["of"],
            f"{100 * verdict['coverage']:.0f} % of {verdict['cases']:,}",
            "-" if verdict["ratio"] is None else f"{verdict['ratio']:.2f}",
        )
    return table


def _verdict_table(verdicts: list[dict[str, Any]]) -> Table:
    """Tabulate whether the first forecaster held for mature subnets, by horizon."""
    heads = (
        "days ahead",
        "in the 95 % interval",
        "light of the VaR 99 %",
        "no better than",
        "held",
    )
    table = Table(*heads, box=None, pad_edge=False)
    for verdict in verdicts:
        error = verdict["coverage_error"]
        table.add_row(
            f"{verdict['horizon']}",
            f"{100 * verdict['coverage']:.1f} % ± {100 * error:.1f}",
            verdict["zone"],
            ", ".join(verdict["worse_than"]) or "-",
            "yes" if verdict["held"] else "no",
        )
    return table
