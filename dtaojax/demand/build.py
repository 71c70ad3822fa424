"""From the ``[[demand]]`` tables to demand processes."""

from pathlib import Path

import jax.numpy as jnp
import numpy as np

from dtaojax.demand.age import by_age
from dtaojax.demand.config import AnyDemandConfig
from dtaojax.demand.feedback.config import (
    CrossSectionConfig,
    MeanReversionConfig,
    MomentumConfig,
    RevenueDemandConfig,
    YieldDemandConfig,
)
from dtaojax.demand.feedback.cross_section import CrossSection
from dtaojax.demand.feedback.mean_reversion import (
    MeanReversion,
    MovingPriceAnchor,
    StartPriceAnchor,
)
from dtaojax.demand.feedback.momentum import Momentum
from dtaojax.demand.feedback.response import response
from dtaojax.demand.feedback.revenue_demand import RevenueDemand
from dtaojax.demand.feedback.yield_demand import YieldDemand
from dtaojax.demand.flow.build import build_stochastic_variance
from dtaojax.demand.flow.config import (
    FlowBootstrapConfig,
    JumpsConfig,
    MarketFactorConfig,
    NewSubnetConfig,
    StudentFlowConfig,
)
from dtaojax.demand.flow.flow_bootstrap import FlowBootstrap, flow_bootstrap
from dtaojax.demand.flow.jumps import Jumps, JumpSizes, jumps
from dtaojax.demand.flow.market_factor import MarketFactor, market_factor
from dtaojax.demand.flow.new_subnet import NewSubnet, new_subnet
from dtaojax.demand.flow.samples import less_log_mean, real_pushes
from dtaojax.demand.flow.student_flow import student_flow
from dtaojax.demand.flow.variance_config import StochasticVarianceFlowConfig
from dtaojax.demand.holders.config import EmissionSellingConfig, RootStakeFlowConfig
from dtaojax.demand.holders.drawn_selling import DrawnSelling
from dtaojax.demand.holders.emission_selling import EmissionSelling
from dtaojax.demand.holders.root_stake_flow import RootStakeFlow, root_stake_flow
from dtaojax.demand.process import DemandProcess
from dtaojax.demand.shock.build import build_shock, scaled_by_droughts
from dtaojax.demand.shock.config import DroughtConfig, ScriptedModel
from dtaojax.demand.uncertain import KnownFrom, uncertain_rates
from dtaojax.history import find_history, read_panel
from dtaojax.network.table import Slots
from dtaojax.numerics.streams import named_stream

_DAYS_A_YEAR = 365.0
_PUSH_OF_LOG_PRICE = 0.5
"""In a constant-product pool the log price changes by twice the push."""


def build_demand(
    demand: tuple[AnyDemandConfig, ...], seed: int, slots: Slots, folder: Path
) -> tuple[DemandProcess, ...]:
    """The demand processes, each on streams of its own under the seed.

    Args:
        demand: their configs.
        seed: of the run.
        slots: of the network that they act in.
        folder: where relative paths start.

    Raises:
        HistoryError: a history that a config names cannot be used.
        NetworkError: a netuid that a config names is not in the network.
    """
    droughts = [config for config in demand if isinstance(config, DroughtConfig)]
    return tuple(
        scaled_by_droughts(_process(config, seed, slots, folder), config, droughts)
        for config in demand
        if not isinstance(config, DroughtConfig)
    )


