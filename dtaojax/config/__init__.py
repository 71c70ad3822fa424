"""Configs: frozen, strict models; TOML and ``--set`` in, a checked object, JSON and a hash out.

Nothing here imports JAX, NumPy or pandas, so reading a config takes no time.
"""

from dtaojax.config._base import filled_title
from dtaojax.config._wording import choice, described, suggestion
from dtaojax.config.calibrated import default_demand
from dtaojax.config.compare import Difference, config_differences, differences, preset_toml
from dtaojax.config.errors import ConfigError, Problem
from dtaojax.config.examples import copy_examples, example_folder
from dtaojax.config.holdings import Holdings, holdings_config, support_config
from dtaojax.config.load import (
    changed,
    config_from_dict,
    is_run_backtest,
    load_backtest,
    load_config,
    load_experiment,
    load_run_backtest,
    load_sensitivity,
    load_stress,
    load_tune,
)
from dtaojax.config.models import Config
from dtaojax.config.models_arrivals import ArrivalsConfig, WaveConfig
from dtaojax.config.models_backtest import BacktestConfig
from dtaojax.config.models_behaviour import (
    BehaviourConfig,
    BurnScriptConfig,
    EmissionSwitchConfig,
    MinerBurnConfig,
    RateConfig,
    SwitchScriptConfig,
)
from dtaojax.config.models_cohorts import CohortsConfig
from dtaojax.config.models_demand import AnyDemandConfig, DemandConfig, in_drought
from dtaojax.config.models_experiment import ClaimConfig, ExperimentConfig, FigureConfig
from dtaojax.config.models_feedback import (
    CrossSectionConfig,
    MeanReversionConfig,
    MomentumConfig,
    RevenueDemandConfig,
    YieldDemandConfig,
)
from dtaojax.config.models_flows import (
    FlowBootstrapConfig,
    JumpsConfig,
    MarketFactorConfig,
    NewSubnetConfig,
    StudentFlowConfig,
)
from dtaojax.config.models_holders import EmissionSellingConfig, RootStakeFlowConfig
from dtaojax.config.models_latent import (
    DrawnQualityConfig,
    DrawnSectorConfig,
    GivenQualityConfig,
    GivenSectorConfig,
    LatentConfig,
)
from dtaojax.config.models_market import (
    ConstantProductConfig,
    FeesConfig,
    FeeToAuthorConfig,
    FeeToPoolConfig,
    FlatFeeConfig,
    NoPoolConfig,
    PoolConfig,
    WeightedPoolConfig,
)
from dtaojax.config.models_mechanism import ChangeConfig, MechanismConfig, RulesConfig
from dtaojax.config.models_network import DEFAULT_NETWORK, NetworkConfig, SyntheticConfig
from dtaojax.config.models_registration import RegistrationConfig
from dtaojax.config.models_root import (
    NoRootConfig,
    RootBasketConfig,
    RootClaimedConfig,
    RootConfig,
    RootSoldAtLaunchConfig,
    RootSoldUnlessSubsidisedConfig,
    RootValidatorsPaidConfig,
)
from dtaojax.config.models_run import (
    OutputConfig,
    PortfolioConfig,
    PrecisionTargetConfig,
    ReportConfig,
    RunConfig,
)
from dtaojax.config.models_run_backtest import OutcomeConfig, RunBacktestConfig, StartConfig
from dtaojax.config.models_sensitivity import SensitivityConfig
from dtaojax.config.models_shares import (
    GateConfig,
    HillMassConfig,
    HillRankConfig,
    HillSoftRankConfig,
    MovingPriceConfig,
    NoGateConfig,
    PriceEmaConfig,
    RankTiersConfig,
)
from dtaojax.config.models_shocks import (
    DroughtConfig,
    PriceShockConfig,
    PumpConfig,
    RootExitConfig,
    ScriptedModel,
    WhaleConfig,
)
from dtaojax.config.models_stress import AttackConfig, StressConfig
from dtaojax.config.models_supply import (
    AlphaEmissionCapConfig,
    ChainBuyConfig,
    DestroyedConfig,
    DestroyedUnissuedConfig,
    EmitSetConfig,
    FixedFractionConfig,
    FreeSplitConfig,
    InjectionConfig,
    LaunchInjectionConfig,
    LesserEmissionCapConfig,
    NoChainBuyConfig,
    NoInjectionConfig,
    OwnerCutSplitConfig,
    ProtocolAlphaConfig,
    RootProportionBuyCapConfig,
    RootProportionCapConfig,
    SplitConfig,
    SubsidyConfig,
    SumPriceSwitchConfig,
)
from dtaojax.config.models_tao_usd import BootstrapConfig, JumpDiffusionConfig, TaoUsdConfig
from dtaojax.config.models_tune import ParameterConfig, TuneConfig
from dtaojax.config.models_variance import ComponentConfig, StochasticVarianceFlowConfig
from dtaojax.config.moments import time_of
from dtaojax.config.overrides import OverrideError, value_at
from dtaojax.config.presets import DEFAULT_PRESET, PRESETS, Preset, since_then
from dtaojax.config.schedule import Phase, Schedule, rules_at, schedule
from dtaojax.config.sensitivity_defaults import default_measures, default_parameters
from dtaojax.config.tune_measures import HEADLINES, HOLDER_LOSS, HOLDER_LOSS_ES, MEASURES
from dtaojax.config.weight_rules import WEIGHT_RULES, RegisteredRule, WeightRuleConfig

