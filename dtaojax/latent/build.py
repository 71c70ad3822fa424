"""From the ``[latent]`` table to quality and sector of subnets."""

import numpy as np
from numpy.typing import NDArray

from dtaojax.latent.config import (
    DrawnQualityConfig,
    DrawnSectorConfig,
    GivenQualityConfig,
    GivenSectorConfig,
    LatentConfig,
)
from dtaojax.latent.draws import Latent
from dtaojax.network.table import Slots
from dtaojax.numerics.streams import named_stream


def build_latent(config: LatentConfig, seed: int) -> Latent | None:
    """Draws of what differs from path to path, or None if nothing does."""
    draws_quality = isinstance(config.quality, DrawnQualityConfig)
    dealt = config.sector if isinstance(config.sector, DrawnSectorConfig) else None
    if not draws_quality and dealt is None:
        return None
    return Latent(
        quality=named_stream(seed, "latent/quality") if draws_quality else None,
        sectors=named_stream(seed, "latent/sectors") if dealt else None,
        sector_size=dealt.size if dealt else 1,
    )


def given_quality(config: LatentConfig, slots: Slots) -> NDArray[np.float64]:
    """Quality as far as it is given; 0 for all others."""
    given = config.quality.by_netuid if isinstance(config.quality, GivenQualityConfig) else {}
    return slots.column(0.0, given)


def given_sector(config: LatentConfig, slots: Slots) -> NDArray[np.int64]:
    """Sector as far as it is given; all others are alone in theirs."""
    sector = np.arange(slots.count)
    if isinstance(config.sector, GivenSectorConfig):
        for netuid, number in config.sector.by_netuid.items():
            sector[slots.table.row_of(netuid)] = slots.count + number
    return sector
