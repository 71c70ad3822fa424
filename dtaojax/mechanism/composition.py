"""The rules of a regime, composed of parts of which each is one algorithm."""

from collections.abc import Callable

import equinox as eqx

from dtaojax.mechanism.chain_buy import BuyDestroyed, BuyDestroyedUnissued, BuyKept, NoBuy
from dtaojax.mechanism.fee_rules import FeeRule
from dtaojax.mechanism.gate import HillRankGate
from dtaojax.mechanism.gate_mass import HillMassGate
from dtaojax.mechanism.gate_soft_rank import HillSoftRankGate
from dtaojax.mechanism.gate_tiers import RankTiers
from dtaojax.mechanism.injection import InjectionTerms
from dtaojax.mechanism.moving_price import PriceEma
from dtaojax.mechanism.no_gate import NoGate
from dtaojax.mechanism.off_the_top import NothingOffTheTop, ShareOffTheTop
from dtaojax.mechanism.participants import Pay
from dtaojax.mechanism.root_policy import RootPolicy
from dtaojax.mechanism.situation import Situation
from dtaojax.mechanism.split import Payout
from dtaojax.mechanism.support import Support
from dtaojax.mechanism.trading import Market
from dtaojax.mechanism.weight_rules.rule import WeightRule
from dtaojax.state.pools import Pools
from dtaojax.state.shapes import PerSubnet, PerSubnetBool, Scalar, ScalarBool


class Mechanism(eqx.Module):
    """The rules of a regime, as a composition of parts. Parts of a kind are interchangeable.

    Attributes:
        weighing: pre-gate shares, with a memory if the rule has one (``weight_rules/``).
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