__all__ = [
    "DEFAULT_NETWORK",
    "DEFAULT_PRESET",
    "HEADLINES",
    "HOLDER_LOSS",
    "HOLDER_LOSS_ES",
    "MEASURES",
    "PRESETS",
    "WEIGHT_RULES",
    "AlphaEmissionCapConfig",
    "AnyDemandConfig",
    "ArrivalsConfig",
    "AttackConfig",
    "BacktestConfig",
    "BehaviourConfig",
    "BootstrapConfig",
    "BurnScriptConfig",
    "ChainBuyConfig",
    "ChangeConfig",
    "ClaimConfig",
    "CohortsConfig",
    "ComponentConfig",
    "Config",
    "ConfigError",
    "ConstantProductConfig",
    "CrossSectionConfig",
    "DemandConfig",
    "DestroyedConfig",
    "DestroyedUnissuedConfig",
    "Difference",
    "DrawnQualityConfig",
    "DrawnSectorConfig",
    "DroughtConfig",
    "EmissionSellingConfig",
    "EmissionSwitchConfig",
    "EmitSetConfig",
    "ExperimentConfig",
    "FeeToAuthorConfig",
    "FeeToPoolConfig",
    "FeesConfig",
    "FigureConfig",
    "FixedFractionConfig",
    "FlatFeeConfig",
    "FlowBootstrapConfig",
    "FreeSplitConfig",
    "GateConfig",
    "GivenQualityConfig",
    "GivenSectorConfig",
    "HillMassConfig",
    "HillRankConfig",
    "HillSoftRankConfig",
    "Holdings",
    "InjectionConfig",
    "JumpDiffusionConfig",
    "JumpsConfig",
    "LatentConfig",
    "LaunchInjectionConfig",
    "LesserEmissionCapConfig",
    "MarketFactorConfig",
    "MeanReversionConfig",
    "MechanismConfig",
    "MinerBurnConfig",
    "MomentumConfig",
    "MovingPriceConfig",
    "NetworkConfig",
    "NewSubnetConfig",
    "NoChainBuyConfig",
    "NoGateConfig",
    "NoInjectionConfig",
    "NoPoolConfig",
    "NoRootConfig",
    "OutcomeConfig",
    "OutputConfig",
    "OverrideError",
    "OwnerCutSplitConfig",
    "ParameterConfig",
    "Phase",
    "PoolConfig",
    "PortfolioConfig",
    "PrecisionTargetConfig",
    "Preset",
    "PriceEmaConfig",
    "PriceShockConfig",
    "Problem",
    "ProtocolAlphaConfig",
    "PumpConfig",
    "RankTiersConfig",
    "RateConfig",
    "RegisteredRule",
    "RegistrationConfig",
    "ReportConfig",
    "RevenueDemandConfig",
    "RootBasketConfig",
    "RootClaimedConfig",
    "RootConfig",
    "RootExitConfig",
    "RootProportionBuyCapConfig",
    "RootProportionCapConfig",
    "RootSoldAtLaunchConfig",
    "RootSoldUnlessSubsidisedConfig",
    "RootStakeFlowConfig",
    "RootValidatorsPaidConfig",
    "RulesConfig",
    "RunBacktestConfig",
    "RunConfig",
    "Schedule",
    "ScriptedModel",
    "SensitivityConfig",
    "SplitConfig",
    "StartConfig",
    "StochasticVarianceFlowConfig",
    "StressConfig",
    "StudentFlowConfig",
    "SubsidyConfig",
    "SumPriceSwitchConfig",
    "SwitchScriptConfig",
    "SyntheticConfig",
    "TaoUsdConfig",
    "TuneConfig",
    "WaveConfig",
    "WeightRuleConfig",
    "WeightedPoolConfig",
    "WhaleConfig",
    "YieldDemandConfig",
    "changed",
    "choice",
    "config_differences",
    "config_from_dict",
    "copy_examples",
    "default_demand",
    "default_measures",
    "default_parameters",
    "described",
    "differences",
    "example_folder",
    "filled_title",
    "holdings_config",
    "in_drought",
    "is_run_backtest",
    "load_backtest",
    "load_config",
    "load_experiment",
    "load_run_backtest",
    "load_sensitivity",
    "load_stress",
    "load_tune",
    "preset_toml",
    "rules_at",
    "schedule",
    "since_then",
    "suggestion",
    "support_config",
    "time_of",
    "value_at",
]
