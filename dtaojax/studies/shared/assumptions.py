"""What a run takes for granted, in words, for the report."""

from __future__ import annotations

from itertools import accumulate

from dtaojax import chain
from dtaojax.config.config import Config
from dtaojax.demand.registry import demand_words
from dtaojax.mechanism.presets import since_then
from dtaojax.mechanism.root.config import (
    NoRootConfig,
    RootBasketConfig,
    RootClaimedConfig,
    RootConfig,
    RootValidatorsPaidConfig,
)
from dtaojax.mechanism.weight_rule.config import WeightRuleConfig
from dtaojax.network import NetworkTable
from dtaojax.studies.run.warnings import flow_averages_from_zero, later_averages_from_zero
from dtaojax.studies.shared.alpha_words import alpha_assumptions
from dtaojax.studies.shared.schedule_words import changes, keeps


def assumptions(config: Config, network: NetworkTable) -> list[dict[str, str]]:
    """Topics and texts."""
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


def _mechanism(config: Config, network: NetworkTable):
    run = config.run
    days = run.step_blocks / chain.BLOCKS_PER_DAY
    stay = "stay in force, with their parameters unchanged, until the horizon."
    then = [change["text"] for change in changes(config, network)]
    if then:
        stay = " ".join(["are in force at the start.", *then, "Those then stay until the horizon."])
    yield (
        "Mechanism",
        f"The rules of {config.mechanism.preset} {stay} Governance can change any of them. "
        f"{' '.join(since_then(rules.preset for rules in config.mechanism.in_turn))}".rstrip(),
    )
    yield from keeps(config)
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
    if config.behaviour.root_claims is None or config.mechanism.root.kind != "basket":
        yield from _root(config.mechanism.root)
    if isinstance(config.mechanism.root, RootBasketConfig):
        yield from _etao(config.mechanism.root)


def _votes(rule: WeightRuleConfig):
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


def _root(root: RootConfig):
    match root:
        case RootBasketConfig(sale_per_day=0.0):
            text = (
                "What root stake earns stays in its baskets and is not sold during the run, except "
                "that the baskets of a dissolved subnet are sold before its pot is divided. On "
                "mainnet about 2 % of the baskets a day were redeemed in autumn 2026 (+-30 %)."
            )
        case RootBasketConfig(sale_per_day=part):
            text = (
                f"Root stake sells {100 * part:g} % of its baskets a day, evenly; on mainnet about "
                "2 % a day were redeemed in autumn 2026 (+-30 %), in bursts over all subnets at "
                "once. The TAO joins root stake."
            )
        case RootClaimedConfig(lag_blocks=lag):
            text = (
                f"Root stake claims and sells what it earns with a mean lag of {lag:,} blocks "
                f"({lag / chain.BLOCKS_PER_DAY:.3g} days), which is an assumption. The TAO joins "
                "root stake."
            )
        case NoRootConfig():
            return
        case RootValidatorsPaidConfig():
            text = "Validators' TAO goes to those who stake to root, who leave it staked."
        case _:
            text = "What root stake earns is sold in the pools in the block that mints it."
    yield ("Root's alpha", text)


def _etao(root: RootBasketConfig):
    if root.off_the_top > 0.0:
        yield (
            "Root off the top",
            f"Root stake is paid {100 * root.off_the_top:g} % of each block's TAO before the rest "
            "is divided, and keeps it staked. That the chain does so is known from a title only; "
            "the share is an assumption.",
        )
    if root.tao_weights:
        weights = ", ".join(f"SN{netuid} {weight:g}" for netuid, weight in root.tao_weights.items())
        yield (
            "Root's weight per subnet",
            f"A TAO of root stake weighs as much alpha as the config says: {weights}; "
            f"{root.tao_weight:g} elsewhere. It bounds injection and divides dividends, and goes "
            "with the netuid if a newcomer takes it. The figures are assumptions.",
        )


def _registrations(config: Config):
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


def _error():
    yield (
        "Monte Carlo error",
        "Standard errors and intervals say how far a number may be off because finitely many paths "
        "were drawn. They do not cover errors of the model or of its parameters.",
    )


def _portfolio(config: Config):
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


def _network(network: NetworkTable):
    yield (
        "Start state",
        f"{network.name}: {network.n_subnets} subnets and {network.root_tao:,.0f} TAO on root at "
        f"block {network.block:,}.",
    )
    yield from alpha_assumptions(network)
    if network.notes:
        yield "Where the start state comes from", " ".join(network.notes)
