"""Vector topics of the pools: prices, swaps, limits, injection (§3.2, §3.5)."""

from decimal import Decimal
from typing import Any

from . import pool, trading
from .emission_adapters import Adapter, Case
from .fixed import FLOOR, precise
from .state import Parameters, SubnetRef, Trade


def weight_of(case: Case) -> Decimal:
    return Decimal(case["w_tao"])


def spot_price(case: Case) -> dict[str, Any]:
    return {"price": pool.spot_price(case["tao_in"], case["alpha_in"], weight_of(case))}


def swap(case: Case) -> dict[str, Any]:
    amount = case["amount_in"]
    fee = FLOOR.rao(pool.fee_on_offer(amount, case["fee_rate_u16"]))
    net = amount - fee
    out = pool.swap_out(case["side"], case["tao_in"], case["alpha_in"], weight_of(case), net)
    return {"fee": fee, "net_in": net, "amount_out": out}


@precise
def swap_impact(case: Case) -> dict[str, Any]:
    done, y, x = swap(case), case["tao_in"], case["alpha_in"]
    price, net, out = spot_price(case)["price"], done["net_in"], done["amount_out"]
    if case["side"] == "buy":
        ideal, after = net / price, (y + net, x - out)
    else:
        ideal, after = net * price, (y - out, x + net)
    return {
        "slippage_pct": 100 * (1 - out / ideal) if ideal else Decimal(0),
        "price_after": pool.spot_price(*after, weight_of(case)),
    }


def swap_power_factor(case: Case) -> dict[str, Any]:
    factor = pool.power_factor(case["side"], weight_of(case), case["reserve_in"], case["delta_in"])
    return {"factor": factor}


@precise
def amount_to_price(case: Case) -> dict[str, Any]:
    net = pool.net_to_price(
        case["side"],
        case["tao_in"],
        case["alpha_in"],
        weight_of(case),
        Decimal(case["target_price"]),
    )
    return {"net_in": net, "gross_in": net + pool.fee_on_net(net, case["fee_rate_u16"])}


def tao_out_exact(case: Case) -> dict[str, Any]:
    needed = pool.alpha_for_exact_tao(
        case["tao_in"], case["alpha_in"], weight_of(case), case["tao_out"]
    )
    return {"alpha_needed": needed}


def launch_pool_guard(case: Case) -> dict[str, Any]:
    subnet = SubnetRef(1, case["tao_in"], case["alpha_in"], alpha_out=case["amount_in"])
    parameters = Parameters(
        staking_fee=case["staking_fee"], min_pool_liquidity=case["min_pool_liquidity"]
    )
    trade = Trade(1, case["side"], case["amount_in"])
    return {"accepted": trading.flat_fee_order(subnet, trade, parameters).amount_out > 0}


def swap_input_cap(case: Case) -> dict[str, Any]:
    reserve = case["tao_in"] if case["side"] == "buy" else case["alpha_in"]
    return {"accepted": trading.within_input_cap(case["net_in"], reserve)}


@precise
def injection_weights(case: Case) -> dict[str, Any]:
    y, x, dy, dx = (case[key] for key in ("tao_in", "alpha_in", "tao_delta", "alpha_delta"))
    weight = pool.price_holding_weight(y, x, weight_of(case), dy, dx)
    return {
        "price_before": spot_price(case)["price"],
        "price_after": pool.spot_price(y + dy, x + dx, weight),
        "w_tao_after": weight,
    }


def initial_weights(case: Case) -> dict[str, Any]:
    target = case["target_price"]
    y, x = case["tao_in"], case["alpha_in"]
    weight = pool.initial_weight(y, x, None if target is None else Decimal(target))
    return {"price": pool.spot_price(y, x, weight), "w_tao": weight}


def reservoir_injection(case: Case) -> dict[str, Any]:
    tao = case["tao_reservoir"] + case["tao_delta"]
    alpha = case["alpha_reservoir"] + case["alpha_delta"]
    active_tao, active_alpha, _ = pool.active_injection(
        case["tao_in"], case["alpha_in"], weight_of(case), tao, alpha
    )
    return {
        "active_tao": active_tao,
        "active_alpha": active_alpha,
        "tao_reservoir_after": tao - active_tao,
        "alpha_reservoir_after": alpha - active_alpha,
    }


def limit_fill(case: Case) -> dict[str, Any]:
    subnet = SubnetRef(1, case["tao_in"], case["alpha_in"], case["amount_offered"], weight_of(case))
    trade = Trade(1, case["side"], case["amount_offered"], Decimal(case["limit_price"]))
    parameters = Parameters(
        fee_rate_u16=case["fee_rate_u16"], staking_fee=case["staking_fee"], min_pool_liquidity=0
    )
    average = case["rule"] == "average"
    order = trading.flat_fee_order if average else trading.fee_to_author_order
    fill = order(subnet, trade, parameters)
    return {"net_executed": fill.net_in, "received": fill.amount_out}


def max_amount_average_price(case: Case) -> dict[str, Any]:
    most = trading.amount_to_average_price(
        case["side"], case["tao_in"], case["alpha_in"], Decimal(case["limit_price"]), FLOOR
    )
    return {"max_amount": most}


POOL_ADAPTERS: dict[str, Adapter] = {
    "spot_price": spot_price,
    "swap": swap,
    "swap_impact": swap_impact,
    "swap_power_factor": swap_power_factor,
    "amount_to_price": amount_to_price,
    "tao_out_exact": tao_out_exact,
    "launch_pool_guard": launch_pool_guard,
    "swap_input_cap": swap_input_cap,
    "injection_weights": injection_weights,
    "initial_weights": initial_weights,
    "reservoir_injection": reservoir_injection,
    "limit_fill": limit_fill,
    "max_amount_average_price": max_amount_average_price,
}
