"""Reading and checking everything that a command is given, before anything is computed."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dtaojax.config.config import Config
from dtaojax.config.load import load_config
from dtaojax.config.schedule import schedule
from dtaojax.demand.flow.config import FlowBootstrapConfig
from dtaojax.demand.tao_usd.config import BootstrapConfig
from dtaojax.history import find_history, read_closes, read_panel
from dtaojax.network import (
    NetworkError,
    NetworkTable,
    launch_network,
    load_network,
    synthetic_network,
)
from dtaojax.schema.errors import ConfigError, Problem


@dataclass(frozen=True)
class Inputs:
    """A config and the network it names, known to fit each other.

    Attributes:
        config: Checked config of the run.
        network: Network that the run starts from.
        histories: Digests of the histories that the run draws from, by place in the config.
        network_file: File or name that the network was read from; None for one that was drawn or
            given.
        notices: Notices of what was left out, doubted, split or filled in those histories, in
            words.
        leader: config of another run on the same network, whose owners and root decide for this one
            (:class:`dtaojax.world.variants.Following`); None where they decide by themselves.
    """

    config: Config
    network: NetworkTable
    histories: dict[str, str] = dataclasses.field(default_factory=dict)
    network_file: str | None = None
    notices: tuple[str, ...] = ()
    leader: Config | None = None

    def digests(self) -> dict[str, str]:
        """Return SHA-256 digests that two runs share exactly if their inputs are the same."""
        known = {"config_hash": self.config.config_hash, "network": network_digest(self.network)}
        if self.leader is not None:
            known["leader"] = self.leader.config_hash
        return known | self.histories


def network_digest(network: NetworkTable) -> str:
    """Return the SHA-256 digest of all that a network's file says."""
    found = hashlib.sha256()
    for field in dataclasses.fields(network):
        found.update(f"{field.name}\0{_spelled(getattr(network, field.name))}\0".encode())
    return found.hexdigest()


