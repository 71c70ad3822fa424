"""Parts of a mechanism that decide the shares of emission: the price average and the gates."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from dtaojax import chain
from dtaojax.schema.errors import Problem, shown
from dtaojax.schema.strict import Fraction, StrictModel, refuse

_Rank = Annotated[int, Field(ge=1, le=65_535)]
_Interval = Annotated[int, Field(ge=1, le=2**31)]


class PriceEmaConfig(StrictModel):
    """Exponential moving average of the spot price with an age factor (§3.3).

    Attributes:
        rate: weight of a block's price at full age [1/block].
        halving_blocks: age at which the rate is half of that [blocks]; 0 for no age factor.
        cap: the spot price is capped at this before it is averaged [TAO per alpha].
        floor: whether the average is cut to the resolution in which the chain stores it, block by
            block (§7.2).
    """

    kind: Literal["price_ema"] = "price_ema"
    rate: Annotated[float, Field(gt=0.0, le=1.0)] = chain.MOVING_PRICE_RATE
    halving_blocks: Annotated[int, Field(ge=0, le=2**40)] = chain.MOVING_PRICE_HALVING_BLOCKS
    cap: Annotated[float, Field(gt=0.0)] = chain.MOVING_PRICE_CAP
    floor: bool = False


class HillRankConfig(StrictModel):
    """Hill gate whose bar is the share of a given rank (§3.6 G).

    Attributes:
        rank: the bar is the rank-th largest positive pre-gate share.
        exponent: h of the Hill function; root may set 1 to 8 on the chain.
        interval_blocks: the bar is refreshed when the block is a multiple of this [blocks].
    """

    kind: Literal["hill_rank"] = "hill_rank"
    rank: _Rank = chain.GATE_RANK
    exponent: Annotated[float, Field(gt=0.0, le=64.0)] = chain.GATE_EXPONENT
    interval_blocks: _Interval = chain.GATE_INTERVAL_BLOCKS


class HillMassConfig(StrictModel):
    """Hill gate whose bar is where the largest shares add up to a quantile (§3.6 G, R7).

    Attributes:
        quantile: mass of shares that reaches the bar.
        exponent: h of the Hill function.
        interval_blocks: the bar is refreshed when the block is a multiple of this [blocks].
    """

    kind: Literal["hill_mass"] = "hill_mass"
    quantile: Annotated[float, Field(gt=0.0, le=1.0)] = chain.GATE_QUANTILE
    exponent: Annotated[float, Field(gt=0.0, le=64.0)] = chain.GATE_EXPONENT
    interval_blocks: _Interval = chain.GATE_INTERVAL_BLOCKS


class HillSoftRankConfig(StrictModel):
    """Hill gate whose bar is a rank that need not be whole, for searches; no chain has it.

    Attributes:
        rank: the bar has ``rank - 1/2`` shares above it, each counted with a soft edge.
        width: of that edge, in log share; the smaller, the nearer to ``hill_rank``.
        exponent: h of the Hill function.
        interval_blocks: the bar is refreshed when the block is a multiple of this [blocks].
    """

    kind: Literal["hill_soft_rank"] = "hill_soft_rank"
    rank: Annotated[float, Field(ge=1.0, le=65_535.0)] = float(chain.GATE_RANK)
    width: Annotated[float, Field(ge=1e-3, le=10.0)] = 0.1
    exponent: Annotated[float, Field(gt=0.0, le=64.0)] = chain.GATE_EXPONENT
    interval_blocks: _Interval = chain.GATE_INTERVAL_BLOCKS


class RankTiersConfig(StrictModel):
    """Tiers of ranks in place of a gate, each with a part of the emission (§8.5, PR #3010).

    Attributes:
        last_ranks: the last rank of each tier, rising.
        parts: of each tier; they add up to 1.
    """

    kind: Literal["tiers"] = "tiers"
    last_ranks: Annotated[tuple[_Rank, ...], Field(strict=False, min_length=1)] = (32, 64)
    parts: Annotated[tuple[Fraction, ...], Field(strict=False, min_length=1)] = (0.75, 0.25)

    @model_validator(mode="after")
    def _fits(self) -> RankTiersConfig:
        problems = []
        if any(later <= last for last, later in pairwise(self.last_ranks)):
            text = (
                f"is {shown(self.last_ranks)}; tiers overlap unless each ends at a higher rank "
                f"than the one before: write {shown(tuple(sorted(set(self.last_ranks))))}"
            )
            problems.append(Problem("last_ranks", text))
        if len(self.parts) != len(self.last_ranks):
            text = f"has {len(self.parts)} members for {len(self.last_ranks)} tiers; give each one"
            problems.append(Problem("parts", text))
        elif abs(sum(self.parts) - 1.0) > 1e-9:
            problems.append(Problem("parts", f"adds up to {sum(self.parts):g}; must add up to 1"))
        refuse(problems)
        return self


class NoGateConfig(StrictModel):
    """No gate: shares stay as the weight rule makes them."""

    kind: Literal["none"] = "none"


MovingPriceConfig: TypeAlias = PriceEmaConfig
GateConfig: TypeAlias = Annotated[
    HillRankConfig | HillMassConfig | HillSoftRankConfig | RankTiersConfig | NoGateConfig,
    Field(discriminator="kind"),
]
