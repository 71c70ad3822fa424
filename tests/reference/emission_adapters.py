"""Vector topics of emission: curve, EMA, shares, gate, terms (§3.1, §3.3, §3.6, §3.7, §8.2)."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from . import moving, shares, terms, weighing
from .coinbase import read_situations
from .fixed import EXACT, block_emission, ratio
from .state import NetworkRef, Parameters, SubnetRef

Case = Mapping[str, Any]
Adapter = Callable[[Case], dict[str, Any]]

TERMS = {
    "r1": terms.launch_terms,
    "r3": terms.subsidy_alpha_emission,
    "r3b": terms.subsidy_block_emission,
    "r4a": terms.cap_alpha_emission,
    "r4c": terms.cap_lesser_emission,
    "r6": terms.cap_root_proportion,
}
BUY_NOT_ISSUED = ("r1", "r3", "r3b")
GATES = {"rank": weighing.rank_gate, "q_mass": weighing.mass_gate}


def moving_price_update(case: Case) -> dict[str, Any]:
    alpha = moving.effective_alpha(
        Decimal(case["moving_alpha"]), case["age_blocks"], case["halving_blocks"]
    )
    m = Decimal(case["moving_price"])
    for _ in range(case["updates"]):
        m = moving.moving_price_after(m, Decimal(case["spot_price"]), alpha, Decimal(1))
    return {"effective_alpha": alpha, "moving_price": m}


def moving_price_path(case: Case) -> dict[str, Any]:
    a0, price = ratio(case["moving_alpha_bits"], 2**32), Decimal(case["spot_price"])
    h, m = case["halving_blocks"], Decimal(0)
    for age in range(1, case["blocks"] + 1):
        if case["floor"]:
            m = moving.floored_moving_price_after(m, price, a0, age, h)
        else:
            alpha = moving.effective_alpha(a0, age, h)
            m = moving.moving_price_after(m, price, alpha, Decimal(1))
    return {"moving_price": m}


def net_flow_shares(case: Case) -> dict[str, Any]:
    user = [Decimal(u) for u in case["user_flow_ema"]]
    protocol = [Decimal(p) for p in case["protocol_flow_ema"]]
    flows = shares.net_flows(user, protocol)
    out = shares.flow_shares(flows, case["cutoff"], Decimal(case["exponent"]))
    return {
        "norm_factor": shares.net_flow_factor(user, protocol),
        "n_eligible": sum(share > 0 for share in out),
        "shares": out,
    }


def price_shares(case: Case) -> dict[str, Any]:
    m = [Decimal(price) for price in case["moving_price"]]
    unburned = [shares.unburned(Decimal(burn)) for burn in case["miner_burned"]]
    if case["rule"] == "price":
        return {"shares": shares.price_shares(m)}
    if case["rule"] == "price_burn":
        return {"shares": shares.discounted_price_shares(m, unburned)}
    factors = [rho * u for rho, u in zip(case["root_prop"], unburned, strict=True)]
    return {"shares": shares.discounted_price_shares(m, factors)}


def gated(case: Case, before: list[Decimal]) -> tuple[Decimal, list[Decimal]]:
    """Bar and gated shares by the bar rule of a case."""
    network = NetworkRef(0, 0, 0)
    parameters = Parameters(
        bar_rank=case["bar_rank"],
        bar_quantile=Decimal(case["bar_quantile"]),
        gate_exponent=Decimal(case["exponent"]),
    )
    if case["bar_rule"] == "fixed":
        bar = Decimal(case["theta"])
        return bar, shares.hill_gate(before, bar, parameters.gate_exponent)
    after = GATES[case["bar_rule"]](network, before, parameters)
    return network.gate_bar, after


def gate(case: Case) -> dict[str, Any]:
    bar, after = gated(case, [Decimal(share) for share in case["shares"]])
    return {"theta": bar, "shares_after": after}


def gate_bar_cadence(case: Case) -> dict[str, Any]:
    network = NetworkRef(0, 0, 0, gate_bar=Decimal(case["theta_initial"]))
    parameters = Parameters(
        bar_rank=case["bar_rank"],
        bar_quantile=Decimal(case["bar_quantile"]),
        bar_interval=case["interval"],
    )
    bars = []
    for network.block, row in zip(case["blocks"], case["shares"], strict=True):
        GATES[case["bar_rule"]](network, [Decimal(share) for share in row], parameters)
        bars.append(network.gate_bar)
    return {"theta": bars}


def network_shares(case: Case) -> tuple[Decimal, dict[int, Decimal]]:
    """Bar and final share by netuid: price, burn, gate over the emit set, then the mask (§3.6)."""
    rows = [i for i, member in enumerate(case["in_emit_set"]) if member]
    before = shares.discounted_price_shares(
        [Decimal(case["moving_price"][i]) for i in rows],
        [shares.unburned(Decimal(case["miner_burned"][i])) for i in rows],
    )
    bar, after = gated(case, before)
    final = shares.masked(after, [case["emission_enabled"][i] for i in rows])
    out = dict.fromkeys(case["netuid"], Decimal(0))
    out.update({case["netuid"][i]: share for i, share in zip(rows, final, strict=True)})
    return bar, out


def network_tao_shares(case: Case) -> dict[str, Any]:
    bar, by_netuid = network_shares(case)
    return {"theta": bar, "tao_share": [by_netuid[netuid] for netuid in case["report_netuid"]]}


def network_block_r8(case: Case) -> dict[str, Any]:
    share = network_shares(case)[1]
    subnets = [
        SubnetRef(netuid, y, x, out, Decimal(w))
        for netuid, y, x, out, w in zip(
            *(case[key] for key in ("netuid", "tao_in", "alpha_in", "alpha_out", "w_tao")),
            strict=True,
        )
    ]
    network = NetworkRef(0, 0, case["root_tao"], subnets)
    parameters = Parameters(rounding=EXACT, tao_weight=Decimal(case["tao_weight"]))
    situations = read_situations(
        subnets, [share[s.netuid] for s in subnets], case["block_emission"], network, parameters
    )
    all_terms = [terms.cap_root_proportion(at) for at in situations]
    return {
        "tao_emission": [at.tao_emission for at in situations],
        "tao_in_emission": [term.tao_in for term in all_terms],
        "excess_tao": [term.excess for term in all_terms],
        "alpha_in_emission": [term.alpha_in for term in all_terms],
    }


def injection_terms(case: Case) -> dict[str, Any]:
    at = terms.Situation(
        Decimal(case["price"]),
        Decimal(case["tao_emission"]),
        case["tao_block_emission"],
        case["alpha_emission"],
        Decimal(case["root_prop"]),
    )
    term = TERMS[case["rule"]](at)
    bought = 0 if case["rule"] in BUY_NOT_ISSUED else term.excess
    return {
        "alpha_in": term.alpha_in,
        "tao_in": term.tao_in,
        "excess_tao": term.excess,
        "issuance_increase": term.tao_in + bought,
    }


def prelaunch_emission(case: Case) -> dict[str, Any]:
    subnets = [
        SubnetRef(i, y, x, 0)
        for i, (y, x) in enumerate(zip(case["tao_in"], case["alpha_in"], strict=True), 1)
    ]
    network = NetworkRef(0, 0, 0, subnets)
    weights = weighing.by_tao_reserve(network, subnets, Parameters())
    emission = case["block_emission"]
    situations = read_situations(subnets, weights, emission, network, Parameters())
    all_terms = [terms.prelaunch_terms(at) for at in situations]
    return {
        "tao_in_emission": [term.tao_in for term in all_terms],
        "alpha_in_emission": [term.alpha_in for term in all_terms],
        "alpha_out_emission": [term.alpha_out for term in all_terms],
    }


def emission_mask(case: Case) -> dict[str, Any]:
    out = shares.masked([Decimal(s) for s in case["shares"]], case["emission_enabled"])
    return {"tao_emission": [case["block_emission"] * share for share in out]}


def flow_ema(case: Case) -> dict[str, Any]:
    subnet = SubnetRef(
        1, 0, 0, 0, user_flow=case["block_flow"], user_flow_ema=Decimal(case["ema_before"])
    )
    parameters = Parameters(flow_smoothing=case["smoothing_factor"])
    return {
        "ema_after": weighing.drain_user_flow(subnet, parameters),
        "flow_after": subnet.user_flow,
    }


def flow_shares(case: Case) -> dict[str, Any]:
    flows = [Decimal(flow) for flow in case["ema_flows"]]
    return {"shares": shares.flow_shares(flows, case["cutoff"], Decimal(case["exponent"]))}


def emission(case: Case) -> dict[str, Any]:
    return {"block_emission": block_emission(case["issuance"])}


EMISSION_ADAPTERS: dict[str, Adapter] = {
    "block_emission": emission,
    "moving_price_update": moving_price_update,
    "moving_price_path": moving_price_path,
    "flow_ema": flow_ema,
    "flow_shares": flow_shares,
    "net_flow_shares": net_flow_shares,
    "price_shares": price_shares,
    "emission_mask": emission_mask,
    "gate": gate,
    "gate_bar_cadence": gate_bar_cadence,
    "network_tao_shares": network_tao_shares,
    "network_block_r8": network_block_r8,
    "injection_terms": injection_terms,
    "prelaunch_emission": prelaunch_emission,
}
