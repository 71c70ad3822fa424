"""The command line: puts the verbs together, and says how they ended."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from dtaojax.commands.article import article
from dtaojax.commands.backtest import backtest
from dtaojax.commands.calibrate import calibrate
from dtaojax.commands.checks import doctor, validate, verify
from dtaojax.commands.compare import compare
from dtaojax.commands.init import init
from dtaojax.commands.inspect import inspect
from dtaojax.commands.ledger import app as ledger_app
from dtaojax.commands.my import my
from dtaojax.commands.presets import presets
from dtaojax.commands.replay import replay
from dtaojax.commands.report import report
from dtaojax.commands.run import run
from dtaojax.commands.snapshot import app as snapshot_app
from dtaojax.commands.study import study_command
from dtaojax.commands.subnet import subnet
from dtaojax.commands.sweep import sweep
from dtaojax.files.reading import noting
from dtaojax.terminal.ending import Verbs, carry_out, wants_debug
from dtaojax.version import __version__

app = typer.Typer(
    cls=Verbs,
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

# In the order in which --help lists them. A verb is a function of its own module, or a study.
for verb in (
    run,
    my,
    subnet,
    inspect,
    study_command("tune"),
    study_command("sensitivity"),
    study_command("stress"),
    validate,
    backtest,
    replay,
    calibrate,
    presets,
    doctor,
    sweep,
    compare,
    article,
    report,
    verify,
    init,
):
    app.command()(verb)
app.add_typer(snapshot_app, name="snapshot")
app.add_typer(ledger_app, name="ledger")


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    debug: Annotated[
        bool,
        typer.Option(
            "--debug",
            help="With any command: show where an error arose (or set DTAOJAX_DEBUG=1).",
        ),
    ] = False,
) -> None:
    if version:
        typer.echo(f"dtaojax {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; what goes wrong is one message and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        # Names hold letters that an old terminal's encoding may lack.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    words, debug = wants_debug(sys.argv[1:])
    with noting():
        carry_out(lambda: app(words, prog_name="dtaojax"), debug)
