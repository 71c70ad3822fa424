"""Which parts of a mechanism do not go together, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from dtaojax.schema.errors import Problem

if TYPE_CHECKING:
    from dtaojax.mechanism.config import RulesConfig

LEAVES_EXCESS: Final = (
    "root_proportion_cap",
    "root_proportion_buy_cap",
    "lesser_emission_cap",
    "alpha_emission_cap",
    "subsidy",
)
"""Injection rules that leave TAO with which the chain buys (§3.7)."""

MOVES_PRICE: Final = ("launch", "sum_price_switch", "fixed_fraction")
"""Injection rules that put tokens into the pool out of proportion to the price (§3.7, §8)."""

WITHOUT_POOL: Final = {
    "weight_rule": ("root_validators",),
    "injection": ("none",),
    "chain_buy": ("none",),
    "root": ("validators", "none"),
}
"""What can stand beside ``pool = none``, and what of it can stand nowhere else."""

_ONLY_WITHOUT_POOL: Final = {
    "weight_rule": ("root_validators", "root's votes were replaced by pools"),
    "injection": ("none", "a pool without injection or new alpha is not a regime"),
    "root": ("validators", "with pools, root's part is alpha"),
}


def faults(rules: RulesConfig) -> Iterator[Problem]:
    """Yield parts that do not go together, each with the reason and a way out.

    Args:
        rules: a mechanism whose parts are valid one by one.
    """
    if rules.pool.kind == "none":
        yield from _without_pool(rules)
    else:
        yield from _with_pool(rules)


def _without_pool(rules: RulesConfig) -> Iterator[Problem]:
    if rules.registration.seed != "no_pool":
        text = f'is "{rules.registration.seed}", but pool.kind is "none"; write "no_pool"'
        yield Problem("registration.seed", text)
    if rules.registration.limit:
        why = "but without pools no subnet has a price by which one could be pruned"
        text = f"is {rules.registration.limit}, {why}; set it to 0, for no limit"
        yield Problem("registration.limit", text)
    for part, kinds in WITHOUT_POOL.items():
        kind = getattr(rules, part).kind
        if kind not in kinds:
            fix = " or ".join(f'"{other}"' for other in kinds)
            why = 'which needs pools, and pool.kind is "none"'
            text = f'is "{kind}", {why}; write {fix}, or choose a pool'
            yield Problem(f"{part}.kind", text)


def _with_pool(rules: RulesConfig) -> Iterator[Problem]:
    if rules.registration.seed == "no_pool":
        text = 'is "no_pool", but new subnets need a pool here; write "whole_lock" or "min_lock"'
        yield Problem("registration.seed", text)
    for part, (kind, why) in _ONLY_WITHOUT_POOL.items():
        if getattr(rules, part).kind == kind:
            text = f'is "{kind}", which belongs to rules without pools: {why}'
            yield Problem(f"{part}.kind", f'{text}; set pool.kind = "none"')
    injection, root = rules.injection.kind, rules.root.kind
    buys = rules.chain_buy.kind != "none"
    if injection in LEAVES_EXCESS and not buys:
        text = f'is "none", but injection "{injection}" leaves TAO over; say what it buys'
        yield Problem("chain_buy.kind", f'{text}: "protocol_alpha" or "destroyed"')
    if injection not in LEAVES_EXCESS and injection != "none" and buys:
        text = f'is "{rules.chain_buy.kind}", but injection "{injection}" never leaves TAO to buy'
        yield Problem("chain_buy.kind", f'{text} with; write "none"')
    if injection in MOVES_PRICE and rules.pool.kind == "weighted":
        why = (
            "injects out of proportion to the price, which a weighted pool would hold by moving "
            "its weights to their bound"
        )
        text = f'is "{injection}", which {why}; set pool.kind = "constant_product"'
        yield Problem("injection.kind", text)
    if root == "sold_unless_subsidised" and injection != "subsidy":
        text = (
            f'is "{root}", but injection "{injection}" subsidises nobody; write "sold_at_launch", '
            '"claimed" or "basket"'
        )
        yield Problem("root.kind", text)
    if root == "sold_at_launch" and rules.pool.kind == "weighted":
        text = (
            f'is "{root}", a sale into the launch\'s constant-product pool; set pool.kind = '
            '"constant_product", or write "claimed" or "basket"'
        )
        yield Problem("root.kind", text)
    if root == "none":
        yield from _without_root(rules)


def _without_root(rules: RulesConfig) -> Iterator[Problem]:
    why = 'needs root\'s part of a subnet, which is 0 with root.kind = "none"'
    if rules.weight_rule.kind == "ema_price_rootprop_burn":
        text = f'is "{rules.weight_rule.kind}", which {why}; write "ema_price_burn"'
        yield Problem("weight_rule.kind", text)
    if rules.injection.kind.startswith("root_proportion"):
        text = f'is "{rules.injection.kind}", which {why}; write "lesser_emission_cap"'
        yield Problem("injection.kind", text)
