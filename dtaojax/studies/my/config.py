"""Configs of one person's question: the default run, with what is theirs in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from dtaojax.config.config import Config
from dtaojax.config.examples import example_folder
from dtaojax.config.load import Override, changed, config_from_dict
from dtaojax.schema.toml_file import read_toml

DEFAULT_RUN: Final = "mainnet.toml"
"""Among the example configs: what a run is that nobody has changed."""


@dataclass(frozen=True)
class Holdings:
    """What somebody holds, and what they count in.

    Attributes:
        alpha: netuid -> alpha staked in that subnet [alpha].
        root_tao: TAO staked to root [TAO].
        usd: dollars for a TAO today; None where they are not asked for [USD/TAO].
    """

    alpha: Mapping[int, float] = field(default_factory=dict)
    root_tao: float = 0.0
    usd: float | None = None


def holdings_config(
    holdings: Holdings,
    network: str,
    days: float,
    overrides: Sequence[Override] = (),
    base: Path | None = None,
) -> Config:
    """Return the config that asks what the holdings are worth after some days.

    The portfolio of the config that it starts from, an example, is left out; its rules, demand and
    behaviour stay.

    Args:
        holdings: what is held.
        network: that the run starts from, as a config names it.
        days: horizon [days].
        overrides: further changes, applied last.
        base: a config to start from; the default run where it is None.

    Raises:
        ConfigError: the config, or what is held, is wrong.
    """
    file, data = _started_from(base)
    example = data.pop("portfolio", {})
    data["portfolio"] = {key: example[key] for key in ("delegate_take_u16",) if key in example}
    data["portfolio"] |= {"root_tao": holdings.root_tao}
    data["portfolio"] |= {"alpha": {str(key): alpha for key, alpha in holdings.alpha.items()}}
    changes: list[Override] = [
        ("title", "What you hold, the next {horizon}"),
        ("network.file", network),
        ("run.horizon_days", days),
        ("report.audience", "holder"),
    ]
    if holdings.usd is not None:
        changes.append(("tao_usd", {"kind": "jump_diffusion", "start": holdings.usd}))
    return config_from_dict(data, overrides=[*changes, *overrides], source=file)


SUPPORT: Final = "support"
"""Name of the demand by which somebody supports a subnet."""


def support_config(
    netuid: int,
    tao: float,
    network: str,
    days: float,
    overrides: Sequence[Override] = (),
    base: Path | None = None,
) -> Config:
    """Return the config that asks what becomes of a subnet that somebody supports.

    The supporter buys at the start and holds to the end. Nobody's portfolio is followed.

    Args:
        netuid: of the subnet.
        tao: that is spent, fee not counted; 0 for nobody [TAO].
        network: that the run starts from, as a config names it.
        days: horizon [days].
        overrides: further changes, applied last.
        base: a config to start from; the default run where it is None.

    Raises:
        ConfigError: the config, the subnet or the amount is wrong.
    """
    file, data = _started_from(base)
    data.pop("portfolio", None)
    changes: list[Override] = [
        ("title", f"Subnet {netuid} with {tao:g} TAO of support, the next {{horizon}}"),
        ("network.file", network),
        ("run.horizon_days", days),
        ("report", {"audience": "owner", "subnet": netuid}),
    ]
    config = config_from_dict(data, overrides=[*changes, *overrides], source=file)
    # What is held beyond the horizon is never sold.
    bought = {"process": "pump", "name": SUPPORT, "netuids": [netuid], "tao": tao}
    bought |= {"day": 0.0, "hold_days": 2.0 * config.run.horizon_days}
    others = [process.model_dump(mode="json") for process in config.demand]
    return changed(config, {"demand": [*others, bought]})


def _started_from(base: Path | None) -> tuple[Path, dict[str, Any]]:
    """The file of a config to start from, and its tables; the default run where none is named."""
    file = example_folder() / DEFAULT_RUN if base is None else base
    return file, dict(read_toml(file))
