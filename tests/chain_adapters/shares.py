"""Topics of shares: weight rules, flows, gate and mask, one subnet list a case (§3.6)."""

from typing import Any

import jax.numpy as jnp
from chain_rules.stored import flow_smoothing
from jax import Array

from dtaojax.mechanism.coinbase import mask_disabled
from dtaojax.mechanism.gate.hill import HillMassGate, HillRankGate, hill_gate
from dtaojax.mechanism.weight_rule.flow import (
    FlowMemory,
    NetFlow,
    UserFlow,
    flow_ema,
    protocol_factor,
)
from dtaojax.mechanism.weight_rule.price import EmaPrice, EmaPriceBurn, rootprop_burn_shares
from dtaojax.state.network import NetworkState, Pools, Subnets

from .units import (
    Adapter,
    Case,
    as_rao,
    call,
    flags,
    number,
    numbers,
    one,
    only_rao,
    subnets_of,
    tokens,
)

GATE_INTERVAL_BLOCKS = 360


def state_of(moving_price: Array) -> NetworkState:
    """A state of which only the moving prices matter; its gate has no bar yet."""
    nothing = jnp.zeros_like(moving_price)
    pools = Pools(nothing, nothing, jnp.full_like(nothing, 0.5), nothing, nothing)
    return NetworkState(
        block=jnp.asarray(0),
        pools=pools,
        alpha_out=nothing,
        protocol_alpha=nothing,
        root_basket=nothing,
        burned_alpha=nothing,
        moving_price=moving_price,
        total_issuance=number(0.0),
        root_tao=number(0.0),
        gate_bar=number(0.0),
    )


def gate_of(case: Case) -> HillRankGate | HillMassGate:
    """The gate of a case that computes its bar."""
    exponent = number(case.get("exponent", 1))
    interval = case.get("interval", GATE_INTERVAL_BLOCKS)
    if case["bar_rule"] == "rank":
        return HillRankGate(case["bar_rank"], interval, exponent)
    return HillMassGate(interval, number(case["bar_quantile"]), exponent)


def gated(case: Case, shares: Array) -> tuple[Array, Array]:
    """The bar, and the shares after the gate."""
    if case["bar_rule"] == "fixed":
        bar = number(case["theta"])
        return bar, call(hill_gate, shares, bar, number(case["exponent"]))
    rule = gate_of(case)
    bar = call(rule.refresh, number(0.0), shares, jnp.asarray(0), 1)
    return bar, call(rule, shares, bar)


def all_emit(count: int) -> list[bool]:
    return [True] * count


def price_shares(case: Case) -> dict[str, Any]:
    moving = numbers(case["moving_price"])
    emit = all_emit(len(case["moving_price"]))
    subnets: Subnets = subnets_of(case["miner_burned"], emit, emit)
    match case["rule"]:
        case "price":
            shares = call(EmaPrice(), state_of(moving), subnets)
        case "price_burn":
            shares = call(EmaPriceBurn(), state_of(moving), subnets)
        case "price_rootprop_burn":
            shares = call(
                rootprop_burn_shares, moving, numbers(case["root_prop"]), subnets.miner_burned
            )
    return {"shares": shares.tolist()}


def flow_ema_of(case: Case) -> dict[str, Any]:
    rate = number(flow_smoothing(case["smoothing_factor"]))
    ema = flow_ema(one(case["ema_before"]), one(case["block_flow"]), rate, 1)
    return {"ema_after": only_rao(ema), "flow_after": 0.0}


def flow_shares(case: Case) -> dict[str, Any]:
    """In rao, as are net flows: shares do not depend on the unit, but ties do on its rounding."""
    rule = UserFlow(number(1.0), number(case["cutoff"]), number(case["exponent"]))
    flows = numbers(case["ema_flows"])
    memory = FlowMemory(jnp.zeros_like(flows), flows, jnp.zeros_like(flows), jnp.zeros_like(flows))
    return {"shares": call(rule.of_averages, memory, flags(all_emit(len(flows)))).tolist()}


def net_flow_shares(case: Case) -> dict[str, Any]:
    rule = NetFlow(number(1.0), number(case["cutoff"]), number(case["exponent"]))
    user, protocol = (numbers(case[name]) for name in ("user_flow_ema", "protocol_flow_ema"))
    emit = flags(all_emit(len(user)))
    memory = FlowMemory(jnp.zeros_like(user), user, jnp.zeros_like(user), protocol)
    shares = call(rule.of_averages, memory, emit)
    return {
        "norm_factor": call(protocol_factor, user, protocol, emit).item(),
        "n_eligible": int(jnp.sum(shares > 0.0)),
        "shares": shares.tolist(),
    }


def emission_mask(case: Case) -> dict[str, Any]:
    shares = call(mask_disabled, numbers(case["shares"]), flags(case["emission_enabled"]))
    return {"tao_emission": as_rao(tokens(case["block_emission"]) * shares)}


def gate(case: Case) -> dict[str, Any]:
    bar, after = gated(case, numbers(case["shares"]))
    return {"theta": bar.item(), "shares_after": after.tolist()}


def gate_bar_cadence(case: Case) -> dict[str, Any]:
    rule, bar, bars = gate_of(case), number(case["theta_initial"]), []
    for block, shares in zip(case["blocks"], case["shares"], strict=True):
        bar = call(rule.refresh, bar, numbers(shares), jnp.asarray(block - 1), 1)
        bars.append(bar.item())
    return {"theta": bars}


SHARE_ADAPTERS: dict[str, Adapter] = {
    "price_shares": price_shares,
    "flow_ema": flow_ema_of,
    "flow_shares": flow_shares,
    "net_flow_shares": net_flow_shares,
    "emission_mask": emission_mask,
    "gate": gate,
    "gate_bar_cadence": gate_bar_cadence,
}
