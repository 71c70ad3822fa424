"""Topics of who gets the minted alpha: splits, root, dividends (§3.4, §3.8 to §3.10)."""

from typing import Any

import jax.numpy as jnp
from chain_rules import stored
from chain_rules.dividends import dividend_distribution, without_incentive
from chain_rules.root_claim import root_claim
from chain_rules.root_sale import one_to_one, sell_at_launch
from jax import Array

from dtaojax import chain
from dtaojax.mechanism.root.stake import root_proportion
from dtaojax.mechanism.split.rules import OwnerServerValidatorRoot, Payout, owner_cut

from .units import (
    Adapter,
    Case,
    as_rao,
    call,
    flags,
    number,
    numbers,
    one,
    only,
    only_rao,
    pool_of,
    token_vector,
    tokens,
)


def cut(case: Case) -> Array:
    return number(stored.u16_fraction(case["owner_cut_u16"]))


def owner_cut_of(case: Case) -> dict[str, Any]:
    taken = call(owner_cut, one(case["alpha_out"]), cut(case), flags([case["owner_cut_enabled"]]))
    return {"owner_cut": only_rao(taken)}


def payout_of(case: Case, root_earns: bool) -> Payout:
    rho = call(
        root_proportion,
        tokens(case["root_tao"]),
        number(case["tao_weight"]),
        one(case["alpha_issuance_after_mint"]),
    )
    split = OwnerServerValidatorRoot(cut(case))
    return call(split, one(case["alpha_out"]), rho, jnp.asarray(root_earns), jnp.asarray([True]))


def pending_split(case: Case) -> dict[str, Any]:
    payout = payout_of(case, case["root_sell_flag"])
    return {
        "owner_cut": only_rao(payout.owner),
        "server": only_rao(payout.server),
        "validator": only_rao(payout.validator),
        "root_alpha": only_rao(payout.root),
        "recycled": only_rao(payout.recycled),
    }


def pending_split_launch(case: Case) -> dict[str, Any]:
    payout = payout_of(case, root_earns=True)
    if case["mechanism"] == "stable":
        proceeds = one_to_one(payout.root)
    else:
        minimum = number(chain.LAUNCH_MIN_LIQUIDITY)
        _, proceeds = call(sell_at_launch, pool_of(case), payout.root, minimum)
    return {
        "pending_alpha_swapped": only_rao(payout.root),
        "pending_emission": only_rao(payout.server + payout.validator),
        "pending_root_divs_tao": only_rao(proceeds),
    }


def tao_weight(case: Case) -> dict[str, Any]:
    return {"tao_weight": stored.tao_weight(case["tao_weight_u64"])}


def root_proportion_of(case: Case) -> dict[str, Any]:
    rho = call(
        root_proportion,
        tokens(case["root_tao"]),
        number(case["tao_weight"]),
        one(case["alpha_issuance"]),
    )
    return {"root_proportion": only(rho)}


def root_claim_of(case: Case) -> dict[str, Any]:
    claim = call(
        root_claim,
        one(case["pending_root_alpha"]),
        number(case["validator_take"]),
        number(case["root_stake_fraction"]),
    )
    return {
        "validator_take_alpha": only_rao(claim.validator_take),
        "claimed_alpha": only_rao(claim.claimed),
    }


def dividend_distribution_of(case: Case) -> dict[str, Any]:
    dividends = call(
        dividend_distribution,
        tokens(case["pending_validator_alpha"]),
        tokens(case["pending_root_alpha"]),
        number(case["tao_weight"]),
        token_vector(case["stake_alpha"]),
        token_vector(case["stake_root"]),
        numbers(case["epoch_dividends"]),
    )
    return {
        "alpha_dividends": as_rao(dividends.alpha),
        "root_dividends": as_rao(dividends.root),
    }


def epoch_split_no_incentive(case: Case) -> dict[str, Any]:
    receives = call(
        without_incentive,
        tokens(case["pending_server_alpha"]),
        tokens(case["pending_validator_alpha"]),
        token_vector(case["stakes"]),
    )
    return {"receives": as_rao(receives)}


SPLIT_ADAPTERS: dict[str, Adapter] = {
    "owner_cut": owner_cut_of,
    "pending_split": pending_split,
    "pending_split_launch": pending_split_launch,
    "tao_weight": tao_weight,
    "root_proportion": root_proportion_of,
    "root_claim": root_claim_of,
    "dividend_distribution": dividend_distribution_of,
    "epoch_split_no_incentive": epoch_split_no_incentive,
}
