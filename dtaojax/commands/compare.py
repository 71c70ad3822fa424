"""``dtaojax compare``: what is different between runs on the same random paths."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Column, Table
from rich.text import Text

from dtaojax.terminal.console import answer, err, error_words, progress
from dtaojax.terminal.options import (
    ExecutorOption,
    Overrides,
    Paths,
    Quiet,
    SchedulerOption,
    Seed,
    WorkersOption,
    crew_maker,
    sized,
)

if TYPE_CHECKING:
    from dtaojax.studies.compare.result import ComparisonResult

_SHOWN = {
    "emission_effective_number": "effective number of subnets by emission",
    "emission_top10_share": "emission share of the ten largest",
    "total_tao_in": "TAO in pools",
    "loss_realizable_var_95": "VaR 95 %, realizable",
    "loss_realizable_es_95": "ES 95 %, realizable",
}
"""Numbers of the table on the terminal; all are in the files."""


def compare(
    runs: Annotated[
        list[Path],
        typer.Argument(
            help="Configs, which are run, or folders of finished runs. The first is what the "
            "others are held against.",
            show_default=False,
        ),
    ],
    set_: Overrides = None,
    grid: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=V1,V2",
            help="With one config: run it with each of these values, and compare those.",
            show_default=False,
        ),
    ] = None,
    out_folder: Annotated[
        Path | None,
        typer.Option("--out", help="Folder.", show_default="<the first run's folder>-compare"),
    ] = None,
    paths: Paths = None,
    seed: Seed = None,
    take_apart: Annotated[
        bool,
        typer.Option(
            "--take-apart",
            help="Tell what the rules do by themselves from what owners and root do about them, by "
            "one more run, of twice the work, for each config but the first.",
        ),
    ] = False,
    executor: ExecutorOption = None,
    workers: WorkersOption = None,
    scheduler: SchedulerOption = None,
    quiet: Quiet = False,
) -> None:
    """Compare mechanisms, demands, networks or portfolios on the same random paths.

    Every difference comes with the error of paired paths. The answer is a folder: report.html,
    differences.csv and differences.parquet. Configs are run into runs/ in that folder; runs that
    are finished are not run again.
    """
    from dtaojax.studies.compare.inputs import plan_comparison

    planned = plan_comparison(runs, sized(set_, paths, seed), list(grid or []), out_folder)
    pending = [(each.inputs, each.folder) for each in planned.runs if each.inputs]
    further = None
    if take_apart:
        from dtaojax.studies.compare.take_apart import counterfactuals

        further = counterfactuals(
            [each.label for each in planned.runs],
            [each.inputs for each in planned.runs],
            planned.folder,
        )
        pending += [(each.inputs, each.folder) for each in further if each.inputs]

    # Finished runs are compared without JAX, which is slow to load.
    from dtaojax.studies.compare.compare import comparing

    with comparing(planned.folder) as done:
        if pending:
            from dtaojax.studies.shared.batch import Job, Watcher, run_batch

            makes_crew = crew_maker(executor, workers, scheduler)
            total = sum(inputs.config.run.paths for inputs, _ in pending)
            with progress("simulating paths", total, quiet) as show_done:
                jobs = [Job(*each) for each in pending]
                run_batch(jobs, Watcher(advance=show_done), makes_crew)
        apart = None if further is None else [each.read() for each in further]
        found = done([each.read() for each in planned.runs], apart)
    report = planned.folder / "report.html"
    if quiet:
        answer(report)
        return
    console = err()
    console.width = max(console.width, 140)
    console.print(differences_table(found))
    if found.parts is not None:
        console.print(_parts_table(found))
        for run in found.others:
            if reason := found.why_whole(run):
                console.print(Text(f"{found.labels[run]}: not taken apart. {reason}"))
    answer(f"report: {report}")


def differences_table(found: ComparisonResult) -> Table:
    """Tabulate a few differences on the last day that they have."""
    heads = ("run", "figure", "day", "difference", "± standard error", "95 % interval", "unit")
    table = Table(*(Column(head, no_wrap=True) for head in heads), box=None, pad_edge=False)
    whole = found.differences[found.differences["scope"].isin(["network", "portfolio"])]
    for (run, name), rows in whole.groupby(["run", "name"], sort=False):
        if name in _SHOWN:
            row = rows.iloc[-1]
            table.add_row(
                Text(str(run)),
                _SHOWN[str(name)],
                f"{row['day']:g}",
                f"{row['difference']:+,.4g}",
                _error_words(row["standard_error"]),
                f"{row['ci_low']:,.4g} to {row['ci_high']:,.4g}",
                str(row["unit"]),
            )
    return table


def _parts_table(found: ComparisonResult) -> Table:
    """Tabulate what of these differences the rules make, and what owners and root in response."""
    heads = ("run", "figure", "day", "by the rules", "by the answer", "unit")
    table = Table(*(Column(head, no_wrap=True) for head in heads), box=None, pad_edge=False)
    assert found.parts is not None
    whole = found.parts[found.parts["scope"].isin(["network", "portfolio"])]
    for (run, name), rows in whole.groupby(["run", "name"], sort=False):
        if name not in _SHOWN:
            continue
        last = rows[rows["day"] == rows["day"].max()].set_index("part")
        parts = (last.loc[part] for part in ("rules", "answer"))
        cells = [
            f"{part['difference']:+,.4g} ± {_error_words(part['standard_error'])}" for part in parts
        ]
        unit = str(last["unit"].iloc[0])
        table.add_row(Text(str(run)), _SHOWN[str(name)], f"{rows['day'].max():g}", *cells, unit)
    return table


def _error_words(standard_error: float) -> str:
    """Return the error of a difference, which is nothing where the runs agree path by path."""
    return "none, the same on every path" if standard_error == 0.0 else error_words(standard_error)
