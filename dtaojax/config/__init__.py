"""Configs: frozen, strict models; TOML and ``--set`` in, a checked object, JSON and a hash out.

Nothing here imports JAX, NumPy or pandas, so reading a config takes no time.
"""

from dtaojax.config.errors import ConfigError, Problem
from dtaojax.config.load import config_from_dict, load_config
from dtaojax.config.models import Config
from dtaojax.config.models_demand import (
    DEFAULT_DEMAND,
    DemandConfig,
    EmissionSellingConfig,
    StudentFlowConfig,
)
from dtaojax.config.models_mechanism import (
    ChainBuyConfig,
    EmaPriceBurnConfig,
    GateConfig,
    HillRankConfig,
    InjectionConfig,
    MechanismConfig,
    MovingPriceConfig,
    PoolConfig,
    PriceEmaConfig,
    ProtocolAlphaConfig,
    RegistrationConfig,
    RootConfig,
    RootProportionCapConfig,
    SplitConfig,
    WeightedPoolConfig,
    WeightRuleConfig,
)
from dtaojax.config.models_run import (
    DEFAULT_NETWORK,
    NetworkConfig,
    OutputConfig,
    PortfolioConfig,
    RunConfig,
)
from dtaojax.config.presets import DEFAULT_PRESET, PRESETS, Preset

__all__ = [
    "DEFAULT_DEMAND",
    "DEFAULT_NETWORK",
    "DEFAULT_PRESET",
    "PRESETS",
    "ChainBuyConfig",
    "Config",
    "ConfigError",
    "DemandConfig",
    "EmaPriceBurnConfig",
    "EmissionSellingConfig",
    "GateConfig",
    "HillRankConfig",
    "InjectionConfig",
    "MechanismConfig",
    "MovingPriceConfig",
    "NetworkConfig",
    "OutputConfig",
    "PoolConfig",
    "PortfolioConfig",
    "Preset",
    "PriceEmaConfig",
    "Problem",
    "ProtocolAlphaConfig",
    "RegistrationConfig",
    "RootConfig",
    "RootProportionCapConfig",
    "RunConfig",
    "SplitConfig",
    "StudentFlowConfig",
    "WeightRuleConfig",
    "WeightedPoolConfig",
    "config_from_dict",
    "load_config",
]