def _process(config: AnyDemandConfig, seed: int, slots: Slots, folder: Path) -> DemandProcess:
    match config:
        case StudentFlowConfig():
            return student_flow(seed, **config.model_dump(exclude={"process"}))
        case StochasticVarianceFlowConfig():
            return build_stochastic_variance(config, seed, slots.netuid)
        case JumpsConfig():
            return _jumps(config, seed)
        case MarketFactorConfig():
            return _market_factor(config, seed, slots)
        case NewSubnetConfig():
            return _new_subnet(config, seed)
        case FlowBootstrapConfig():
            return _flow_bootstrap(config, seed, slots, folder)
        case MomentumConfig():
            return Momentum(response(config.strength, config.most), jnp.asarray(config.window_days))
        case MeanReversionConfig():
            anchors = {"moving_price": MovingPriceAnchor, "start_price": StartPriceAnchor}
            return MeanReversion(anchors[config.anchor](), jnp.asarray(config.half_life_days))
        case YieldDemandConfig():
            answer = response(config.strength, config.most)
            return YieldDemand(answer, jnp.asarray(config.reference_yield))
        case RevenueDemandConfig():
            return RevenueDemand(jnp.asarray(config.tao_per_day), jnp.asarray(config.spread))
        case CrossSectionConfig():
            return CrossSection(
                named_stream(seed, config.name),
                uncertain_rates([KnownFrom(config.rate, config.events)]),
            )
        case EmissionSellingConfig():
            return _emission_selling(config, seed)
        case RootStakeFlowConfig():
            return _root_stake_flow(config, seed, slots)
        case ScriptedModel():
            return build_shock(config, slots)


def _emission_selling(config: EmissionSellingConfig, seed: int) -> EmissionSelling | DrawnSelling:
    fractions = EmissionSelling(
        owner=jnp.asarray(config.owner),
        miner=jnp.asarray(config.miner),
        validator=jnp.asarray(config.validator),
    )
    if not config.is_drawn:
        return fractions
    return DrawnSelling(
        stream=named_stream(seed, config.name),
        fractions=fractions,
        median=jnp.asarray(config.level),
        spread=jnp.asarray(config.spread),
    )


def _jumps(config: JumpsConfig, seed: int) -> Jumps:
    def yearly(rates: tuple[float, ...]):
        return by_age(config.from_age_days, tuple(rate / _DAYS_A_YEAR for rate in rates))

    def sizes(excess: tuple[float, ...]) -> JumpSizes:
        return JumpSizes(
            smallest=jnp.asarray(_PUSH_OF_LOG_PRICE * config.smallest),
            largest=jnp.asarray(_PUSH_OF_LOG_PRICE * config.largest),
            excess=by_age(config.from_age_days, tuple(_PUSH_OF_LOG_PRICE * x for x in excess)),
        )

    return jumps(
        seed,
        name=config.name,
        down_per_day=yearly(config.down_per_year),
        up_per_day=yearly(config.up_per_year),
        down=sizes(config.down_excess),
        up=sizes(config.up_excess),
        drift=config.drift,
    )


def _market_factor(config: MarketFactorConfig, seed: int, slots: Slots) -> MarketFactor:
    return market_factor(
        seed,
        name=config.name,
        market_sd=config.market_sd,
        sector_sd=config.sector_sd,
        loading=jnp.asarray(slots.column(config.loading, config.loadings)),
        drift=config.drift,
    )


def _new_subnet(config: NewSubnetConfig, seed: int) -> NewSubnet:
    usual = config.usual_daily_sd
    excess = (max(sd**2 - usual**2, 0.0) ** 0.5 for sd in config.daily_sd)
    return new_subnet(
        seed,
        name=config.name,
        sd=by_age(config.from_age_days, tuple(_PUSH_OF_LOG_PRICE * sd for sd in excess)),
        drift=by_age(config.from_age_days, config.drift),
    )


def _flow_bootstrap(
    config: FlowBootstrapConfig, seed: int, slots: Slots, folder: Path
) -> FlowBootstrap:
    panel = read_panel(find_history(config.file, folder), config.source)
    by_netuid = config.match == "netuid"
    pushes = real_pushes(panel, slots, by_netuid, config.min_age_days)
    return flow_bootstrap(
        seed,
        name=config.name,
        pushes=jnp.asarray(less_log_mean(pushes)),
        mean_block_days=config.mean_block_days,
        drift=config.drift,
    )


def _root_stake_flow(config: RootStakeFlowConfig, seed: int, slots: Slots) -> RootStakeFlow:
    half_life = config.half_life_days
    return root_stake_flow(
        seed,
        name=config.name,
        sd=config.daily_sd,
        drift=config.drift,
        pull=0.0 if half_life is None else float(np.log(2.0)) / half_life,
        home=slots.table.root_tao,
    )
