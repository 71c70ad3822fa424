"""What a run takes for granted, in words, for the report."""

from __future__ import annotations

from itertools import accumulate

from dtaojax import chain
from dtaojax.config import (
    Config,
    DemandConfig,
    EmissionSellingConfig,
    NoRootConfig,
    RootBasketConfig,
    RootClaimedConfig,
    RootConfig,
    RootValidatorsPaidConfig,
    StochasticVarianceFlowConfig,
    StudentFlowConfig,
    WeightRuleConfig,
)
from dtaojax.network import NetworkTable


def assumptions(config: Config, network: NetworkTable) -> list[dict[str, str]]:
    """Topics and texts."""
    return [
        {"topic": topic, "text": text}
        for topic, text in (
            *_mechanism(config),
            *(pair for process in config.demand for pair in _demand(process)),
            *_registrations(config),
            *_error(),
            *(_portfolio(config) if not config.portfolio.is_empty else ()),
            *_network(network),
        )
    ]


def _mechanism(config: Config):
    run = config.run
    days = run.step_blocks / chain.BLOCKS_PER_DAY
    yield (
        "Mechanism",
        f"The rules of {config.mechanism.preset} stay in force, with their parameters unchanged, "
        "until the horizon. Governance can change any of them.",
    )
    yield (
        "Time step",
        f"{run.step_blocks} blocks ({days:g} days) are simulated at once: the coinbase of a step "
        "uses its first block's shares and prices, and prices move linearly within it.",
    )
    yield (
        "Decisions held fixed",
        "Miner burn, the emission switch of each subnet, root stake and the TAO weight stay as "
        "they are in the start state.",
    )
    if config.mechanism.weight_rule.kind in ("user_flow", "net_flow"):
        yield (
            "Flow averages",
            "The averages of TAO flows that decide the shares start from zero, since the network "
            "file does not hold them; shares of the first weeks follow the simulated flows alone.",
        )
    if config.mechanism.weight_rule.kind == "root_validators":
        yield from _votes(config.mechanism.weight_rule)
    if config.mechanism.pool.kind == "none":
        yield (
            "No pools",
            "These rules have no alpha and no pools: prices, pools and alpha are 0 throughout, "
            "nobody trades, and demand plays no part. Participants are paid in TAO.",
        )
    yield from _root(config.mechanism.root)


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
            text = "What root stake earns stays in its baskets and is not sold during the run."
        case RootBasketConfig(sale_per_day=part):
            text = (
                f"Root stake sells {100 * part:g} % of its baskets a day, evenly; nobody knows how "
                "much it will choose to sell. The TAO joins root stake."
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


def _demand(process: DemandConfig):
    match process:
        case StudentFlowConfig():
            yield (
                "Investors' demand",
                "Daily net flow into a pool is Student-t with "
                f"{process.degrees_of_freedom:g} degrees of freedom; its standard deviation is "
                f"{100 * process.sd_at_1000_tao:g} % of the pool at 1,000 TAO and goes with depth "
                f"to the power {process.depth_exponent:g}. "
                f"{100 * process.common_share:g} % of the variance is common to all subnets. "
                f"Mean flow beyond the selling of emission is {100 * process.drift:g} % a day. A "
                f"day's volatility is at most {process.max_volatility_multiple:g} times its scale. "
                "The figures were fitted to the pool history of July and August 2026, 27 daily "
                "returns a subnet; flows are independent from day to day.",
            )
        case StochasticVarianceFlowConfig(level=level, swing=swing):
            yield (
                "Investors' demand",
                "Daily net flow into a pool is Student-t with "
                f"{process.degrees_of_freedom:g} degrees of freedom, given the subnet's "
                f"volatility, typically {100 * process.scale_at_1000_tao:g} % of the pool at 1,000 "
                f"TAO. It goes with depth to the power {process.depth_exponent:g}; its logarithm "
                f"differs among subnets by {level.sd:g} (half-life {level.half_life_days:g} days) "
                f"and swings by {swing.sd:g} (half-life {swing.half_life_days:g} days). "
                f"{len(level.now)} subnets start from the volatility that the history shows. "
                f"{100 * process.common_share:g} % of the variance is common to all subnets. "
                f"Mean flow beyond the selling of emission is {100 * process.drift:g} % a day. A "
                f"day's standard deviation is at most {process.max_sd:g}.",
            )
        case EmissionSellingConfig():
            yield (
                "Selling of emission",
                f"Owners sell {100 * process.owner:g} %, miners {100 * process.miner:g} % of what "
                f"they are paid, validators and nominators {100 * process.validator:g} %, at once. "
                "Only the total of all selling is observed (3,774 TAO a day, give or take 3,413); "
                "its division among the classes is an assumption.",
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
    full = (
        f"With {rules.limit} subnets the network is full: each registration then prunes the subnet "
        "with the lowest moving price of those past their immunity, and pays its TAO to all who "
        "hold its alpha, in proportion"
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
        "out.",
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
        f"proportion to all alpha outside the pool, less a take of {take:.3g} %, and it is "
        "reinvested. Root stake earns its part of the root baskets from the start on. What a "
        "deregistered subnet pays is kept as TAO. Losses are in TAO.",
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
        f"block {network.block:,}. Root baskets start empty: what they held before is not known.",
    )
