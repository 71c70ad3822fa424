"""``dtaojax subnet``: what becomes of one subnet, and what support does for it."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import Annotated, Final

import typer

from dtaojax.terminal.console import answer, out, progress, say_trust
from dtaojax.terminal.options import (
    BaseConfig,
    ExecutorOption,
    NetworkOption,
    OpenOption,
    Overrides,
    Quiet,
    SchedulerOption,
    WorkersOption,
    chosen_network,
    crew_maker,
)

_PATHS: Final = 512


def subnet(
    netuid: Annotated[int, typer.Argument(help="The subnet.", show_default=False, min=1)],
    support: Annotated[
        str,
        typer.Option(
            metavar="TAO,TAO", help="TAO that somebody spends on its alpha today, and holds."
        ),
    ] = "0,100,300,1000",
    days: Annotated[float, typer.Option(help="How far ahead.")] = 90.0,
    network: NetworkOption = None,
    config: BaseConfig = None,
    set_: Overrides = None,
    out_folder: Annotated[
        Path | None, typer.Option("--out", help="Folder.", show_default="runs/subnet_<netuid>")
    ] = None,
    paths: Annotated[int, typer.Option(help="Number of random paths.")] = _PATHS,
    executor: ExecutorOption = None,
    workers: WorkersOption = None,
    scheduler: SchedulerOption = None,
    open_: OpenOption = False,
    quiet: Quiet = False,
) -> None:
    """Say what becomes of a subnet, and how support moves that: dtaojax subnet 59.

    Each amount of support is a run on the same random paths. The page draws the chances against
    support; the runs, each with its own report, are beside it.
    """
    from dtaojax.inputs import gather
    from dtaojax.studies.subnet.config import support_config

    folder = out_folder or Path(f"runs/subnet_{netuid}")
    found = chosen_network(network, quiet)
    changes = [f"run.paths={paths}", *(set_ or [])]
    configs = [
        (tao, support_config(netuid, tao, found.file, days, changes, config))
        for tao in _amounts(support)
    ]

    from dtaojax.studies.subnet.support import Case, survival_study

    cases = [Case(tao, gather(each, f"{tao:g} TAO of support")) for tao, each in configs]
    total = sum(each.run.paths for _, each in configs)
    with progress("simulating paths", total, quiet) as show_done:
        makes_crew = crew_maker(executor, workers, scheduler)
        study = survival_study(netuid, cases, folder, show_done, makes_crew)
    report = folder / "report.html"
    if not quiet:
        from dtaojax.studies.subnet.page import sentence

        say_trust(study)
        out().print(sentence(study), markup=False, soft_wrap=True)
    answer(report if quiet else f"report: {report}")
    if open_:
        webbrowser.open(report.absolute().as_uri())


def _amounts(text: str) -> list[float]:
    """Return the amounts, rising.

    Raises:
        BadParameter: One of them is no amount, or stands there twice.
    """
    try:
        amounts = sorted(float(part) for part in text.split(","))
    except ValueError:
        amounts = []
    if not amounts or not all(0.0 <= each < float("inf") for each in amounts):
        raise typer.BadParameter(
            f"{text!r} is no list of amounts; write TAO with commas, as in 0,100,300",
            param_hint="--support",
        )
    if len(set(amounts)) < len(amounts):
        raise typer.BadParameter("names an amount twice; drop one", param_hint="--support")
    return amounts
