"""Topics of the pools: prices, swaps, injection (§3.2, §3.5 S3)."""

from dataclasses import replace
from typing import Any

import jax.numpy as jnp
from chain_rules import swap_impact
from chain_rules.exact_output import alpha_needed
from chain_rules.fees import fee_on_net, fee_on_offer
from chain_rules.stored import u16_fraction
from jax import Array

from dtaojax.mechanism.liquidity import pools

from .units import Adapter, Case, call, number, numbers, one, only, only_rao, pool_of


def fee_rate(case: Case) -> Array:
    return number(u16_fraction(case["fee_rate_u16"]))


def spot_price(case: Case) -> dict[str, Any]:
    return {"price": only(call(pools.spot_price, pool_of(case)))}


def net_input(case: Case) -> tuple[Array, Array]:
    """Fee, and what moves the price."""
    offered = one(case["amount_in"])
    fee = call(fee_on_offer, offered, fee_rate(case))
    return fee, offered - fee


def swap(case: Case) -> dict[str, Any]:
    output = pools.buy_output if case["side"] == "buy" else pools.sell_output
    fee, net = net_input(case)
    nothing_in = case["amount_in"] == 0
    out = net if nothing_in else call(output, pool_of(case), net)
    return {"fee": only_rao(fee), "net_in": only_rao(net), "amount_out": only_rao(out)}


def swap_impact_of(case: Case) -> dict[str, Any]:
    buys = case["side"] == "buy"
    slippage = swap_impact.buy_slippage if buys else swap_impact.sell_slippage
    price_after = swap_impact.price_after_buy if buys else swap_impact.price_after_sale
    _, net = net_input(case)
    pool = pool_of(case)
    return {
        "slippage_pct": 100.0 * only(call(slippage, pool, net)),
        "price_after": only(call(price_after, pool, net)),
    }


def swap_power_factor(case: Case) -> dict[str, Any]:
    ratio = pools.weight_ratio(numbers([case["w_tao"]]))
    exponent = ratio if case["side"] == "buy" else 1.0 / ratio
    grown = one(case["delta_in"]) / one(case["reserve_in"])
    return {"factor": only(call(swap_impact.output_left, grown, exponent))}


def amount_to_price(case: Case) -> dict[str, Any]:
    to_price = pools.tao_to_price if case["side"] == "buy" else pools.alpha_to_price
    net = call(to_price, pool_of(case), numbers([case["target_price"]]))
    fee = call(fee_on_net, net, fee_rate(case))
    return {"net_in": only_rao(net), "gross_in": only_rao(net + fee)}


def tao_out_exact(case: Case) -> dict[str, Any]:
    needed = call(alpha_needed, pool_of(case), one(case["tao_out"]))
    return {"alpha_needed": only_rao(needed)}


def swap_input_cap(case: Case) -> dict[str, Any]:
    """In rao, which the rule takes as they are: a single rao decides."""
    reserve = case["tao_in"] if case["side"] == "buy" else case["alpha_in"]
    whole = [jnp.asarray([amount], dtype=jnp.uint64) for amount in (reserve, case["net_in"])]
    return {"accepted": only(call(pools.input_allowed, *whole))}


def injection_weights(case: Case) -> dict[str, Any]:
    before = pool_of(case)
    price = call(pools.spot_price, before)
    tao_in = before.tao_in + one(case["tao_delta"])
    alpha_in = before.alpha_in + one(case["alpha_delta"])
    weight = call(pools.injected_weight, before, tao_in, alpha_in)
    after = replace(before, tao_in=tao_in, alpha_in=alpha_in, w_tao=weight)
    return {
        "price_before": only(price),
        "price_after": only(call(pools.spot_price, after)),
        "w_tao_after": only(weight),
    }


def initial_weights(case: Case) -> dict[str, Any]:
    pool = pool_of(case)
    if case["target_price"] is not None:
        target = numbers([case["target_price"]])
        weight = call(pools.weight_holding_price, target, pool.tao_in, pool.alpha_in)
        pool = replace(pool, w_tao=weight)
    return {"price": only(call(pools.spot_price, pool)), "w_tao": only(pool.w_tao)}


def reservoir_injection(case: Case) -> dict[str, Any]:
    tao, alpha = one(case["tao_delta"]), one(case["alpha_delta"])
    before = replace(
        pool_of(case),
        tao_reservoir=one(case["tao_reservoir"]),
        alpha_reservoir=one(case["alpha_reservoir"]),
    )
    after = call(pools.inject, before, tao, alpha)
    return {
        "active_tao": only_rao(before.tao_reservoir + tao - after.tao_reservoir),
        "active_alpha": only_rao(before.alpha_reservoir + alpha - after.alpha_reservoir),
        "tao_reservoir_after": only_rao(after.tao_reservoir),
        "alpha_reservoir_after": only_rao(after.alpha_reservoir),
    }


POOL_ADAPTERS: dict[str, Adapter] = {
    "spot_price": spot_price,
    "swap": swap,
    "swap_impact": swap_impact_of,
    "swap_power_factor": swap_power_factor,
    "amount_to_price": amount_to_price,
    "tao_out_exact": tao_out_exact,
    "swap_input_cap": swap_input_cap,
    "injection_weights": injection_weights,
    "initial_weights": initial_weights,
    "reservoir_injection": reservoir_injection,
}
