"""The table ``[decomposition]``: what makes the spread of a run's numbers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dtaojax import chain
from dtaojax.schema.strict import StrictModel


class DecompositionConfig(StrictModel):
    """Takes the variance of the headline figures apart by sources of randomness.

    Attributes:
        paths: paths of each further run; one run for each source that draws anything, and two.
        subnet: netuid of a subnet whose emission share is taken apart too.
    """

    paths: Annotated[int, Field(ge=32, le=10**6)] = 1024
    subnet: Annotated[int, Field(ge=1, le=chain.U16_MAX)] | None = None
