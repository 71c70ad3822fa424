"""Parts of a mechanism in which users trade: the pool and its fees."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from dtaojax import chain
from dtaojax.schema.strict import StrictModel

_FeeRate = Annotated[int, Field(ge=0, lt=chain.U16_MAX)]


class WeightedPoolConfig(StrictModel):
    """Weighted pool whose weights move with injections; the chain buys first (§3.5 S3, §4.5)."""

    kind: Literal["weighted"] = "weighted"


class ConstantProductConfig(StrictModel):
    """Constant-product pool (§3.5 S1, S2).

    Attributes:
        chain_buys: before or after the block's injection (§4.2, §4.3).
    """

    kind: Literal["constant_product"] = "constant_product"
    chain_buys: Literal["before", "after"] = "after"


class NoPoolConfig(StrictModel):
    """No pools: nothing trades, and subnets have no token (before dTAO, §8.1)."""

    kind: Literal["none"] = "none"


class FeeToAuthorConfig(StrictModel):
    """A fraction of a trade's input goes to the block author (§3.5, since early 2026).

    Attributes:
        rate_u16: out of 65535.
    """

    kind: Literal["to_author"] = "to_author"
    rate_u16: _FeeRate = chain.FEE_RATE_U16


class FeeToPoolConfig(StrictModel):
    """A fraction of a trade's input stays in the pool (§3.5 S2, R2 to R4).

    Attributes:
        rate_u16: out of 65535.
    """

    kind: Literal["to_pool"] = "to_pool"
    rate_u16: _FeeRate = chain.FEE_RATE_U16


class FlatFeeConfig(StrictModel):
    """A flat fee stays in the pool, one a step and subnet here (§3.5 S1, R1).

    Attributes:
        tao: the fee [TAO].
    """

    kind: Literal["flat"] = "flat"
    tao: Annotated[float, Field(ge=0.0, le=1.0)] = chain.LAUNCH_FEE


_KIND = Field(discriminator="kind")
PoolConfig: TypeAlias = Annotated[WeightedPoolConfig | ConstantProductConfig | NoPoolConfig, _KIND]
FeesConfig: TypeAlias = Annotated[FeeToAuthorConfig | FeeToPoolConfig | FlatFeeConfig, _KIND]
