"""The command line: parses and prints, and leaves the work to the pipeline."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from dtaojax import __version__
from dtaojax.commands.sweep import sweep
from dtaojax.commands.where import (
    ExecutorOption,
    SchedulerOption,
    WorkersOption,
    crew_maker,
)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "Monte Carlo risk analysis of Bittensor's dynamic TAO.\n\n"
        "Start with [bold]dtaojax run configs/mainnet.toml[/bold], then open the report it names. "
        "Change anything without editing: [bold]--set mechanism.gate.rank=48[/bold]."
    ),
)

ConfigFile = Annotated[
    Path,
    typer.Argument(help="A config in TOML, for example configs/mainnet.toml.", show_default=False),
]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Change a key of the config, for example run.horizon_days=30; may be repeated.",
        show_default=False,
    ),
]

OutFolder = Annotated[
    Path | None,
    typer.Option("--out", help="Folder for the report.", show_default="runs/<config's name>"),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only the report's path.")]


def out() -> Console:
    """The terminal for what a command answers."""
    return Console(highlight=False, emoji=False)


def err() -> Console:
    """The terminal for everything else, so that answers can be piped."""
    return Console(stderr=True, highlight=False, emoji=False)


@app.command()
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
    from dtaojax.pipeline.inputs import read_inputs

    overrides = list(set_ or [])
    if seed is not None:
        overrides.append(f"run.seed={seed}")
    if paths is not None:
        overrides.append(f"run.paths={paths}")
    inputs = read_inputs(config, overrides)
    folder = out_folder or inputs.config.output_folder

    from dtaojax.pipeline.run import run_report

    makes_crew = crew_maker(executor, workers, scheduler)
    with _progress("simulating paths", inputs.config.run.paths, quiet) as show_done:
        report = run_report(inputs, folder, show_done, fresh=fresh, crew_maker=makes_crew)
    if quiet:
        typer.echo(report)
        return
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    err().print(_headline_table(summary["metrics"]))
    typer.echo(f"report: {report}")


@contextmanager
def _progress(doing: str, total: int, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal, to be told how much is done; nothing anywhere else."""
    show = err()
    if quiet or not show.is_terminal:
        yield lambda done: None
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=show, transient=True) as bar:
        task = bar.add_task(doing, total=total)
        yield lambda done: bar.update(task, completed=done)


def _headline_table(metrics: list[dict[str, Any]]) -> Table:
    """A few headline numbers at the last day that they have, with their errors."""
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
    for name, meaning in names.items():
        if name not in latest:
            continue
        metric = latest[name]
        error = metric["standard_error"]
        table.add_row(
            f"{metric['day']:g} days",
            meaning,
            f"{metric['value']:,.4g}",
            "unknown" if error is None else f"{error:.2g}",
            metric["unit"],
        )
    return table


