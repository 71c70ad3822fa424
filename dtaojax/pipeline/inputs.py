"""Reading and checking everything that a command is given, before anything is computed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dtaojax.config import Config, ConfigError, Problem, load_config
from dtaojax.network import NetworkError, NetworkTable, load_network
from dtaojax.results import TABLES, ResultsError

_WRITTEN = (
    "report.html",
    "manifest.json",
    "summary.json",
    *(f"{table}.parquet" for table in TABLES),
)
"""What a run leaves in its folder, in the order in which an earlier run is taken apart."""


@dataclass(frozen=True)
class Inputs:
    """A config and the network it names, known to fit each other."""

    config: Config
    network: NetworkTable


def read_inputs(config_file: Path, overrides: Sequence[str]) -> Inputs:
    """Reads a config and its network.

    Raises:
        ConfigError: the config is wrong, or does not fit the network.
        NetworkError: the network file is wrong.
    """
    config = load_config(config_file, overrides)
    asked = config.network
    network = load_network(config.network_file, asked.block, asked.total_issuance, asked.gate_bar)
    problems = list(_portfolio_problems(config, network))
    if problems:
        raise ConfigError(str(config_file), problems)
    return Inputs(config, network)


def _portfolio_problems(config: Config, network: NetworkTable) -> list[Problem]:
    """What the portfolio asks for that the network does not have."""
    problems = []
    for netuid, alpha in config.portfolio.alpha.items():
        key = f"portfolio.alpha.{netuid}"
        try:
            row = network.row_of(netuid)
        except NetworkError as error:
            problems.append(Problem(key, f"{'; '.join(error.problems)}; remove the position"))
            continue
        held = float(network.alpha_out[row])
        if alpha > held:
            text = (
                f"is {alpha:g} alpha, but only {held:g} exist outside the pool of subnet "
                f"{netuid}; give at most that"
            )
            problems.append(Problem(key, text))
    root_tao = config.portfolio.root_tao
    if root_tao > network.root_tao:
        text = (
            f"is {root_tao:g} TAO, but {network.root_tao:g} are staked to root; give at most that"
        )
        problems.append(Problem("portfolio.root_tao", text))
    return problems


def claim_folder(folder: Path, network_file: str | Path) -> None:
    """Makes an output folder ready, and any earlier run in it unfinished.

    The earlier report and manifest go first, so that a run that is broken off leaves nothing that
    looks whole. Nothing but the files of a run is touched.

    Args:
        folder: made where it is missing.
        network_file: the embedded network's name, or the file that was read.

    Raises:
        ResultsError: the folder cannot be written, or the network file would be lost.
    """
    written = [folder / name for name in _WRITTEN]
    if isinstance(network_file, Path) and network_file.resolve() in map(Path.resolve, written):
        raise ResultsError(
            f"{folder}: holds the network file {network_file.name}, which the results would "
            "replace; choose another folder with --out"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".{uuid.uuid4().hex}"
        probe.touch()
        probe.unlink()
        for file in written:
            file.unlink(missing_ok=True)
    except OSError as error:
        raise ResultsError(
            f"{folder}: cannot be written ({error.strerror or error}); "
            "choose another folder with --out"
        ) from error
