"""The ``[latent]`` table: what the chain does not see of a subnet, its quality and its sector."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import Field

from dtaojax.schema.netuids import ByNetuid, WholeByNetuid
from dtaojax.schema.strict import StrictModel

if TYPE_CHECKING:
    from dtaojax.latent.draws import Latent
    from dtaojax.network.table import Slots


class GivenQualityConfig(StrictModel):
    """Quality of some subnets, the same on every path.

    Attributes:
        by_netuid: Netuid -> standard score; 0 for all others.
    """

    kind: Literal["given"] = "given"
    by_netuid: ByNetuid = Field(default_factory=dict)


class DrawnQualityConfig(StrictModel):
    """Quality drawn for each subnet on each path, standard normal."""

    kind: Literal["drawn"] = "drawn"


class GivenSectorConfig(StrictModel):
    """Sectors of some subnets, the same on every path.

    Attributes:
        by_netuid: Netuid -> number of its sector; every other subnet is alone in its own.
    """

    kind: Literal["given"] = "given"
    by_netuid: WholeByNetuid = Field(default_factory=dict)


class DrawnSectorConfig(StrictModel):
    """Subnets dealt at random into sectors of equal size, anew on each path.

    Attributes:
        size: Number of subnets in a sector; the last may be smaller.
    """

    kind: Literal["drawn"] = "drawn"
    size: Annotated[int, Field(ge=1, le=65_535)] = 4


QualityConfig: TypeAlias = Annotated[
    GivenQualityConfig | DrawnQualityConfig, Field(discriminator="kind")
]
SectorConfig: TypeAlias = Annotated[
    GivenSectorConfig | DrawnSectorConfig, Field(discriminator="kind")
]


class LatentConfig(StrictModel):
    """Figures of subnets that users know and the chain does not.

    Attributes:
        quality: Quality, by which users would pay for a subnet's work, as a standard score.
        sector: Sector, whose subnets do the same work.
    """

    quality: QualityConfig = GivenQualityConfig()
    sector: SectorConfig = GivenSectorConfig()

    def build(self, seed: int) -> Latent:
        """Build the draws of what differs from path to path."""
        from dtaojax.latent.draws import latent

        size = self.sector.size if isinstance(self.sector, DrawnSectorConfig) else None
        return latent(seed, draws_quality=self.quality.kind == "drawn", sector_size=size)

    @property
    def given_quality(self) -> dict[int, float]:
        """Quality by netuid as far as it is given; 0 for all others [-]."""
        return self.quality.by_netuid if isinstance(self.quality, GivenQualityConfig) else {}

    def given_sectors(self, slots: Slots) -> list[int]:
        """Return the sector of each slot: as far as it is given, else one of its own.

        Raises:
            NetworkError: A netuid is not in the network.
        """
        sectors = list(range(slots.count))
        if isinstance(self.sector, GivenSectorConfig):
            for netuid, number in self.sector.by_netuid.items():
                # Numbers below the count are those of slots that are alone in their sector.
                sectors[slots.table.row_of(netuid)] = slots.count + number
        return sectors

    def describe(self) -> Iterator[tuple[str, str]]:
        """Yield headings and texts of what is drawn, for the report."""
        if isinstance(self.quality, DrawnQualityConfig):
            text = "Latent quality is drawn for each subnet on each path, standard normal."
            yield "Quality", text
        if isinstance(self.sector, DrawnSectorConfig):
            size = self.sector.size
            text = f"Subnets are dealt at random into sectors of {size}, anew on each path."
            yield "Sectors", text
