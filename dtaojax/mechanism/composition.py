"""The rules of a regime, composed of parts of which each is one algorithm."""

import equinox as eqx

from dtaojax.mechanism.chain_buy.rules import ChainBuy
from dtaojax.mechanism.fees.rules import FeeRule
from dtaojax.mechanism.gate.rules import Gate, NoGate
from dtaojax.mechanism.injection.rule import Injection
from dtaojax.mechanism.liquidity.rules import LiquidityRule
from dtaojax.mechanism.moving_price.ema import PriceEma
from dtaojax.mechanism.root.policy import RootPolicy
from dtaojax.mechanism.root.stake import OffTheTop
from dtaojax.mechanism.split.rules import Split
from dtaojax.mechanism.trading.rules import Trading
from dtaojax.mechanism.weight_rule.rule import WeightRule
from dtaojax.numerics.shapes import PerSubnet, Scalar


class Mechanism(eqx.Module):
    """Composition of the parts of a regime. Parts of a kind are interchangeable.

    Attributes:
        weight_rule: Rule for the pre-gate shares, with a memory if it has one.
        gate: Rule that makes small shares smaller.
        injection: Division of a subnet's TAO and alpha among pool, chain buy and participants.
        liquidity_rule: Order in which injection and chain buy reach the pool.
        chain_buy: Rule for bought alpha and for the TAO paid for it.
        split: Division of what participants are paid among owner, miners, validators and root.
        root: Rule for what becomes of root's part.
        moving_price: Average of the price.
        trading: Rule by which users trade.
        fee: Fee that trades pay, and where it goes.
        tao_weight: Weight of root stake against alpha, one number or one a subnet [-].
        off_the_top: Rule for what root stake is paid of a block's TAO before all others.
    """

    weight_rule: WeightRule
    gate: Gate
    injection: Injection
    liquidity_rule: LiquidityRule
    chain_buy: ChainBuy
    split: Split
    root: RootPolicy
    moving_price: PriceEma
    trading: Trading
    fee: FeeRule
    tao_weight: Scalar | PerSubnet
    off_the_top: OffTheTop

    @property
    def has_bar(self) -> bool:
        """Return whether there is a gate, and so a bar to stand above or below."""
        return not isinstance(self.gate, NoGate)
