"""The rules of a regime, composed of parts of which each is one algorithm."""

from collections.abc import Callable

import equinox as eqx

from dtaojax.mechanism.chain_buy.rules import BuyDestroyed, BuyDestroyedUnissued, BuyKept, NoBuy
from dtaojax.mechanism.fees.rules import FeeRule
from dtaojax.mechanism.gate.hill_mass import HillMassGate
from dtaojax.mechanism.gate.hill_rank import HillRankGate
from dtaojax.mechanism.gate.hill_soft_rank import HillSoftRankGate
from dtaojax.mechanism.gate.no_gate import NoGate
from dtaojax.mechanism.gate.rank_tiers import RankTiers
from dtaojax.mechanism.injection.context import Situation
from dtaojax.mechanism.injection.root_proportion_cap import InjectionTerms
from dtaojax.mechanism.liquidity.liquidity_rule import Support
from dtaojax.mechanism.moving_price.ema import PriceEma
from dtaojax.mechanism.root.off_the_top import NothingOffTheTop, ShareOffTheTop
from dtaojax.mechanism.root.policy import RootPolicy
from dtaojax.mechanism.split.participants import Pay
from dtaojax.mechanism.split.rules import Payout
from dtaojax.mechanism.trading.trading import Market
from dtaojax.mechanism.weight_rule.rule import WeightRule
from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool, Scalar, ScalarBool
from dtaojax.state.pools import Pools


class Mechanism(eqx.Module):
    """The rules of a regime, as a composition of parts. Parts of a kind are interchangeable.

    Attributes:
        weighing: pre-gate shares, with a memory if the rule has one (``weight_rule/``).
        gate: what makes small shares smaller.
        injection: division of a subnet's TAO between its pool and the chain's buying.
        support: in which order they reach the pool.
        chain_buy: what becomes of bought alpha and of the TAO paid for it.
        participants: what is paid to owner, miners and validators together.
        split: division of that alpha among them.
        root: what becomes of root's part.
        moving_price: the price average.
        market: where users trade.
        fee: what trades pay, and where it goes.
        tao_weight: weight of root stake against alpha, one number or one a subnet [-].
        off_the_top: what root stake is paid of a block's TAO before all others.
    """

    weighing: WeightRule
    gate: HillRankGate | HillMassGate | HillSoftRankGate | RankTiers | NoGate
    injection: Callable[[Situation], InjectionTerms]
    support: Callable[[Pools, InjectionTerms, int], Support]
    chain_buy: BuyKept | BuyDestroyed | BuyDestroyedUnissued | NoBuy
    participants: Callable[[Situation], Pay]
    split: Callable[[PerSubnet, PerSubnet, ScalarBool, PerSubnetBool], Payout]
    root: RootPolicy
    moving_price: PriceEma
    market: Market
    fee: FeeRule
    tao_weight: Scalar | PerSubnet
    off_the_top: NothingOffTheTop | ShareOffTheTop

    @property
    def has_bar(self) -> bool:
        """Whether there is a gate, and so a bar to stand above or below."""
        return not isinstance(self.gate, NoGate)
