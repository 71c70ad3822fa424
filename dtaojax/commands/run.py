"""``dtaojax run``: simulate a network and write a risk report."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.table import Column, Table

from dtaojax.results.contract import why_missing
from dtaojax.terminal.console import answer, err, error_words, progress, say_trust
from dtaojax.terminal.options import (
    ConfigFile,
    ExecutorOption,
    OutFolder,
    Overrides,
    Quiet,
    SchedulerOption,
    WorkersOption,
    crew_maker,
)


def run(
    config: ConfigFile,
    set_: Overrides = None,
    out_folder: OutFolder = None,
    seed: Annotated[
        int | None, typer.Option(help="Of all random numbers.", show_default=False)
    ] = None,
    paths: Annotated[
        int | None, typer.Option(help="Number of random paths.", show_default=False)
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Drop what an unfinished run left in the folder.")
    ] = False,
    executor: ExecutorOption = None,
    workers: WorkersOption = None,
    scheduler: SchedulerOption = None,
    quiet: Quiet = False,
) -> None:
    """Simulate a network under random demand and write a risk report.

    The answer is a folder: report.html to read, summary.json and Parquet tables to compute with,
    manifest.json to know how the numbers were made. A run that was killed goes on where it was when
    the same command is given again.
    """
    from dtaojax.inputs import read_inputs

    overrides = list(set_ or [])
    if seed is not None:
        overrides.append(f"run.seed={seed}")
    if paths is not None:
        overrides.append(f"run.paths={paths}")
    inputs = read_inputs(config, overrides)
    folder = out_folder or inputs.config.output_folder

    from dtaojax.studies.run.simulate import run_report

    makes_crew = crew_maker(executor, workers, scheduler)
    with progress("simulating paths", inputs.config.run.paths, quiet) as show_done:
        report = run_report(inputs, folder, show_done, fresh=fresh, crew_maker=makes_crew)
    if quiet:
        answer(report)
        return
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    say_trust(summary)
    err().print(headline_table(summary["metrics"]))
    if "decomposition" in summary:
        console = err()
        console.width = max(console.width, 120)
        console.print(_sources_table(summary["decomposition"]))
    answer(f"report: {report}")


def headline_table(metrics: list[dict[str, Any]]) -> Table:
    """Tabulate a few headline numbers at the last day that they have, with their errors."""
    names = {
        "emission_effective_number": "effective number of subnets by emission",
        "emission_top10_share": "emission share of the ten largest",
        "total_tao_in": "TAO in pools",
        "loss_realizable_var_95": "loss not exceeded in 95 % of paths, realizable",
        "loss_realizable_es_95": "mean loss in the worst 5 % of paths, realizable",
    }
    table = Table("after", "figure", "value", "± standard error", "unit", box=None, pad_edge=False)
    # The records of a number come in the order of their days.
    latest = {metric["name"]: metric for metric in metrics}
    today = next((m["value"] for m in metrics if m["name"] == "value_realizable"), None)
    for name, meaning in names.items():
        if name not in latest:
            continue
        metric = latest[name]
        table.add_row(*_cells(metric, meaning, 1.0, metric["unit"]))
        if name.startswith("loss_") and metric["value"] is not None and today:
            table.add_row(*_cells(metric, "  of what it would bring today", 100.0 / today, "%"))
    return table


def _cells(metric: dict[str, Any], meaning: str, factor: float, unit: str) -> tuple[str, ...]:
    """Write a number, times a factor, as a row of the table."""
    value, error = metric["value"], metric["standard_error"]
    return (
        f"{metric['day']:g} days",
        meaning,
        why_missing(metric["name"]) if value is None else f"{factor * value:,.4g}",
        error_words(None if error is None else factor * error),
        unit,
    )


def _sources_table(records: list[dict[str, Any]]) -> Table:
    """Tabulate the part of a few figures' variance that each source of randomness makes alone."""
    names = {
        "emission_effective_number": "effective number",
        "emission_top10_share": "top-10 share",
        "emission_share": "emission share",
        "loss_realizable": "loss, realizable",
    }
    # What sources make only together has an order of its own.
    alone = [each for each in records if each["order"] != "total" and each["value"] is not None]
    sources = dict.fromkeys(each["source"] for each in alone if each["value"] != 0.0)
    table = Table(
        *(Column(head, no_wrap=True) for head in ("of the variance [%]", *sources)),
        box=None,
        pad_edge=False,
    )
    rows: dict[str, dict[str, str]] = {}
    for each in alone:
        if each["quantity"] in names:
            subnet = "" if each["netuid"] is None else f", SN{each['netuid']}"
            error = each["standard_error"]
            told = error_words(None if error is None else 100.0 * error)
            share = f"{100 * each['value']:.0f} ± {told}"
            rows.setdefault(names[each["quantity"]] + subnet, {})[each["source"]] = share
    for name, shares in rows.items():
        table.add_row(name, *(shares.get(source, "") for source in sources))
    return table
