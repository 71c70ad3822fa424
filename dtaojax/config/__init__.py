"""Configs: frozen, strict models; TOML and ``--set`` in, a checked object, JSON and a hash out.

Nothing here imports JAX, NumPy or pandas, so reading a config takes no time.
"""

from dtaojax.config.errors import ConfigError, Problem
from dtaojax.config.load import config_from_dict, load_backtest, load_config
from dtaojax.config.models import Config
from dtaojax.config.models_arrivals import ArrivalsConfig, WaveConfig
from dtaojax.config.models_backtest import BacktestConfig
from dtaojax.config.models_demand import DEFAULT_DEMAND, DemandConfig
from dtaojax.config.models_flows import StudentFlowConfig
from dtaojax.config.models_holders import EmissionSellingConfig
from dtaojax.config.models_mechanism import MechanismConfig
from dtaojax.config.models_registration import RegistrationConfig
from dtaojax.config.models_run import (
    DEFAULT_NETWORK,
    NetworkConfig,
    OutputConfig,
    PortfolioConfig,
    PrecisionTargetConfig,
    RunConfig,
)
from dtaojax.config.models_shares import (
    GateConfig,
    HillMassConfig,
    HillRankConfig,
    MovingPriceConfig,
    NoGateConfig,
    PriceEmaConfig,
)
from dtaojax.config.models_supply import (
    AlphaEmissionCapConfig,
    ChainBuyConfig,
    ConstantProductConfig,
    DestroyedConfig,
    DestroyedUnissuedConfig,
    EmitSetConfig,
    FeesConfig,
    FeeToAuthorConfig,
    FeeToPoolConfig,
    FixedFractionConfig,
    FlatFeeConfig,
    FreeSplitConfig,
    InjectionConfig,
    LaunchInjectionConfig,
    LesserEmissionCapConfig,
    OwnerCutSplitConfig,
    PoolConfig,
    ProtocolAlphaConfig,
    RootBasketConfig,
    RootClaimedConfig,
    RootConfig,
    RootProportionCapConfig,
    RootSoldAtLaunchConfig,
    RootSoldUnlessSubsidisedConfig,
    SplitConfig,
    SubsidyConfig,
    SumPriceSwitchConfig,
    WeightedPoolConfig,
)
from dtaojax.config.models_variance import ComponentConfig, StochasticVarianceFlowConfig
from dtaojax.config.presets import DEFAULT_PRESET, PRESETS, Preset
from dtaojax.config.weight_rules import WEIGHT_RULES, RegisteredRule, WeightRuleConfig

__all__ = [
    "DEFAULT_DEMAND",
    "DEFAULT_NETWORK",
    "DEFAULT_PRESET",
    "PRESETS",
    "WEIGHT_RULES",
    "AlphaEmissionCapConfig",
    "ArrivalsConfig",
    "BacktestConfig",
    "ChainBuyConfig",
    "ComponentConfig",
    "Config",
    "ConfigError",
    "ConstantProductConfig",
    "DemandConfig",
    "DestroyedConfig",
    "DestroyedUnissuedConfig",
    "EmissionSellingConfig",
    "EmitSetConfig",
    "FeeToAuthorConfig",
    "FeeToPoolConfig",
    "FeesConfig",
    "FixedFractionConfig",
    "FlatFeeConfig",
    "FreeSplitConfig",
    "GateConfig",
    "HillMassConfig",
    "HillRankConfig",
    "InjectionConfig",
    "LaunchInjectionConfig",
    "LesserEmissionCapConfig",
    "MechanismConfig",
    "MovingPriceConfig",
    "NetworkConfig",
    "NoGateConfig",
    "OutputConfig",
    "OwnerCutSplitConfig",
    "PoolConfig",
    "PortfolioConfig",
    "PrecisionTargetConfig",
    "Preset",
    "PriceEmaConfig",
    "Problem",
    "ProtocolAlphaConfig",
    "RegisteredRule",
    "RegistrationConfig",
    "RootBasketConfig",
    "RootClaimedConfig",
    "RootConfig",
    "RootProportionCapConfig",
    "RootSoldAtLaunchConfig",
    "RootSoldUnlessSubsidisedConfig",
    "RunConfig",
    "SplitConfig",
    "StochasticVarianceFlowConfig",
    "StudentFlowConfig",
    "SubsidyConfig",
    "SumPriceSwitchConfig",
    "WaveConfig",
    "WeightRuleConfig",
    "WeightedPoolConfig",
    "config_from_dict",
    "load_backtest",
    "load_config",
]
