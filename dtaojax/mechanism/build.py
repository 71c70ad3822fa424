"""From the config of a mechanism to its parts."""

import math
from importlib import import_module
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array

from dtaojax import chain
from dtaojax.mechanism.chain_buy.rules import BuyDestroyed, BuyDestroyedUnissued, BuyKept, NoBuy
from dtaojax.mechanism.composition import Mechanism
from dtaojax.mechanism.config import RulesConfig
from dtaojax.mechanism.fees.rules import FeeRule, FeeToAuthor, FeeToPool, FlatFeeToPool
from dtaojax.mechanism.gate.config import (
    GateConfig,
    HillMassConfig,
    HillRankConfig,
    HillSoftRankConfig,
    NoGateConfig,
    RankTiersConfig,
)
from dtaojax.mechanism.gate.hill_mass import HillMassGate
from dtaojax.mechanism.gate.hill_rank import HillRankGate
from dtaojax.mechanism.gate.hill_soft_rank import HillSoftRankGate
from dtaojax.mechanism.gate.no_gate import NoGate
from dtaojax.mechanism.gate.rank_tiers import RankTiers
from dtaojax.mechanism.injection.config import (
    AlphaEmissionCapConfig,
    ChainBuyConfig,
    DestroyedConfig,
    DestroyedUnissuedConfig,
    FixedFractionConfig,
    FreeSplitConfig,
    InjectionConfig,
    LaunchInjectionConfig,
    LesserEmissionCapConfig,
    NoChainBuyConfig,
    NoInjectionConfig,
    OwnerCutSplitConfig,
    ProtocolAlphaConfig,
    RootProportionBuyCapConfig,
    RootProportionCapConfig,
    SplitConfig,
    SubsidyConfig,
    SumPriceSwitchConfig,
)
from dtaojax.mechanism.injection.emission_caps import AlphaEmissionCap, LesserEmissionCap
from dtaojax.mechanism.injection.fixed_fraction import FixedFraction
from dtaojax.mechanism.injection.launch import LaunchInjection
from dtaojax.mechanism.injection.no_injection import NoInjection
from dtaojax.mechanism.injection.root_proportion_buy_cap import RootProportionBuyCap
from dtaojax.mechanism.injection.root_proportion_cap import RootProportionCap
from dtaojax.mechanism.injection.subsidy import SubsidyByAlphaEmission, SubsidyByBlockEmission
from dtaojax.mechanism.injection.sum_price_switch import SumPriceSwitch
from dtaojax.mechanism.liquidity.liquidity_rule import (
    AddOnly,
    AddThenBuy,
    BuyThenAdd,
    BuyThenHoldPrice,
)
from dtaojax.mechanism.moving_price.ema import PriceEma
from dtaojax.mechanism.moving_price.floored_ema import FlooredPriceEma
from dtaojax.mechanism.root.config import (
    NoRootConfig,
    RootBasketConfig,
    RootClaimedConfig,
    RootConfig,
    RootSoldAtLaunchConfig,
    RootSoldUnlessSubsidisedConfig,
    RootValidatorsPaidConfig,
)
from dtaojax.mechanism.root.off_the_top import NothingOffTheTop, ShareOffTheTop
from dtaojax.mechanism.root.policy import (
    NoRoot,
    RootBasket,
    RootDrained,
    RootOfValidators,
    RootPolicy,
    RootSoldAtLaunch,
    RootSoldUnlessSubsidised,
)
from dtaojax.mechanism.split.free_split import FreeSplit
from dtaojax.mechanism.split.participants import PaidInAlpha, PaidInTao, PaidWhatPoolsLeave
from dtaojax.mechanism.split.rules import OwnerServerValidatorRoot
from dtaojax.mechanism.trading.config import (
    ConstantProductConfig,
    FeesConfig,
    FeeToAuthorConfig,
    FeeToPoolConfig,
    FlatFeeConfig,
    NoPoolConfig,
    PoolConfig,
    WeightedPoolConfig,
)
from dtaojax.mechanism.trading.trading import LaunchMarket, Market, NoMarket, SwapMarket
from dtaojax.mechanism.weight_rule.config import WEIGHT_RULES
from dtaojax.mechanism.weight_rule.rule import WeightRule
from dtaojax.network.slots import Slots


