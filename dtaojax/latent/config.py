"""The ``[latent]`` table: what the chain does not see of a subnet, its quality and its sector."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from dtaojax.schema.netuids import ByNetuid, WholeByNetuid
from dtaojax.schema.strict import StrictModel


class GivenQualityConfig(StrictModel):
    """Quality of some subnets, the same on every path.

    Attributes:
        by_netuid: netuid -> standard score; 0 for all others.
    """

    kind: Literal["given"] = "given"
    by_netuid: ByNetuid = Field(default_factory=dict)


class DrawnQualityConfig(StrictModel):
    """Quality drawn for each subnet on each path, standard normal."""

    kind: Literal["drawn"] = "drawn"


class GivenSectorConfig(StrictModel):
    """Sectors of some subnets, the same on every path.

    Attributes:
        by_netuid: netuid -> number of its sector; every other subnet is alone in its own.
    """

    kind: Literal["given"] = "given"
    by_netuid: WholeByNetuid = Field(default_factory=dict)


class DrawnSectorConfig(StrictModel):
    """Subnets dealt at random into sectors of equal size, anew on each path.

    Attributes:
        size: subnets in a sector; the last may be smaller.
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
    """What users know of subnets and the chain does not.

    Attributes:
        quality: what users would pay for a subnet's work, as a standard score.
        sector: which subnets do the same work.
    """

    quality: QualityConfig = GivenQualityConfig()
    sector: SectorConfig = GivenSectorConfig()
