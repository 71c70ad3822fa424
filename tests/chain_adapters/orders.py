"""Topics of orders: guards, price limits and the fees that go with them (§3.5 S1, S3)."""

from typing import Any

import jax.numpy as jnp
from chain_rules import launch_orders, orders

from dtaojax.numerics.shapes import PerSubnet

from .pools import fee_rate
from .units import Adapter, Case, call, number, numbers, one, only, only_rao, pool_of, tokens

U64_MAX = 2**64 - 1
"""The chain's largest number of rao, its way to say that nothing limits an amount."""


def launch_pool_guard(case: Case) -> dict[str, Any]:
    buys = case["side"] == "buy"
    order = launch_orders.launch_buy_order if buys else launch_orders.launch_sale_order
    _, fill = call(
        order,
        pool_of(case),
        one(case["amount_in"]),
        tokens(case["staking_fee"]),
        tokens(case["min_pool_liquidity"]),
    )
    return {"accepted": not only(fill.refused)}


def average_price_room(case: Case) -> PerSubnet:
    """Most input that keeps the average price within the limit."""
    buys = case["side"] == "buy"
    rule = launch_orders.tao_to_average_price if buys else launch_orders.alpha_to_average_price
    return call(rule, pool_of(case), numbers([case["limit_price"]]))


def max_amount_average_price(case: Case) -> dict[str, Any]:
    return {"max_amount": min(only_rao(average_price_room(case)), U64_MAX)}


def average_fill(case: Case) -> dict[str, Any]:
    buys = case["side"] == "buy"
    order = launch_orders.launch_buy_order if buys else launch_orders.launch_sale_order
    offered = jnp.minimum(one(case["amount_offered"]), average_price_room(case))
    _, fill = call(order, pool_of(case), offered, tokens(case["staking_fee"]), number(0.0))
    return {"net_executed": only_rao(fill.net_in), "received": only_rao(fill.received)}


def marginal_fill(case: Case) -> dict[str, Any]:
    order = orders.buy_order if case["side"] == "buy" else orders.sale_order
    _, fill = call(
        order,
        pool_of(case),
        one(case["amount_offered"]),
        numbers([case["limit_price"]]),
        fee_rate(case),
    )
    return {"net_executed": only_rao(fill.net_in), "received": only_rao(fill.received)}


def limit_fill(case: Case) -> dict[str, Any]:
    return average_fill(case) if case["rule"] == "average" else marginal_fill(case)


ORDER_ADAPTERS: dict[str, Adapter] = {
    "launch_pool_guard": launch_pool_guard,
    "limit_fill": limit_fill,
    "max_amount_average_price": max_amount_average_price,
}
