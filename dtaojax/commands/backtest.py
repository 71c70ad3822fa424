"""``dtaojax backtest``: roll forecasts through a price history."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from dtaojax.commands.options import OutFolder, Overrides, Quiet
from dtaojax.commands.terminal import err, progress, tell_notices


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
    """Roll forecasts through a price history and report whether they held.

    On each day only what was known then is used. Two simple forecasts that anyone could make are
    judged in the same tables.
    """
    from dtaojax.pipeline.backtest import read_backtest, run_backtest

    inputs = read_backtest(config, list(set_ or []))
    tell_notices(inputs.panel.notices, quiet)
    folder = out_folder or inputs.config.output_folder
    with progress("forecasting", len(inputs.plan.origins), quiet) as show_done:
        report = run_backtest(inputs, folder, show_done)
    if not quiet:
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        err().print(_verdict_table(summary["verdicts"]))
    typer.echo(report if quiet else f"report: {report}")


def _verdict_table(verdicts: list[dict[str, Any]]) -> Table:
    """Whether the first forecaster held for mature subnets, by horizon."""
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
