"""Topics of the whole network: who emits, and what a block of R8 emits (§3.6, §3.7, §4)."""

from typing import Any

import jax.numpy as jnp
from chain_rules.emit_set import open_subnets
from jax import Array

from dtaojax.mechanism.coinbase import mask_disabled
from dtaojax.mechanism.emission import block_emission
from dtaojax.mechanism.injection.capped import RootProportionCap
from dtaojax.mechanism.injection.rule import BlockContext
from dtaojax.mechanism.liquidity.pools import spot_price
from dtaojax.mechanism.root.stake import root_proportion
from dtaojax.mechanism.weight_rule.price import EmaPriceBurn
from dtaojax.numerics.ordered import ordered_sum
from dtaojax.state.network import Pools, Subnets

from .shares import gated, state_of
from .units import (
    Adapter,
    Case,
    as_rao,
    call,
    flags,
    number,
    numbers,
    only,
    subnets_of,
    token_vector,
    tokens,
)


def emit_set(case: Case) -> dict[str, Any]:
    names = ("is_root", "first_emission_block_set", "subtoken_enabled", "registration_allowed")
    return {"in_emit_set": only(open_subnets(*(flags([case[name]]) for name in names)))}


def subnets_in(case: Case) -> Subnets:
    return subnets_of(case["miner_burned"], case["emission_enabled"], case["in_emit_set"])


def network_shares(case: Case) -> tuple[Array, Array]:
    """Bar and final shares, in the order price, burn, gate, mask."""
    subnets = subnets_in(case)
    pre_gate = call(EmaPriceBurn(), state_of(numbers(case["moving_price"])), subnets)
    bar, after = gated(case, pre_gate)
    return bar, call(mask_disabled, after, subnets.emission_enabled)


def network_tao_shares(case: Case) -> dict[str, Any]:
    bar, shares = network_shares(case)
    by_netuid = dict(zip(case["netuid"], shares.tolist(), strict=True))
    return {
        "theta": bar.item(),
        "tao_share": [by_netuid[netuid] for netuid in case["report_netuid"]],
    }


def network_block_r8(case: Case) -> dict[str, Any]:
    _, shares = network_shares(case)
    nothing = jnp.zeros_like(shares)
    pools = Pools(
        tao_in=token_vector(case["tao_in"]),
        alpha_in=token_vector(case["alpha_in"]),
        w_tao=numbers(case["w_tao"]),
        tao_reservoir=nothing,
        alpha_reservoir=nothing,
    )
    issuance = pools.alpha_in + token_vector(case["alpha_out"])
    minted = jnp.where(flags(case["in_emit_set"]), call(block_emission, issuance), 0.0)
    rho = call(root_proportion, tokens(case["root_tao"]), number(case["tao_weight"]), issuance)
    block = tokens(case["block_emission"])
    emission, price = block * shares, call(spot_price, pools)
    at = BlockContext(emission, block, price, call(ordered_sum, price), minted, rho, 0.0 * minted)
    terms = call(RootProportionCap(), at)
    return {
        "tao_emission": as_rao(emission),
        "tao_in_emission": as_rao(terms.tao_in),
        "excess_tao": as_rao(terms.excess_tao),
        "alpha_in_emission": as_rao(terms.alpha_in),
    }


NETWORK_ADAPTERS: dict[str, Adapter] = {
    "emit_set": emit_set,
    "network_tao_shares": network_tao_shares,
    "network_block_r8": network_block_r8,
}