@app.command()
def inspect(
    network: Annotated[
        str, typer.Option(help="An embedded network's name, or a CSV or Parquet file.")
    ] = "finney_8791253",
    gate_bar: Annotated[
        float | None,
        typer.Option(
            help="The emission bar in force; 0 takes it from the state's own shares.",
            min=0.0,
            max=1.0,
            show_default="from the network's facts",
        ),
    ] = None,
    mechanism: Annotated[
        str, typer.Option(help="A preset (see: dtaojax presets).")
    ] = "gate_rank_2026",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what the chain would emit in the next block from a state, in TAO and alpha per block.

    On a network that holds the chain's own emission (columns observed_*), the error is shown.
    """
    from dtaojax.config import config_from_dict
    from dtaojax.network import load_network

    preset = config_from_dict({"mechanism": mechanism}, source="--mechanism").mechanism
    table = load_network(network, gate_bar=gate_bar)

    from dtaojax.pipeline import runtime
    from dtaojax.pipeline.inspect import next_block

    runtime.configure("float64")
    found = next_block(preset, table)
    if as_json:
        # In ASCII no name can move the cursor or turn the direction of the text.
        typer.echo(json.dumps(found, allow_nan=False))
        return
    _print_emission(found)


def _print_emission(found: dict[str, Any]) -> None:
    from dtaojax.network import printable

    console = out()
    console.print(
        f"block {found['block']:,} · emission {found['block_emission']:g} TAO · "
        f"gate bar {found['gate_bar']:.6f}"
    )
    observed = "observed_tao_in_emission" in found["subnets"][0]
    heads = [
        "netuid",
        "name",
        "price",
        "moving",
        "pre-gate %",
        "rank",
        "share %",
        "TAO",
        "injected",
        "excess",
        "alpha in",
        "root %",
    ]
    table = Table(*heads, *(["error TAO"] if observed else []), box=None, pad_edge=False)
    for column in table.columns:
        column.no_wrap = True
        column.justify = "left" if column.header == "name" else "right"
    for subnet in found["subnets"]:
        row = [
            str(subnet["netuid"]),
            Text(printable(subnet["name"])[:22]),
            f"{subnet['price']:.6f}",
            f"{subnet['moving_price']:.6f}",
            f"{100 * subnet['pre_gate_share']:.4f}",
            "-" if subnet["rank"] is None else str(subnet["rank"]),
            f"{100 * subnet['gated_share']:.4f}",
            f"{subnet['tao_emission']:.9f}",
            f"{subnet['tao_in_emission']:.9f}",
            f"{subnet['excess_tao']:.9f}",
            f"{subnet['alpha_in_emission']:.9f}",
            f"{100 * subnet['root_proportion']:.2f}",
        ]
        if observed:
            error = subnet["error_tao_in_emission"] + subnet["error_excess_tao"]
            row.append(f"{error:+.1e}")
        table.add_row(*row)
    # Numbers are never cut: a narrower terminal wraps the lines, and a file has no width.
    console.width = max(console.width, 200)
    console.print(table)


@app.command()
def tune(
    config: Annotated[
        Path,
        typer.Argument(
            help="A search's config in TOML, for example configs/tune_gate.toml.",
            show_default=False,
        ),
    ],
    set_: Overrides = None,
    out_folder: OutFolder = None,
    quiet: Quiet = False,
) -> None:
    """Search for mechanism parameters by gradient, and verify them on fresh paths.

    The answer is a folder: report.html, tune.json, every point in iterates.csv, and tuned.toml.
    """
    from dtaojax.pipeline.tune import read_tune, tune_report
    from dtaojax.tune.errors import TuneError

    inputs = read_tune(config, list(set_ or []))
    show = err()
    say = (lambda line: None) if quiet else (lambda line: show.print(line, markup=False))
    try:
        report = tune_report(inputs, out_folder or inputs.tune.output_folder, say)
    except TuneError as error:
        show.print(f"{config}: {error}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(2) from None
    typer.echo(report if quiet else f"report: {report}")


@app.command()
def validate(config: ConfigFile, set_: Overrides = None) -> None:
    """Check a config and its network without running anything."""
    from dtaojax.pipeline.inputs import read_inputs

    inputs = read_inputs(config, list(set_ or []))
    run_config = inputs.config.run
    typer.echo(
        f"{config}: valid · {inputs.config.mechanism.preset} · {inputs.network.n_subnets} subnets "
        f"at block {inputs.network.block:,} · {run_config.paths:,} paths of "
        f"{run_config.n_steps:,} steps to day {run_config.horizon_days:g} · "
        f"hash {inputs.config.config_hash[:16]}"
    )


@app.command()
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
    folder = out_folder or inputs.config.output_folder
    with _progress("forecasting", len(inputs.plan.origins), quiet) as show_done:
        report = run_backtest(inputs, folder, show_done)
    if not quiet:
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        err().print(_verdict_table(summary["verdicts"]))
    typer.echo(report if quiet else f"report: {report}")


@app.command()
def replay(
    data: Annotated[
        Path | None,
        typer.Argument(
            help="Folder with the daily prices, hourly pools and the snapshot of 2026-06-14.",
            show_default="DTAOJAX_DATA, or ../shared/data",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Hold the mechanism against the chain's pools of July and August 2026.

    Users' trades are those that lead to the prices that were seen; what the protocol adds is the
    mechanism's own.
    """
    from dtaojax.history import data_folder
    from dtaojax.pipeline import runtime
    from dtaojax.pipeline.replay import replay_from_snapshot, replay_pools

    runtime.configure("float64")
    folder = data_folder() if data is None else data
    found = {
        "from 07-19, switches of the end": replay_pools(folder, switches_from_reserves=False),
        "from 07-19, switches read off": replay_pools(folder, switches_from_reserves=True),
        "from 06-14": replay_from_snapshot(folder),
    }
    if as_json:
        typer.echo(json.dumps({name: each.summary() for name, each in found.items()}, indent=1))
        return
    table = Table("figure", *found, box=None, pad_edge=False)
    summaries = [each.summary() for each in found.values()]
    for figure in summaries[0]:
        table.add_row(
            figure.replace("_", " "), *(f"{summary[figure]:,.5g}" for summary in summaries)
        )
    out().print(table)


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


@app.command()
def calibrate(
    history: Annotated[
        Path,
        typer.Argument(
            help="A daily history in CSV or Parquet: date, netuid, close, and tao_in if known.",
            show_default=False,
        ),
    ],
    out_file: Annotated[
        Path, typer.Option("--out", help="The demand file to write, which configs can include.")
    ] = Path("demand.toml"),
    page: Annotated[
        Path | None,
        typer.Option(help="The goodness-of-fit page.", show_default="beside the demand file"),
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", help="First day to use.", show_default=False)
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", help="Last day to use.", show_default=False)
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(help="Use only rows of this source, a column of the history."),
    ] = None,
    typical: Annotated[
        bool, typer.Option("--typical", help="Leave out what the history says of single subnets.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print only the demand file's path.")
    ] = False,
) -> None:
    """Fit demand to a history of prices, and show how well it fits.

    Writes a demand file with standard errors, and a page that holds the model against the history.
    """
    from dtaojax.pipeline.calibrate import Request, run_calibration

    show = err()

    def tell(what: str) -> None:
        if not quiet:
            show.print(f"{what} ...", style="dim")

    request = Request(history, out_file, page, source, first, last, subnets=not typical)
    found = run_calibration(request, tell)
    if quiet:
        typer.echo(found.out)
        return
    table = Table("figure of daily log returns", "data", "95 % interval", "model", "", box=None)
    for place, name in enumerate(found.names):
        low, high = found.table.low[place], found.table.high[place]
        table.add_row(
            name,
            f"{found.table.data[place]:.4f}",
            f"{low:.4f} to {high:.4f}",
            f"{found.table.model[place]:.4f}",
            "inside" if found.table.inside[place] else "outside",
        )
    show.print(table)
    typer.echo(f"demand: {found.out}")
    typer.echo(f"page: {found.page}")


@app.command()
def presets(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="One preset to see whole, or two to compare.", show_default=False),
    ] = None,
) -> None:
    """List the mechanisms that a config can name, show one whole, or compare two.

    One name prints the preset as TOML, to be pasted into a config. Two names print what differs,
    key by key.
    """
    from dtaojax.config import PRESETS, ConfigError, Problem, differences, preset_toml

    names = names or []
    if len(names) > 2:
        text = f"are {len(names)} names; give none to list them, one to see it, two to compare"
        raise ConfigError("presets", [Problem("", text)])
    if len(names) == 1:
        typer.echo(preset_toml(names[0]))
        return
    if names:
        found = differences(*names)
        if not found:
            typer.echo(f"{names[0]} and {names[1]} are the same")
            return
        heads = [Column(head, no_wrap=True) for head in ("key", *names)]
        table = Table(*heads, box=None, pad_edge=False)
        for row in found:
            table.add_row(*map(Text, row))
        console = out()
        console.width = max(console.width, 120)
        console.print(table)
        return
    table = Table("preset", "regime", "since", "what it is", box=None, pad_edge=False)
    for preset in PRESETS.values():
        table.add_row(preset.name, preset.regime, str(preset.since), preset.summary)
    out().print(table)


@app.command()
def doctor() -> None:
    """Show devices, versions and precision, and whether this machine can run dtaojax."""
    from dtaojax.pipeline.doctor import findings

    table = Table("what", Column("found", overflow="fold"), box=None, pad_edge=False)
    healthy = True
    for finding in findings():
        healthy &= finding.well
        table.add_row(finding.topic, Text(finding.text, style="" if finding.well else "red"))
    out().print(table)
    if not healthy:
        raise typer.Exit(1)


app.command()(sweep)


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(f"dtaojax {__version__}")
        raise typer.Exit


def main() -> None:
    """Runs the command line; an error of the user's is one message and exit code 2."""
    from dtaojax.config import ConfigError

    # The rooms of files need NumPy, which --help should not wait for.
    from dtaojax.history.errors import HistoryError
    from dtaojax.network.errors import NetworkError
    from dtaojax.results import ResultsError

    for stream in (sys.stdout, sys.stderr):
        # Names hold letters that an old terminal's encoding may lack.
        stream.reconfigure(errors="backslashreplace")
    try:
        app(prog_name="dtaojax")
    except (ConfigError, HistoryError, NetworkError, ResultsError) as error:
        err().print(str(error), style="red", markup=False, soft_wrap=True)
        sys.exit(2)
