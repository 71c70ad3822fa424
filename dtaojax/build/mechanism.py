"""From the config of a mechanism to its parts."""

import math
from importlib import import_module
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array

from dtaojax import chain, config
from dtaojax.build.slots import Slots
from dtaojax.mechanism.chain_buy import BuyDestroyed, BuyDestroyedUnissued, BuyKept, NoBuy
from dtaojax.mechanism.composition import Mechanism
from dtaojax.mechanism.fee_rules import FeeRule, FeeToAuthor, FeeToPool, FlatFeeToPool
from dtaojax.mechanism.gate import HillRankGate
from dtaojax.mechanism.gate_mass import HillMassGate
from dtaojax.mechanism.gate_soft_rank import HillSoftRankGate
from dtaojax.mechanism.gate_tiers import RankTiers
from dtaojax.mechanism.injection import RootProportionCap
from dtaojax.mechanism.injection_article import FixedFraction
from dtaojax.mechanism.injection_buy_cap import RootProportionBuyCap
from dtaojax.mechanism.injection_caps import AlphaEmissionCap, LesserEmissionCap
from dtaojax.mechanism.injection_launch import LaunchInjection
from dtaojax.mechanism.injection_none import NoInjection
from dtaojax.mechanism.injection_prelaunch import SumPriceSwitch
from dtaojax.mechanism.injection_subsidy import SubsidyByAlphaEmission, SubsidyByBlockEmission
from dtaojax.mechanism.moving_price import PriceEma
from dtaojax.mechanism.moving_price_floored import FlooredPriceEma
from dtaojax.mechanism.no_gate import NoGate
from dtaojax.mechanism.off_the_top import NothingOffTheTop, ShareOffTheTop
from dtaojax.mechanism.participants import PaidInAlpha, PaidInTao, PaidWhatPoolsLeave
from dtaojax.mechanism.root_policy import (
    NoRoot,
    RootBasket,
    RootDrained,
    RootOfValidators,
    RootPolicy,
    RootSoldAtLaunch,
    RootSoldUnlessSubsidised,
)
from dtaojax.mechanism.split import OwnerServerValidatorRoot
from dtaojax.mechanism.split_free import FreeSplit
from dtaojax.mechanism.support import AddOnly, AddThenBuy, BuyThenAdd, BuyThenHoldPrice
from dtaojax.mechanism.trading import LaunchMarket, Market, NoMarket, SwapMarket
from dtaojax.mechanism.weight_rules.rule import WeightRule


def build_mechanism(
    rules: config.RulesConfig, seed: int = 0, slots: Slots | None = None
) -> Mechanism:
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


def _weight_rule(rules: config.RulesConfig, seed: int, tao_weight: Array) -> WeightRule:
    """The registered rule, with its own parameters and those that it takes from other parts."""
    table = rules.weight_rule
    rule = config.WEIGHT_RULES[table.kind]
    make = getattr(import_module(f"dtaojax.mechanism.weight_rules.{rule.kind}"), rule.name)
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
    gate: config.GateConfig,
) -> HillRankGate | HillMassGate | HillSoftRankGate | RankTiers | NoGate:
    match gate:
        case config.HillRankConfig():
            return HillRankGate(gate.rank, gate.interval_blocks, jnp.asarray(gate.exponent))
        case config.HillMassConfig():
            return HillMassGate(
                gate.interval_blocks, jnp.asarray(gate.quantile), jnp.asarray(gate.exponent)
            )
        case config.HillSoftRankConfig():
            return HillSoftRankGate(
                gate.interval_blocks,
                *map(jnp.asarray, (gate.rank, gate.width, gate.exponent)),
            )
        case config.RankTiersConfig():
            return RankTiers(gate.last_ranks, tuple(map(jnp.asarray, gate.parts)))
        case config.NoGateConfig():
            return NoGate()


def _injection(injection: config.InjectionConfig):
    match injection:
        case config.RootProportionCapConfig():
            return RootProportionCap()
        case config.RootProportionBuyCapConfig():
            return RootProportionBuyCap()
        case config.LesserEmissionCapConfig():
            return LesserEmissionCap()
        case config.AlphaEmissionCapConfig():
            return AlphaEmissionCap()
        case config.SubsidyConfig(alpha="block_emission"):
            return SubsidyByBlockEmission()
        case config.SubsidyConfig():
            return SubsidyByAlphaEmission()
        case config.LaunchInjectionConfig():
            return LaunchInjection()
        case config.SumPriceSwitchConfig():
            return SumPriceSwitch()
        case config.FixedFractionConfig():
            return FixedFraction(
                jnp.asarray(injection.alpha_fraction), jnp.asarray(injection.tao_fraction)
            )
        case config.NoInjectionConfig():
            return NoInjection()