def _spelled(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{value.shape}{value.tobytes().hex()}"
    if isinstance(value, Mapping):
        return repr({key: _spelled(value[key]) for key in sorted(value)})
    return repr(value)


def read_inputs(config_file: Path, overrides: Sequence[str]) -> Inputs:
    """Read a config and its network, and look at the histories that it names.

    Raises:
        ConfigError: the config is wrong, or does not fit the network.
        NetworkError: the network file is wrong.
        HistoryError: a history is wrong.
    """
    return gather(load_config(config_file, overrides), str(config_file))


def gather(config: Config, where: str, given: NetworkTable | None = None) -> Inputs:
    """Read what a config names, and check that it all fits.

    Args:
        config: Config that was checked on its own.
        where: Name of the config in errors.
        given: Network in memory, in place of the one that the config names.

    Raises:
        ConfigError: the config does not fit the network.
        NetworkError: the network file is wrong.
        HistoryError: a history is wrong.
    """
    network = _network(config) if given is None else given
    problems = [
        *schedule(config, network.block).problems,
        *_portfolio_problems(config, network),
        *_arrivals_problems(config, network),
        *_netuid_problems(config, network),
        *_cohorts_problems(config, network),
    ]
    if problems:
        raise ConfigError(where, problems)
    is_read = given is None and config.network.synthetic is None
    file = config.network.file if is_read else None
    digests, notices = _read_histories(config)
    return Inputs(config, network, digests, file, notices)


def _network(config: Config) -> NetworkTable:
    drawn = config.network.synthetic
    if drawn is not None:
        if drawn.stage == "launch":
            amounts = (drawn.pool_tao, drawn.pool_alpha, drawn.held_alpha)
            return launch_network(drawn.subnets, drawn.seed, *amounts)
        return synthetic_network(drawn.subnets, drawn.seed, drawn.newborn)
    named = config.network_file
    return load_network(
        named if isinstance(named, str) else _found(named, config),
        assume=config.network.assume,
        columns_from=[_found(config.beside(file), config) for file in config.network.columns_from],
        **config.network.facts,
    )


def _found(path: Path, config: Config) -> Path:
    """Find a file beside the config, or if only that has it, in the folder of histories."""
    elsewhere = find_history(path.name, config.folder)
    return elsewhere if not path.exists() and elsewhere.exists() else path


def _portfolio_problems(config: Config, network: NetworkTable) -> list[Problem]:
    """List what the portfolio asks for that the network does not have."""
    problems = []
    for netuid, alpha in config.portfolio.alpha.items():
        key = f"portfolio.alpha.{netuid}"
        try:
            row = network.row_of(netuid)
        except NetworkError as error:
            problems.append(Problem(key, f"{'; '.join(error.problems)}; remove the position"))
            continue
        held = float(network.held_alpha[row])
        if alpha > held:
            text = (
                f"is {alpha:g} alpha, but participants hold only {held:g} outside the pool of "
                f"subnet {netuid}; give at most that"
            )
            problems.append(Problem(key, text))
    root_tao = config.portfolio.root_tao
    if root_tao > network.root_tao:
        text = (
            f"is {root_tao:g} TAO, but {network.root_tao:g} are staked to root; give at most that"
        )
        problems.append(Problem("portfolio.root_tao", text))
    return problems


def _cohorts_problems(config: Config, network: NetworkTable) -> Iterator[Problem]:
    """Yield what cohorts ask for that the network does not have."""
    who = config.cohorts
    if who is None:
        return
    held: dict[int, float] = {}
    for index, whale in enumerate(who.whales):
        for netuid, alpha in whale.alpha.items():
            key = f"cohorts.whales.{index}.alpha.{netuid}"
            try:
                row = network.row_of(netuid)
            except NetworkError as error:
                yield Problem(key, f"{'; '.join(error.problems)}; remove it")
                continue
            held[netuid] = held.get(netuid, 0.0) + alpha
            most = float(network.held_alpha[row])
            if held[netuid] > most:
                yield Problem(
                    key,
                    f"makes {held[netuid]:g} alpha of whales, but participants of subnet {netuid} "
                    f"hold {most:g} in all; give at most that",
                )
    for index, entry in enumerate(who.entries):
        try:
            network.row_of(entry.netuid)
        except NetworkError as error:
            text = f"{'; '.join(error.problems)}; take it out"
            yield Problem(f"cohorts.entries.{index}.netuid", text)


def _arrivals_problems(config: Config, network: NetworkTable) -> Iterator[Problem]:
    """Yield what registrations need to know that the network does not tell."""
    if config.arrivals.anybody and network.last_lock_cost is None:
        yield Problem(
            "network.last_lock_cost",
            "is not known, but decides what a registration costs; set it to what the newest subnet "
            "cost [TAO], here or as a fact beside the network file, or write arrivals.rate = 0",
        )


def _netuid_problems(config: Config, network: NetworkTable) -> Iterator[Problem]:
    """Yield the subnets that a table or a list of netuids names and the network does not have."""
    places = [("latent.quality", config.latent.quality), ("latent.sector", config.latent.sector)]
    places += [(f"demand.{process.name}", process) for process in config.demand]
    exits = () if config.cohorts is None else config.cohorts.exits
    places += [(f"cohorts.exits.{index}", leaving) for index, leaving in enumerate(exits)]
    if config.report.subnet is not None:
        yield from _unknown("report.subnet", config.report.subnet, network)
    if config.decomposition is not None and config.decomposition.subnet is not None:
        yield from _unknown("decomposition.subnet", config.decomposition.subnet, network)
    for place, model in places:
        for key, value in model:
            netuids = value if isinstance(value, dict) else value if key == "netuids" else ()
            for netuid in netuids or ():
                yield from _unknown(f"{place}.{key}", netuid, network)


def _unknown(key: str, netuid: int, network: NetworkTable) -> Iterator[Problem]:
    try:
        network.row_of(netuid)
    except NetworkError as error:
        text = f"names netuid {netuid}: {'; '.join(error.problems)}; take it out"
        yield Problem(key, text)


def _histories(config: Config) -> dict[str, FlowBootstrapConfig | BootstrapConfig]:
    """Return what draws from a history, by its place in the config."""
    found = {f"demand.{p.name}": p for p in config.demand if isinstance(p, FlowBootstrapConfig)}
    usd = config.tao_usd
    return found | ({"tao_usd": usd} if isinstance(usd, BootstrapConfig) else {})


def _read_histories(config: Config) -> tuple[dict[str, str], tuple[str, ...]]:
    """Read every history once, so that a bad one is told before anything is computed.

    Returns:
        SHA-256 digests of the files, by place, and what the reader did to their rows.
    """
    digests, notices = {}, []
    for place, process in _histories(config).items():
        path = find_history(process.file, config.folder)
        if isinstance(process, FlowBootstrapConfig):
            panel = read_panel(path, process.source)
            notices += [f"of the history {path.name}: {each.text}" for each in panel.notices]
        else:
            read_closes(path)
        digests[place] = hashlib.sha256(path.read_bytes()).hexdigest()
    return digests, tuple(notices)
