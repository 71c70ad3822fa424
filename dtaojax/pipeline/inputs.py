"""Reading and checking everything that a command is given, before anything is computed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dtaojax.config import Config, ConfigError, Problem, load_config
from dtaojax.network import NetworkError, NetworkTable, load_network
from dtaojax.results import ResultsError


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


def claim_folder(folder: Path) -> None:
    """Makes an output folder ready, and any earlier run in it unfinished.

    The earlier manifest and report go first, so that a run that is broken off leaves nothing that
    looks whole.

    Raises:
        ResultsError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".{uuid.uuid4().hex}"
        probe.touch()
        probe.unlink()
        for name in ("report.html", "manifest.json", "summary.json"):
            (folder / name).unlink(missing_ok=True)
        for table in folder.glob("*.parquet"):
            table.unlink()
    except OSError as error:
        raise ResultsError(
            f"{folder}: cannot be written ({error.strerror or error}); "
            "choose another folder with --out"
        ) from error
