"""What each demand process takes for granted, in words, for the report."""

from __future__ import annotations

from collections.abc import Iterator

from dtaojax.demand.config import AnyDemandConfig
from dtaojax.demand.feedback.config import (
    CrossSectionConfig,
    MeanReversionConfig,
    MomentumConfig,
    RevenueDemandConfig,
    YieldDemandConfig,
)
from dtaojax.demand.flow.config import (
    FlowBootstrapConfig,
    JumpsConfig,
    MarketFactorConfig,
    NewSubnetConfig,
    StudentFlowConfig,
)
from dtaojax.demand.flow.variance_config import StochasticVarianceFlowConfig
from dtaojax.demand.holders.config import EmissionSellingConfig, RootStakeFlowConfig
from dtaojax.demand.shock.config import (
    DroughtConfig,
    PriceShockConfig,
    PumpConfig,
    RootExitConfig,
    ScriptedModel,
    WhaleConfig,
)
from dtaojax.demand.tao_usd.config import JumpDiffusionConfig, TaoUsdConfig

Topic = tuple[str, str]


def demand_words(process: AnyDemandConfig) -> Iterator[Topic]:
    """Topic and text of a process; its name stands beside where it has one of its own."""
    topic, text = _words(process)
    own = process.name != process.process
    yield (f"{topic} ({process.name})" if own else topic), text


def tao_usd_words(config: TaoUsdConfig) -> Topic:
    """Topic and text of the price of TAO in dollars."""
    if isinstance(config, JumpDiffusionConfig):
        text = (
            f"A jump diffusion from {config.start:g} USD: daily sd {100 * config.daily_sd:g} %, "
            f"{config.jumps_per_year:g} jumps a year with an sd of {100 * config.jump_sd:g} %, "
            f"expected growth {100 * config.drift:g} % a day, correlation with the market of "
            f"subnets {config.correlation:g}."
        )
    else:
        text = (
            f"Days of the history {config.file} in blocks of {config.mean_block_days:g} days on "
            "average, their mean taken off, independent of the subnets; expected growth "
            f"{100 * config.drift:g} % a day."
        )
    if config.shock is not None:
        text += (
            f" Besides, it changes by {100 * config.shock.price_change:+g} % from day "
            f"{config.shock.day:g} on, over {config.shock.days:g} days."
        )
    return "TAO in dollars", f"{text} Nothing in the network moves it, nor answers to it."


def _asymmetry(process: StochasticVarianceFlowConfig) -> str:
    if process.asymmetry_mean == 0.0 and process.asymmetry_sd == 0.0:
        return ""
    return (
        f" Mean flow grows by {process.asymmetry_mean:g} ± {process.asymmetry_sd:g} times a day's "
        "variance; each path draws how much, for all subnets alike."
    )