def _participants(injection) -> PaidInAlpha | PaidInTao | PaidWhatPoolsLeave:
    match injection:
        case FixedFraction():
            return PaidWhatPoolsLeave(injection)
        case NoInjection():
            return PaidInTao()
        case _:
            return PaidInAlpha()


def _market(rules: config.RulesConfig) -> Market:
    match rules.pool, rules.fees:
        case config.NoPoolConfig(), _:
            return NoMarket()
        case _, config.FlatFeeConfig():
            return LaunchMarket(jnp.asarray(chain.LAUNCH_MIN_LIQUIDITY))
        case _:
            return SwapMarket()


def _support(pool: config.PoolConfig) -> BuyThenHoldPrice | BuyThenAdd | AddThenBuy | AddOnly:
    match pool:
        case config.NoPoolConfig():
            return AddOnly()
        case config.WeightedPoolConfig():
            return BuyThenHoldPrice()
        case config.ConstantProductConfig(chain_buys="before"):
            return BuyThenAdd()
        case config.ConstantProductConfig():
            return AddThenBuy()


def _chain_buy(
    chain_buy: config.ChainBuyConfig,
) -> BuyKept | BuyDestroyed | BuyDestroyedUnissued | NoBuy:
    match chain_buy:
        case config.NoChainBuyConfig():
            return NoBuy()
        case config.ProtocolAlphaConfig():
            return BuyKept()
        case config.DestroyedConfig():
            return BuyDestroyed()
        case config.DestroyedUnissuedConfig():
            return BuyDestroyedUnissued()


def _split(split: config.SplitConfig) -> OwnerServerValidatorRoot | FreeSplit:
    match split:
        case config.OwnerCutSplitConfig():
            return OwnerServerValidatorRoot(jnp.asarray(split.owner_cut_u16 / chain.U16_MAX))
        case config.FreeSplitConfig():
            parts = (split.owner, split.miner, split.validator)
            return FreeSplit(*map(jnp.asarray, parts))


def _root(root: config.RootConfig) -> RootPolicy:
    match root:
        case config.RootBasketConfig(sale_per_day=0.0):
            return RootBasket()
        case config.RootBasketConfig(sale_per_day=part):
            return RootDrained(jnp.asarray(-math.expm1(math.log1p(-part) / chain.BLOCKS_PER_DAY)))
        case config.RootClaimedConfig(lag_blocks=lag):
            return RootDrained(jnp.asarray(1.0 / lag))
        case config.RootSoldAtLaunchConfig():
            return RootSoldAtLaunch(jnp.asarray(chain.LAUNCH_MIN_LIQUIDITY))
        case config.RootSoldUnlessSubsidisedConfig():
            return RootSoldUnlessSubsidised()
        case config.RootValidatorsPaidConfig():
            return RootOfValidators()
        case config.NoRootConfig():
            return NoRoot()


def _tao_weight(root: config.RootConfig, slots: Slots | None) -> Array:
    if not isinstance(root, config.RootBasketConfig) or not root.tao_weights:
        return jnp.asarray(root.tao_weight)
    if slots is None:
        raise ValueError("root.tao_weights names subnets: pass the slots of their network")
    return jnp.asarray(slots.column(root.tao_weight, root.tao_weights))


def _off_the_top(root: config.RootConfig) -> NothingOffTheTop | ShareOffTheTop:
    if isinstance(root, config.RootBasketConfig) and root.off_the_top > 0.0:
        return ShareOffTheTop(jnp.asarray(root.off_the_top))
    return NothingOffTheTop()


def _fee(fees: config.FeesConfig) -> FeeRule:
    match fees:
        case config.FeeToAuthorConfig():
            return FeeToAuthor(jnp.asarray(fees.rate_u16 / chain.U16_MAX))
        case config.FeeToPoolConfig():
            return FeeToPool(jnp.asarray(fees.rate_u16 / chain.U16_MAX))
        case config.FlatFeeConfig():
            return FlatFeeToPool(jnp.asarray(fees.tao))
