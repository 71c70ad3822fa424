"""The config of a holder's question: the default run, with what they hold in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from dtaojax.config.examples import example_folder
from dtaojax.config.load import Override, config_from_dict
from dtaojax.config.models import Config
from dtaojax.config.toml_file import read_toml

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
    file = example_folder() / DEFAULT_RUN if base is None else base
    data: dict[str, Any] = dict(read_toml(file))
    example = data.get("portfolio", {})
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
