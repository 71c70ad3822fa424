"""The config of a holder's question: the default run, with what is held in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dtaojax.config.config import Config
from dtaojax.config.load import Override, base_tables, config_from_dict


@dataclass(frozen=True)
class Holdings:
    """What somebody holds, and what they count in.

    Attributes:
        alpha: Netuid -> alpha staked in that subnet [alpha].
        root_tao: TAO staked to root [TAO].
        usd: Dollars for a TAO today; None where they are not asked for [USD/TAO].
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
        holdings: Positions of the holder.
        network: Network that the run starts from, as a config names it.
        days: Horizon [days].
        overrides: Further changes, applied last.
        base: A config to start from; the default run where it is None.

    Raises:
        ConfigError: The config, or what is held, is wrong.
    """
    file, data = base_tables(base)
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