def build_mechanism(rules: RulesConfig, seed: int = 0, slots: Slots | None = None) -> Mechanism:
    """The rules, part by part.

    Args:
        rules: of the config.
        seed: of rules which draw random numbers.
        slots: of the network under the rules; needed where they name single subnets.

    Raises:
        ValueError: the rules name single subnets, and there are no slots.
        NetworkError: they name one that is not in the network.
    """
    ema = rules.moving_price
    injection = _injection(rules.injection)
    weight = _tao_weight(rules.root, slots)
    return Mechanism(
        weighing=_weight_rule(rules, seed, weight),
        gate=_gate(rules.gate),
        injection=injection,
        support=_support(rules.pool),
        chain_buy=_chain_buy(rules.chain_buy),
        participants=_participants(injection),
        split=_split(rules.split),
        root=_root(rules.root),
        moving_price=(FlooredPriceEma if ema.floor else PriceEma)(
            rate=jnp.asarray(ema.rate),
            halving_blocks=jnp.asarray(float(ema.halving_blocks)),
            cap=jnp.asarray(ema.cap),
        ),
        market=_market(rules),
        fee=_fee(rules.fees),
        tao_weight=weight,
        off_the_top=_off_the_top(rules.root),
    )


def _weight_rule(rules: RulesConfig, seed: int, tao_weight: Array) -> WeightRule:
    """The registered rule, with its own parameters and those that it takes from other parts."""
    table = rules.weight_rule
    rule = WEIGHT_RULES[table.kind]
    make = getattr(import_module(f"dtaojax.mechanism.weight_rule.{rule.kind}"), rule.name)
    parameters = table.model_dump(exclude={"kind"})
    for place in rule.takes:
        part, _, key = place.partition(".")
        taken = {"run.seed": seed, "root.tao_weight": tao_weight}
        parameters[key] = taken[place] if place in taken else getattr(getattr(rules, part), key)
    return make(**{key: _parameter(value) for key, value in parameters.items()})


def _parameter(value: Any) -> Any:
    """Floats as arrays, so that the model can be differentiated by them; counts as they are."""
    return jnp.asarray(value) if isinstance(value, float) else value


def _gate(
    gate: GateConfig,
) -> HillRankGate | HillMassGate | HillSoftRankGate | RankTiers | NoGate:
    match gate:
        case HillRankConfig():
            return HillRankGate(gate.rank, gate.interval_blocks, jnp.asarray(gate.exponent))
        case HillMassConfig():
            return HillMassGate(
                gate.interval_blocks, jnp.asarray(gate.quantile), jnp.asarray(gate.exponent)
            )
        case HillSoftRankConfig():
            return HillSoftRankGate(
                gate.interval_blocks,
                *map(jnp.asarray, (gate.rank, gate.width, gate.exponent)),
            )
        case RankTiersConfig():
            return RankTiers(gate.last_ranks, tuple(map(jnp.asarray, gate.parts)))
        case NoGateConfig():
            return NoGate()


def _injection(injection: InjectionConfig):
    match injection:
        case RootProportionCapConfig():
            return RootProportionCap()
        case RootProportionBuyCapConfig():
            return RootProportionBuyCap()
        case LesserEmissionCapConfig():
            return LesserEmissionCap()
        case AlphaEmissionCapConfig():
            return AlphaEmissionCap()
        case SubsidyConfig(alpha="block_emission"):
            return SubsidyByBlockEmission()
        case SubsidyConfig():
            return SubsidyByAlphaEmission()
        case LaunchInjectionConfig():
            return LaunchInjection()
        case SumPriceSwitchConfig():
            return SumPriceSwitch()
        case FixedFractionConfig():
            return FixedFraction(
                jnp.asarray(injection.alpha_fraction), jnp.asarray(injection.tao_fraction)
            )
        case NoInjectionConfig():
            return NoInjection()


