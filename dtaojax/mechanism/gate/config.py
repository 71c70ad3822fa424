"""Configs of the gates, each with the rule that it builds (§3.6 G).

To add a gate, write its rule in ``rules.py`` or ``hill.py`` and its config here, and put the config
into `GateConfig`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from dtaojax import chain
from dtaojax.schema.errors import Problem, shown
from dtaojax.schema.strict import Fraction, StrictModel, refuse

if TYPE_CHECKING:
    from dtaojax.mechanism.gate.hill import HillMassGate, HillRankGate, HillSoftRankGate
    from dtaojax.mechanism.gate.rules import NoGate, RankTiers

_Rank = Annotated[int, Field(ge=1, le=65_535)]
_Exponent = Annotated[float, Field(gt=0.0, le=64.0)]
_Interval = Annotated[int, Field(ge=1, le=2**31)]


class HillRankConfig(StrictModel):
    """Hill gate whose bar is the share of a given rank (§3.6 G).

    Attributes:
        rank: rank whose share is the bar: the rank-th largest positive pre-gate share.
        exponent: exponent h of the Hill function; root may set 1 to 8 on the chain.
        interval_blocks: blocks between two refreshes of the bar, at multiples of this [blocks].
    """

    kind: Literal["hill_rank"] = "hill_rank"
    rank: _Rank = chain.GATE_RANK
    exponent: _Exponent = chain.GATE_EXPONENT
    interval_blocks: _Interval = chain.GATE_INTERVAL_BLOCKS

    def build(self) -> HillRankGate:
        """Return the gate."""
        from dtaojax.mechanism.gate.hill import HillRankGate
        from dtaojax.numerics.shapes import parameter

        return HillRankGate(
            rank=self.rank,
            interval_blocks=self.interval_blocks,
            exponent=parameter(self.exponent),
        )


class HillMassConfig(StrictModel):
    """Hill gate whose bar is where the largest shares add up to a quantile (§3.6 G, R7).

    Attributes:
        quantile: mass of shares that reaches the bar.
        exponent: exponent h of the Hill function.
        interval_blocks: blocks between two refreshes of the bar, at multiples of this [blocks].
    """

    kind: Literal["hill_mass"] = "hill_mass"
    quantile: Annotated[float, Field(gt=0.0, le=1.0)] = chain.GATE_QUANTILE
    exponent: _Exponent = chain.GATE_EXPONENT
    interval_blocks: _Interval = chain.GATE_INTERVAL_BLOCKS

    def build(self) -> HillMassGate:
        """Return the gate."""
        from dtaojax.mechanism.gate.hill import HillMassGate
        from dtaojax.numerics.shapes import parameter

        return HillMassGate(
            interval_blocks=self.interval_blocks,
            quantile=parameter(self.quantile),
            exponent=parameter(self.exponent),
        )


class HillSoftRankConfig(StrictModel):
    """Hill gate whose bar is a rank that need not be whole, for searches; no chain has it.

    Attributes:
        rank: rank of the bar, which has ``rank - 1/2`` shares above it, each counted with a soft
            edge.
        width: width of that edge, in log share; the smaller, the nearer to ``hill_rank``.
        exponent: exponent h of the Hill function.
        interval_blocks: blocks between two refreshes of the bar, at multiples of this [blocks].
    """

    kind: Literal["hill_soft_rank"] = "hill_soft_rank"
    rank: Annotated[float, Field(ge=1.0, le=65_535.0)] = float(chain.GATE_RANK)
    width: Annotated[float, Field(ge=1e-3, le=10.0)] = 0.1
    exponent: _Exponent = chain.GATE_EXPONENT
    interval_blocks: _Interval = chain.GATE_INTERVAL_BLOCKS

    def build(self) -> HillSoftRankGate:
        """Return the gate."""
        from dtaojax.mechanism.gate.hill import HillSoftRankGate
        from dtaojax.numerics.shapes import parameter

        return HillSoftRankGate(
            interval_blocks=self.interval_blocks,
            rank=parameter(self.rank),
            width=parameter(self.width),
            exponent=parameter(self.exponent),
        )


class RankTiersConfig(StrictModel):
    """Tiers of ranks in place of a gate, each with a part of the emission (§8.5, PR #3010).

    Attributes:
        last_ranks: the last rank of each tier, rising.
        parts: part of the emission that each tier gets; they add up to 1.
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

    def build(self) -> RankTiers:
        """Return the tiers."""
        from dtaojax.mechanism.gate.rules import RankTiers
        from dtaojax.numerics.shapes import parameter

        return RankTiers(self.last_ranks, tuple(map(parameter, self.parts)))


class NoGateConfig(StrictModel):
    """No gate: shares stay as the weight rule makes them."""

    kind: Literal["none"] = "none"

    def build(self) -> NoGate:
        """Return the gate that changes nothing."""
        from dtaojax.mechanism.gate.rules import NoGate

        return NoGate()


GateConfig: TypeAlias = Annotated[
    HillRankConfig | HillMassConfig | HillSoftRankConfig | RankTiersConfig | NoGateConfig,
    Field(discriminator="kind"),
]
