"""Vector topics of who gets what: splits, root, registration, dissolution (§3.4, §3.8-§3.12)."""

from decimal import Decimal
from typing import Any

from . import bookkeeping, dissolution, registration, split, terms
from .emission_adapters import Adapter, Case
from .fixed import FLOOR
from .regimes import fully_open
from .state import Parameters, SubnetRef

SEEDS = {
    "min_lock_1to1": registration.min_lock_seed,
    "lock_at_median": registration.whole_lock_seed,
}
NO_SITUATION = terms.Situation(Decimal(0), Decimal(0), 0, 0, Decimal(0))


def emit_set(case: Case) -> dict[str, Any]:
    subnet = SubnetRef(
        1,
        0,
        0,
        0,
        first_emission_block=1 if case["first_emission_block_set"] else None,
        subtoken_enabled=case["subtoken_enabled"],
        registration_allowed=case["registration_allowed"],
    )
    return {"in_emit_set": not case["is_root"] and fully_open(subnet)}


def owner_cut(case: Case) -> dict[str, Any]:
    cut = terms.owner_cut(case["alpha_out"], case["owner_cut_u16"], case["owner_cut_enabled"])
    return {"owner_cut": cut}


def book_of(case: Case, flag: bool) -> split.Book:
    parameters = Parameters(
        tao_weight=Decimal(case["tao_weight"]), owner_cut_u16=case["owner_cut_u16"]
    )
    return split.Book(case["root_tao"], flag, parameters)


def pending_split(case: Case) -> dict[str, Any]:
    subnet = SubnetRef(1, 0, 0, alpha_out=case["alpha_issuance_after_mint"])
    book = book_of(case, case["root_sell_flag"])
    done = split.keep_root_alpha(subnet, Decimal(case["alpha_out"]), book, NO_SITUATION)
    return {
        "owner_cut": done.owner,
        "server": done.server,
        "validator": done.validator,
        "root_alpha": done.root_alpha,
        "recycled": done.recycled,
    }


def pending_split_launch(case: Case) -> dict[str, Any]:
    outside = case["alpha_issuance_after_mint"] - case["alpha_in"]
    subnet = SubnetRef(1, case["tao_in"], case["alpha_in"], outside)
    book = book_of(case, True)
    sell = split.sell_root_alpha if case["mechanism"] == "dynamic" else split.pay_root_one_to_one
    done = sell(subnet, Decimal(case["alpha_out"]), book, NO_SITUATION)
    return {
        "pending_alpha_swapped": done.root_alpha,
        "pending_emission": done.server + done.validator,
        "pending_root_divs_tao": done.root_tao,
    }


def tao_weight(case: Case) -> dict[str, Any]:
    return {"tao_weight": bookkeeping.tao_weight(case["tao_weight_u64"])}


def root_proportion(case: Case) -> dict[str, Any]:
    rho = terms.root_proportion(
        case["root_tao"], Decimal(case["tao_weight"]), case["alpha_issuance"]
    )
    return {"root_proportion": rho}


def root_claim(case: Case) -> dict[str, Any]:
    take, claimed = bookkeeping.root_claim(
        case["pending_root_alpha"],
        Decimal(case["validator_take"]),
        Decimal(case["root_stake_fraction"]),
    )
    return {"validator_take_alpha": take, "claimed_alpha": claimed}


def dividend_distribution(case: Case) -> dict[str, Any]:
    alpha, root = bookkeeping.dividend_distribution(
        case["pending_validator_alpha"],
        case["pending_root_alpha"],
        Decimal(case["tao_weight"]),
        case["stake_alpha"],
        case["stake_root"],
        case["epoch_dividends"],
    )
    return {"alpha_dividends": alpha, "root_dividends": root}


def epoch_split_no_incentive(case: Case) -> dict[str, Any]:
    receives = bookkeeping.without_incentive(
        case["pending_server_alpha"], case["pending_validator_alpha"], case["stakes"]
    )
    return {"receives": receives}


def lock_cost(case: Case) -> dict[str, Any]:
    cost = registration.lock_cost(
        case["last_lock"],
        case["blocks_since_last"],
        case["min_lock"],
        case["reduction_interval"],
        case["block_emission"],
        case["first_registration"],
    )
    return {"lock_cost": cost}


def median_price(case: Case) -> dict[str, Any]:
    return {"median": registration.median_price([Decimal(price) for price in case["prices"]])}


def new_pool_seed(case: Case) -> dict[str, Any]:
    tao, alpha, recycled = SEEDS[case["rule"]](
        case["lock_cost"], case["min_lock"], Decimal(case["median_price"]), FLOOR
    )
    return {"tao_in": tao, "alpha_in": alpha, "recycled": recycled}


def neuron_burn_price(case: Case) -> dict[str, Any]:
    burn = registration.neuron_burn_price(
        case["burn"],
        Decimal(case["mult"]),
        case["half_life"],
        case["registrations"],
        case["blocks"],
    )
    return {"burn": burn}


def prune_target(case: Case) -> dict[str, Any]:
    index = dissolution.prune_target(
        case["moving_price"],
        case["registered_at"],
        case["current_block"],
        case["immunity_period"],
    )
    return {"pruned_index": index}


def dissolve_payout(case: Case) -> dict[str, Any]:
    payout, recycled = dissolution.dissolve_payout(
        case["pot_tao"],
        case["staker_alpha"],
        case["protocol_alpha"],
        case["alpha_in"],
        case["include_alpha_in"],
    )
    return {"payout": payout, "recycled": recycled}


def dissolve_largest_remainder(case: Case) -> dict[str, Any]:
    return {"payout": dissolution.largest_remainder(case["pot_tao"], case["staker_alpha"])}


def owner_refund(case: Case) -> dict[str, Any]:
    refund = dissolution.owner_refund(
        case["lock"], case["alpha_issuance"], case["owner_cut_u16"], Decimal(case["price"])
    )
    return {"refund": refund}


LEDGER_ADAPTERS: dict[str, Adapter] = {
    "emit_set": emit_set,
    "owner_cut": owner_cut,
    "pending_split": pending_split,
    "pending_split_launch": pending_split_launch,
    "tao_weight": tao_weight,
    "root_proportion": root_proportion,
    "root_claim": root_claim,
    "dividend_distribution": dividend_distribution,
    "epoch_split_no_incentive": epoch_split_no_incentive,
    "lock_cost": lock_cost,
    "median_price": median_price,
    "new_pool_seed": new_pool_seed,
    "neuron_burn_price": neuron_burn_price,
    "prune_target": prune_target,
    "dissolve_payout": dissolve_payout,
    "dissolve_largest_remainder": dissolve_largest_remainder,
    "owner_refund": owner_refund,
}