def _participants(injection) -> PaidInAlpha | PaidInTao | PaidWhatPoolsLeave:
    match injection:
        case FixedFraction():
            return PaidWhatPoolsLeave(injection)
        case NoInjection():
            return PaidInTao()
        case _:
            return PaidInAlpha()


def _market(rules: RulesConfig) -> Market:
    match rules.pool, rules.fees:
        case NoPoolConfig(), _:
            return NoMarket()
        case _, FlatFeeConfig():
            return LaunchMarket(jnp.asarray(chain.LAUNCH_MIN_LIQUIDITY))
        case _:
            return SwapMarket()


def _support(pool: PoolConfig) -> BuyThenHoldPrice | BuyThenAdd | AddThenBuy | AddOnly:
    match pool:
        case NoPoolConfig():
            return AddOnly()
        case WeightedPoolConfig():
            return BuyThenHoldPrice()
        case ConstantProductConfig(chain_buys="before"):
            return BuyThenAdd()
        case ConstantProductConfig():
            return AddThenBuy()


def _chain_buy(
    chain_buy: ChainBuyConfig,
) -> BuyKept | BuyDestroyed | BuyDestroyedUnissued | NoBuy:
    match chain_buy:
        case NoChainBuyConfig():
            return NoBuy()
        case ProtocolAlphaConfig():
            return BuyKept()
        case DestroyedConfig():
            return BuyDestroyed()
        case DestroyedUnissuedConfig():
            return BuyDestroyedUnissued()


def _split(split: SplitConfig) -> OwnerServerValidatorRoot | FreeSplit:
    match split:
        case OwnerCutSplitConfig():
            return OwnerServerValidatorRoot(jnp.asarray(split.owner_cut_u16 / chain.U16_MAX))
        case FreeSplitConfig():
            parts = (split.owner, split.miner, split.validator)
            return FreeSplit(*map(jnp.asarray, parts))


def _root(root: RootConfig) -> RootPolicy:
    match root:
        case RootBasketConfig(sale_per_day=0.0):
            return RootBasket()
        case RootBasketConfig(sale_per_day=part):
            return RootDrained(jnp.asarray(-math.expm1(math.log1p(-part) / chain.BLOCKS_PER_DAY)))
        case RootClaimedConfig(lag_blocks=lag):
            return RootDrained(jnp.asarray(1.0 / lag))
        case RootSoldAtLaunchConfig():
            return RootSoldAtLaunch(jnp.asarray(chain.LAUNCH_MIN_LIQUIDITY))
        case RootSoldUnlessSubsidisedConfig():
            return RootSoldUnlessSubsidised()
        case RootValidatorsPaidConfig():
            return RootOfValidators()
        case NoRootConfig():
            return NoRoot()


def _tao_weight(root: RootConfig, slots: Slots | None) -> Array:
    if not isinstance(root, RootBasketConfig) or not root.tao_weights:
        return jnp.asarray(root.tao_weight)
    if slots is None:
        raise ValueError("root.tao_weights names subnets: pass the slots of their network")
    return jnp.asarray(slots.column(root.tao_weight, root.tao_weights))


def _off_the_top(root: RootConfig) -> NothingOffTheTop | ShareOffTheTop:
    if isinstance(root, RootBasketConfig) and root.off_the_top > 0.0:
        return ShareOffTheTop(jnp.asarray(root.off_the_top))
    return NothingOffTheTop()


def _fee(fees: FeesConfig) -> FeeRule:
    match fees:
        case FeeToAuthorConfig():
            return FeeToAuthor(jnp.asarray(fees.rate_u16 / chain.U16_MAX))
        case FeeToPoolConfig():
            return FeeToPool(jnp.asarray(fees.rate_u16 / chain.U16_MAX))
        case FlatFeeConfig():
            return FlatFeeToPool(jnp.asarray(fees.tao))