def _words(process: AnyDemandConfig) -> Topic:
    match process:
        case StudentFlowConfig():
            return (
                "Investors' demand",
                "Daily net flow into a pool is Student-t with "
                f"{process.degrees_of_freedom:g} degrees of freedom; its standard deviation is "
                f"{100 * process.sd_at_1000_tao:g} % of the pool at 1,000 TAO and goes with depth "
                f"to the power {process.depth_exponent:g}. "
                f"{100 * process.common_share:g} % of the variance is common to all subnets. "
                f"Mean flow beyond the selling of emission is {100 * process.drift:g} % a day. A "
                f"day's volatility is at most {process.max_volatility_multiple:g} times its scale. "
                "The figures were fitted to the pool history of July and August 2026, 27 daily "
                "returns a subnet; flows are independent from day to day. The process has never "
                "been back-tested.",
            )
        case StochasticVarianceFlowConfig(level=level, swing=swing):
            return (
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
                f"day's standard deviation is at most {process.max_sd:g}.{_asymmetry(process)}",
            )
        case EmissionSellingConfig():
            return (
                "Selling of emission",
                f"Owners sell {100 * process.owner:g} %, miners {100 * process.miner:g} % of what "
                f"they are paid, validators and nominators {100 * process.validator:g} %, at once. "
                "Only the total of all selling is observed (3,774 TAO a day, give or take 3,413); "
                f"its division among the classes is an assumption.{_level(process)}",
            )
        case JumpsConfig():
            return (
                "Jumps",
                f"Prices of the oldest subnets jump down {process.down_per_year[-1]:g} and up "
                f"{process.up_per_year[-1]:g} times a year, by {process.smallest:g} to "
                f"{process.largest:g} in the log price, young ones more often; the mean of all "
                "jumps is taken off.",
            )
        case MarketFactorConfig():
            return (
                "Common factors",
                "All subnets share a daily flow with a standard deviation of "
                f"{100 * process.market_sd:g} % of the pool, those of a sector another of "
                f"{100 * process.sector_sd:g} %.",
            )
        case NewSubnetConfig():
            return (
                "New subnets",
                "Subnets trade more wildly while they are young, as the 47 that started in 2025 "
                f"did: daily sd of the log price {process.daily_sd[0]:g} at first, "
                f"{process.daily_sd[-1]:g} at last.",
            )
        case FlowBootstrapConfig():
            return (
                "Investors' demand",
                f"Days of real flows from {process.file}, all subnets together, in blocks of "
                f"{process.mean_block_days:g} days on average; their mean is taken off. The future "
                "holds no day that the history does not.",
            )
        case MomentumConfig() | MeanReversionConfig() | YieldDemandConfig():
            return _answers(process)
        case CrossSectionConfig():
            return (
                "Prices drift together",
                "The gap between the log price and the network's mean, weighted by TAO in pools, "
                f"closes by {100 * process.rate:g} % a day on average; the rate is drawn on each "
                f"path (relative standard deviation {process.events**-0.5:.2g}). No TAO enters or "
                "leaves the network by it.",
            )
        case RevenueDemandConfig():
            return (
                "Revenue",
                f"A subnet of average quality earns {process.tao_per_day:g} TAO a day, which buys "
                f"its alpha; a standard score of quality is worth a factor of e^{process.spread:g}."
                " An assumption.",
            )
        case RootStakeFlowConfig():
            pull = process.half_life_days
            home = "" if pull is None else f", half of the way back to its start in {pull:g} days"
            return (
                "Root stake",
                f"A random walk of the log with a daily sd of {100 * process.daily_sd:g} % and a "
                f"growth of {100 * process.drift:g} % a day{home}. An assumption.",
            )
        case ScriptedModel():
            return "Scripted shock", _shock(process)


def _level(process: EmissionSellingConfig) -> str:
    if not process.is_drawn:
        return ""
    return (
        f" A path sells {process.level:g} times as much in the median, with a spread of the "
        f"logarithm of {process.spread:g} over paths, since spring 2026 saw half of it."
    )


def _answers(process: MomentumConfig | MeanReversionConfig | YieldDemandConfig) -> Topic:
    match process:
        case MomentumConfig():
            return (
                "Momentum",
                f"Investors buy {100 * process.strength:g} % of the pool a day for a return of 1 "
                f"over the last {process.window_days:g} days, at most {100 * process.most:g} %.",
            )
        case MeanReversionConfig():
            anchor = process.anchor.replace("_", " ")
            return (
                "Mean reversion",
                f"Investors close half of the gap to the {anchor} in {process.half_life_days:g} "
                "days. An assumption.",
            )
        case YieldDemandConfig():
            return (
                "Yield",
                f"Stakers come above a yield of {100 * process.reference_yield:g} % a year and "
                f"leave below it: {100 * process.strength:g} % of the pool a day at twice that, at "
                f"most {100 * process.most:g} %. An assumption.",
            )


def _shock(process: ScriptedModel) -> str:
    lasting = f"for {process.days:g} days from day" if process.days else "at once on day"
    when = f"On every path, {lasting} {process.day:g}: "
    match process:
        case WhaleConfig():
            where = "every subnet" if process.netuids is None else listed(process.netuids)
            what = "is sold" if process.action == "exit" else "in value is bought"
            part = f"{100 * process.fraction:g} % of the alpha outside the pool"
            return f"{when}{part} of {where} {what}."
        case PriceShockConfig():
            named = [f"subnet {k} {100 * v:+g} %" for k, v in process.price_changes.items()]
            rest = f"{'all others' if named else 'all'} {100 * process.price_change:+g} %"
            return f"{when}trades move prices: {', '.join([*named, rest])}."
        case PumpConfig():
            return (
                f"{when}{process.tao:g} TAO buy alpha of {listed(process.netuids)}; after "
                f"{process.hold_days:g} days it is sold over {process.sell_days:g} days."
            )
        case RootExitConfig():
            return f"{when}{100 * process.fraction:g} % of root stake is unstaked."
        case DroughtConfig():
            which = "all by which investors trade"
            if process.processes is not None:
                which = ", ".join(process.processes)
            return f"{when}pushes of {which} are {process.scale:g} times as large."
    raise TypeError(f"no words for {type(process).__name__}")


def listed(netuids: tuple[int, ...]) -> str:
    """Return subnets by netuid, in words."""
    return f"subnet{'s' if len(netuids) > 1 else ''} {', '.join(map(str, netuids))}"
