"""Topics of emission: the curve, the price EMA, injection terms (§3.1, §3.3, §3.7, §8.2)."""

from typing import Any

import jax
import jax.numpy as jnp
from chain_rules.moving_price_fixed_point import floored_moving_price
from chain_rules.stored import moving_price_rate
from jax import Array, lax

from dtaojax import chain
from dtaojax.mechanism.chain_buy.rules import BuyDestroyed, BuyDestroyedUnissued, BuyKept
from dtaojax.mechanism.emission import emission_of_unissued
from dtaojax.mechanism.injection.before_launch import SumPriceSwitch
from dtaojax.mechanism.injection.capped import (
    AlphaEmissionCap,
    LesserEmissionCap,
    RootProportionCap,
)
from dtaojax.mechanism.injection.launch import (
    LaunchInjection,
    SubsidyByAlphaEmission,
    SubsidyByBlockEmission,
)
from dtaojax.mechanism.injection.rule import BlockContext
from dtaojax.mechanism.integers import whole_rao
from dtaojax.mechanism.liquidity.pools import spot_price
from dtaojax.mechanism.moving_price.ema import PriceEma, PricePath
from dtaojax.numerics.ordered import normalise, ordered_sum
from dtaojax.state.network import Pools

from .units import (
    Adapter,
    Case,
    as_rao,
    call,
    number,
    numbers,
    one,
    only,
    only_rao,
    token_vector,
    tokens,
)

MAX_SUPPLY = int(chain.MAX_SUPPLY) * chain.RAO_PER_TAO
STORED_ONE = 2**32
"""A moving price of 1 in the chain's fixed point."""


def block_emission(case: Case) -> dict[str, Any]:
    """What is left to mint is exact in rao; the issuance as TAO is not, next to a halving."""
    emission = call(emission_of_unissued, one(MAX_SUPPLY - case["issuance"]))
    return {"block_emission": only_rao(call(whole_rao, emission))}


def ema_of(rate: float, halving_blocks: int) -> PriceEma:
    cap = number(chain.MOVING_PRICE_CAP)
    return PriceEma(rate=number(rate), halving_blocks=number(halving_blocks), cap=cap)


def one_block(ema: PriceEma, moving: Array, spot: Array, age: Array) -> Array:
    """The EMA's update at an age; a subnet of age 1 had its first emission in this block."""
    start = jnp.ones(1, dtype=jnp.int64)
    return ema(moving, PricePath(spot, spot, spot), start, age - 1, 1)


@jax.jit
def constant_age(ema: PriceEma, moving: Array, spot: Array, age: Array, updates: Array) -> Array:
    return lax.fori_loop(0, updates, lambda _, m: one_block(ema, m, spot, age), moving)


@jax.jit
def growing_age(ema: PriceEma, spot: Array, blocks: Array) -> Array:
    return lax.fori_loop(
        1, blocks + 1, lambda age, m: one_block(ema, m, spot, age), jnp.zeros_like(spot)
    )


def moving_price_update(case: Case) -> dict[str, Any]:
    ema = ema_of(case["moving_alpha"], case["halving_blocks"])
    age = jnp.asarray(case["age_blocks"])
    moving = constant_age(
        ema,
        numbers([case["moving_price"]]),
        numbers([case["spot_price"]]),
        age,
        jnp.asarray(case["updates"]),
    )
    rate = ema.effective_rate(numbers([case["age_blocks"]]))
    return {"effective_alpha": only(rate), "moving_price": only(moving)}


def moving_price_path(case: Case) -> dict[str, Any]:
    bits, halving = case["moving_alpha_bits"], case["halving_blocks"]
    if case["floor"]:
        stored, price = 0, float(case["spot_price"])
        for age in range(1, case["blocks"] + 1):
            stored = floored_moving_price(stored, price, bits, age, halving)
        return {"moving_price": stored / STORED_ONE}
    ema = ema_of(moving_price_rate(bits), halving)
    moving = growing_age(ema, numbers([case["spot_price"]]), jnp.asarray(case["blocks"]))
    return {"moving_price": only(moving)}


RULES = {
    "r1": (LaunchInjection(), BuyDestroyedUnissued()),
    "r3": (SubsidyByAlphaEmission(), BuyDestroyedUnissued()),
    "r3b": (SubsidyByBlockEmission(), BuyDestroyedUnissued()),
    "r4a": (AlphaEmissionCap(), BuyDestroyed()),
    "r4c": (LesserEmissionCap(), BuyDestroyed()),
    "r6": (RootProportionCap(), BuyKept()),
}


def injection_terms(case: Case) -> dict[str, Any]:
    rule, chain_buy = RULES[case["rule"]]
    at = BlockContext(
        tao_emission=one(case["tao_emission"]),
        block_emission=tokens(case["tao_block_emission"]),
        price=numbers([case["price"]]),
        price_sum=number(case["price"]),
        alpha_emission=one(case["alpha_emission"]),
        root_proportion=numbers([case["root_prop"]]),
        miner_pay=numbers([0.0]),
    )
    terms = call(rule, at)
    return {
        "alpha_in": only_rao(terms.alpha_in),
        "tao_in": only_rao(terms.tao_in),
        "excess_tao": only_rao(terms.excess_tao),
        "issuance_increase": only_rao(chain_buy.issued(terms)),
    }


def prelaunch_emission(case: Case) -> dict[str, Any]:
    tao_in, alpha_in = token_vector(case["tao_in"]), token_vector(case["alpha_in"])
    nothing = jnp.zeros_like(tao_in)
    halves = jnp.full_like(tao_in, 0.5)
    price = call(spot_price, Pools(tao_in, alpha_in, halves, nothing, nothing))
    emission = tokens(case["block_emission"])
    minted = jnp.full_like(tao_in, chain.BASE_BLOCK_EMISSION)
    terms = call(
        SumPriceSwitch(),
        BlockContext(
            tao_emission=emission * call(normalise, tao_in),
            block_emission=emission,
            price=price,
            price_sum=call(ordered_sum, price),
            alpha_emission=minted,
            root_proportion=nothing,
            miner_pay=nothing,
        ),
    )
    return {
        "tao_in_emission": as_rao(terms.tao_in),
        "alpha_in_emission": as_rao(terms.alpha_in),
        "alpha_out_emission": as_rao(minted),
    }


EMISSION_ADAPTERS: dict[str, Adapter] = {
    "block_emission": block_emission,
    "moving_price_update": moving_price_update,
    "moving_price_path": moving_price_path,
    "injection_terms": injection_terms,
    "prelaunch_emission": prelaunch_emission,
}
