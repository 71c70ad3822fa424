"""The config of a subnet's question: the default run, with somebody who supports the subnet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from dtaojax.config.config import Config
from dtaojax.config.load import Override, base_tables, changed, config_from_dict

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
        netuid: Netuid of the subnet.
        tao: TAO that is spent, fee not counted; 0 for nobody [TAO].
        network: Network that the run starts from, as a config names it.
        days: Horizon [days].
        overrides: Further changes, applied last.
        base: A config to start from; the default run where it is None.

    Raises:
        ConfigError: The config, the subnet or the amount is wrong.
    """
    file, data = base_tables(base)
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
