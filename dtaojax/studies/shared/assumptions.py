"""What a run takes for granted and what to beware of in its numbers, in words, for the report."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import Any, Final

from dtaojax import chain
from dtaojax.config.config import Config
from dtaojax.config.schedule import describe_changes, describe_what_stays
from dtaojax.demand.registry import demand_words
from dtaojax.mechanism.presets import since_then
from dtaojax.mechanism.weight_rule.config import WeightRuleConfig
from dtaojax.metrics.portfolio import CONFIDENCES
from dtaojax.network import FLOW_AVERAGES, UNHELD_PARTS, NetworkTable
from dtaojax.results.contract import QUANTILE_LEVELS, paths_needed

Topics = Iterator[tuple[str, str]]
"""Topics and texts of assumptions."""


def assumptions(config: Config, network: NetworkTable) -> list[dict[str, str]]:
    """Return what a run takes for granted, as records of topic and text."""
    return [
        {"topic": topic, "text": text}
        for topic, text in (
            *_mechanism(config, network),
            *demand_words(config.demand),
            *config.behaviour.describe(config.mechanism.in_turn),
            *config.latent.describe(),
            *((("TAO in dollars", config.tao_usd.describe()),) if config.tao_usd else ()),
            *_registrations(config),
            *(config.cohorts.describe() if config.cohorts else ()),
            *_error(),
            *(_portfolio(config) if not config.portfolio.is_empty else ()),
            *_network(network),
        )
    ]


def _mechanism(config: Config, network: NetworkTable) -> Topics:
    run = config.run
    days = run.step_blocks / chain.BLOCKS_PER_DAY
    stay = "stay in force, with their parameters unchanged, until the horizon."
    then = [change["text"] for change in describe_changes(config, network.block)]
    if then:
        stay = " ".join(["are in force at the start.", *then, "Those then stay until the horizon."])
    yield (
        "Mechanism",
        f"The rules of {config.mechanism.preset} {stay} Governance can change any of them. "
        f"{' '.join(since_then(rules.preset for rules in config.mechanism.in_turn))}".rstrip(),
    )
    yield from describe_what_stays(config)
    yield (
        "Time step",
        f"{run.step_blocks} blocks ({days:g} days) are simulated at once: the coinbase of a step "
        "uses its first block's shares and prices, and prices move linearly within it.",
    )
    root_moves = any(process.moves_root_stake for process in config.demand)
    held_fixed = config.behaviour.held_fixed(root_stake_moves=root_moves)
    yield (
        "Decisions held fixed",
        f"{held_fixed}: as in the start state, until the horizon.",
    )
    lacking = flow_averages_from_zero(config, network)
    if lacking:
        yield (
            "Flow averages",
            "The averages of TAO flows that decide the shares start from zero, since the network "
            f"file has no {' and no '.join(lacking)}; shares of the first weeks follow the "
            "simulated flows.",
        )
    lacking = later_averages_from_zero(config, network)
    if lacking:
        yield (
            "Flow averages of later rules",
            f"Rules that come into force within the run need {' and '.join(lacking)}, which the "
            "network file does not hold: they are 0 until then, and shares of the first weeks "
            "after it follow the simulated flows.",
        )
    if config.mechanism.weight_rule.kind == "root_validators":
        yield from _votes(config.mechanism.weight_rule)
    if config.mechanism.pool.kind == "none":
        yield (
            "No pools",
            "These rules have no alpha and no pools: prices, pools and alpha are 0 throughout, "
            "nobody trades, and demand plays no part. Participants are paid in TAO.",
        )
    root = config.mechanism.root
    # Where root claims out of its baskets by itself, behaviour tells what is sold.
    claims = config.behaviour.root_claims is not None and root.kind == "basket"
    if not claims and (text := root.describe()):
        yield "Root's alpha", text
    yield from root.describe_extras()


def _votes(rule: WeightRuleConfig) -> Topics:
    votes = rule.model_dump()
    stakes = [rank ** -votes["stake_exponent"] for rank in range(1, votes["validators"] + 1)]
    parts = [stake / sum(stakes) for stake in stakes]
    fewest = 1 + sum(held <= 0.5 for held in accumulate(parts))
    yield (
        "Root's votes",
        f"{votes['validators']} root validators vote every {votes['interval_blocks']:,} blocks. "
        f"Their stakes fall with the rank to the power {votes['stake_exponent']:g}: the "
        f"Herfindahl index of the weight power is {sum(part**2 for part in parts):.3f}, and its "
        f"Nakamoto coefficient {fewest} (so many hold more than half). In logs a score is "
        f"{votes['insight']:g} times the subnet's quality, a lasting opinion with standard "
        f"deviation {votes['bias']:g} and one of the day with {votes['noise']:g}. These are "
        "assumptions: no votes were fitted.",
    )


def _registrations(config: Config) -> Topics:
    who, rules = config.arrivals, config.mechanism.registration
    if not who.anybody:
        yield (
            "Registrations",
            "No subnet is registered or pruned during the run. Being next to be pruned means "
            "having the lowest moving price among subnets past their immunity on that day; whether "
            "it is pruned then depends on somebody registering.",
        )
        return
    first = "sells root's baskets into its pool, " if rules.pays_baskets else ""
    full = (
        f"With {rules.limit} subnets the network is full: each registration then prunes the subnet "
        f"with the lowest moving price of those past their immunity, {first}and pays its TAO to "
        "all who hold its alpha, in proportion"
        if rules.limit
        else "There is no limit of subnets, and none is pruned"
    )
    waves = "".join(f"; {wave.count} more on day {wave.day:g}" for wave in who.waves)
    yield (
        "Registrations",
        f"{who.rate:g} applicants a day would pay {who.budget_median:g} TAO in the median (spread "
        f"of the logarithm {who.budget_spread:g}){waves}; a subnet is registered when the lock "
        f"cost is within a budget. {full}. The defaults were fitted to 16 registrations from late "
        "May to September 2026. Who applies does not depend on the market.",
    )
    yield (
        "New subnets",
        f"Owners start a new subnet after {who.start_call_days:g} days, or as soon as the chain "
        f"lets them; the TAO emission of {100 * who.enabled:g} % of them is switched on after "
        f"{who.enabled_after_days:g} days, if it is not on from the first. Subnets of the start "
        "state that have not been started stay so. Refunds to owners of pruned subnets are left "
        f"out: only subnets from before block {chain.NETWORK_REGISTRATION_START_BLOCK:,} have a "
        "claim, and to what the pot leaves over, which is next to nothing. A new subnet is there "
        "at once; on chain it waits 17 to 25 blocks.",
    )


def _error() -> Topics:
    yield (
        "Monte Carlo error",
        "Standard errors and intervals say how far a number may be off because finitely many paths "
        "were drawn. They do not cover errors of the model or of its parameters.",
    )


def _portfolio(config: Config) -> Topics:
    take = 100 * config.portfolio.delegate_take_u16 / chain.U16_MAX
    yield (
        "Holder",
        "Positions are staked and never traded; they earn the validators' part of the emission in "
        f"proportion to all alpha that participants hold, less a take of {take:.3g} %, and it is "
        "reinvested. Root stake has its part of the root baskets, as if it had been staked since "
        "they began. What a deregistered subnet pays is kept as TAO, and what it pays for root's "
        "baskets stays staked on root. Losses are in TAO"
        f"{' and in US dollars' if config.tao_usd else ''}.",
    )
    yield (
        "Realizable value",
        "What selling each position at once through its pool would pay, after slippage and fee, if "
        "nobody else sold at that moment.",
    )


def _network(network: NetworkTable) -> Topics:
    yield (
        "Start state",
        f"{network.name}: {network.n_subnets} subnets and {network.root_tao:,.0f} TAO on root at "
        f"block {network.block:,}.",
    )
    yield from alpha_assumptions(network)
    if network.notes:
        yield "Where the start state comes from", " ".join(network.notes)


def alpha_outside(network: NetworkTable) -> dict[str, Any]:
    """Return what the alpha outside the pools consists of, for the manifest; JSON types only.

    Amounts are sums over subnets [alpha]; ``taken_as_zero`` names parts that the file lacks.
    """
    parts = {part: float(getattr(network, part).sum()) for part in UNHELD_PARTS}
    claims = float(network.claimable_alpha.sum())
    return {
        "alpha_out": float(network.alpha_out.sum()),
        "held": float(network.held_alpha.sum()),
        **parts,
        **({"claimable_alpha": claims} if claims else {}),
        "taken_as_zero": list(network.unknown_parts),
    }


def alpha_assumptions(network: NetworkTable) -> Topics:
    """Yield topic and text on what participants hold; nothing where there is no alpha outside."""
    found = alpha_outside(network)
    total = found["alpha_out"]
    if total <= 0.0:
        return
    held, protocol, burned, baskets = (
        f"{100 * found[part] / total:.3g} %" for part in ("held", *UNHELD_PARTS)
    )
    text = (
        f"Of the alpha outside the pools participants hold {held}, the chain {protocol} and root's "
        f"baskets {baskets}; {burned} is burned: nobody holds it, it earns nothing, is never sold "
        "and has no part in the pot of a dissolved subnet. Miners' incentive that owners withhold "
        "adds to it."
    )
    if "claimable_alpha" in found:
        text += (
            f" {100 * found['claimable_alpha'] / total:.3g} % waits to be claimed by root; where "
            "the rules let root keep no alpha, participants hold it."
        )
    if network.unknown_parts:
        text += (
            f" The network file has no {' and no '.join(network.unknown_parts)}: taken as 0, which "
            "counts that alpha as held."
        )
    if "burned_alpha" in network.unknown_parts:
        text += (
            " On mainnet 16 to 34 % of a subnet's alpha (quartiles) was burned in autumn 2026; "
            "where that is left out, staking yields and what a dissolution pays come out too low, "
            "and what can be sold too large."
        )
    yield "Alpha outside the pools", text


_FLOWS_OF: Final = {"user_flow": FLOW_AVERAGES[:1], "net_flow": FLOW_AVERAGES}
"""By kind of weight rule, the averages of flows that decide its shares."""


def flow_averages_from_zero(config: Config, network: NetworkTable) -> list[str]:
    """Return the averages of TAO flows that decide the shares and that the network lacks."""
    needed = _FLOWS_OF.get(config.mechanism.weight_rule.kind, ())
    return [column for column in needed if getattr(network, column) is None]


def later_averages_from_zero(config: Config, network: NetworkTable) -> list[str]:
    """Return the averages that rules which come within the run need, and nobody has kept."""
    found, kept = [], [name for name in FLOW_AVERAGES if getattr(network, name) is not None]
    for place, rules in enumerate(config.mechanism.in_turn):
        needed = _FLOWS_OF.get(rules.weight_rule.kind, ())
        found += [name for name in needed if place and name not in kept]
        kept += needed
    return list(dict.fromkeys(found))


def run_warnings(config: Config, network: NetworkTable, used: int) -> list[str]:
    """Return what to beware of in a run's numbers, a sentence each.

    Args:
        config: Config of the run.
        network: Network that it starts from.
        used: Paths that its numbers rest on.
    """
    needed = max(paths_needed("quantile", level) for level in QUANTILE_LEVELS)
    found = []
    if used < needed:
        found.append(
            f"{used} paths are too few for intervals of the outermost quantiles, and no end is "
            f"given that may lie beyond the most extreme path; use at least {needed} paths"
        )
    missing = [
        f"{name} {100 * level:.0f} % needs {needed:,}"
        for statistic, name in (("var", "VaR"), ("es", "ES"))
        for level in CONFIDENCES
        if used < (needed := paths_needed(statistic, level))
    ]
    if not config.portfolio.is_empty and missing:
        found.append(
            f"{used} paths are too few for measures of the tail, which are not given where their "
            f"intervals could not be trusted: {', '.join(missing)} paths"
        )
    lacking = flow_averages_from_zero(config, network)
    if lacking:
        found.append(
            "shares follow averages of TAO flows, which start from zero, since the network file "
            f"has no {' and no '.join(lacking)}; concentration and shares of the first weeks are "
            "those of the simulated flows"
        )
    if config.run.precision == "float32":
        found.append(
            "float32 was asked for: emission into deep pools is lost to rounding, about 0.2 % of "
            "their growth in a year of steps of 360 blocks"
        )
    return found
