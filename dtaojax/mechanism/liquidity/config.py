"""Configs of the pools: how liquidity enters them, and whether there are any (§3.5, §4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import Field

from dtaojax.mechanism.fees.config import FeesConfig
from dtaojax.schema.strict import StrictModel

if TYPE_CHECKING:
    from dtaojax.mechanism.liquidity.rules import LiquidityRule
    from dtaojax.mechanism.trading.rules import Trading


class _TradedPoolConfig(StrictModel):
    """Pools in which users trade, within the limits of the era that the fees tell."""

    def build_trading(self, fees: FeesConfig) -> Trading:
        """Return how users trade in the pools."""
        return fees.build_trading()


class WeightedPoolConfig(_TradedPoolConfig):
    """Weighted pool whose weights move with injections; the chain buys first (§3.5 S3, §4.5)."""

    kind: Literal["weighted"] = "weighted"

    def build(self) -> LiquidityRule:
        """Return the order in which liquidity enters."""
        from dtaojax.mechanism.liquidity.rules import BuyThenHoldPrice

        return BuyThenHoldPrice()


class ConstantProductConfig(_TradedPoolConfig):
    """Constant-product pool (§3.5 S1, S2).

    Attributes:
        chain_buys: before or after the block's injection (§4.2, §4.3).
    """

    kind: Literal["constant_product"] = "constant_product"
    chain_buys: Literal["before", "after"] = "after"

    def build(self) -> LiquidityRule:
        """Return the order in which liquidity enters."""
        from dtaojax.mechanism.liquidity.rules import AddThenBuy, BuyThenAdd

        return BuyThenAdd() if self.chain_buys == "before" else AddThenBuy()


class NoPoolConfig(StrictModel):
    """No pools: nothing trades, and subnets have no token (before dTAO, §8.1)."""

    kind: Literal["none"] = "none"

    def build(self) -> LiquidityRule:
        """Return the rule that adds the nothing which such regimes inject."""
        from dtaojax.mechanism.liquidity.rules import AddOnly

        return AddOnly()

    def build_trading(self, fees: FeesConfig) -> Trading:
        """Return that nobody trades."""
        from dtaojax.mechanism.trading.rules import NoTrading

        return NoTrading()


PoolConfig: TypeAlias = Annotated[
    WeightedPoolConfig | ConstantProductConfig | NoPoolConfig, Field(discriminator="kind")
]
