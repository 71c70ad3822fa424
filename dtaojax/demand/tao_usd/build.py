"""From the config of the price of TAO to the process."""

from pathlib import Path

import jax.numpy as jnp
import numpy as np

from dtaojax.demand.flow.market_factor import market_stream
from dtaojax.demand.flow.samples import less_log_mean
from dtaojax.demand.shock.window import window
from dtaojax.demand.tao_usd.config import BootstrapConfig, JumpDiffusionConfig, TaoUsdConfig
from dtaojax.demand.tao_usd.process import TaoUsd, bootstrap, jump_diffusion
from dtaojax.demand.tao_usd.shock import ShockedTaoUsd
from dtaojax.history import find_history, read_closes

_DAYS_A_YEAR = 365.0


def build_tao_usd(
    config: TaoUsdConfig | None, seed: int, folder: Path
) -> TaoUsd | ShockedTaoUsd | None:
    """The price of TAO in US dollars, or None if it is not followed.

    Raises:
        HistoryError: the history that the config names cannot be used.
    """
    if config is None:
        return None
    law = _law(config, seed, folder)
    if config.shock is None:
        return law
    return ShockedTaoUsd(
        law=law,
        window=window(config.shock.day, config.shock.days),
        log_change=jnp.asarray(np.log1p(config.shock.price_change)),
    )


def _law(config: TaoUsdConfig, seed: int, folder: Path) -> TaoUsd:
    match config:
        case JumpDiffusionConfig():
            return jump_diffusion(
                seed,
                market=market_stream(seed, config.correlated_with),
                start=config.start,
                sd=config.daily_sd,
                jumps_per_day=config.jumps_per_year / _DAYS_A_YEAR,
                jump_mean=config.jump_mean,
                jump_sd=config.jump_sd,
                drift=config.drift,
                correlation=config.correlation,
            )
        case BootstrapConfig():
            closes = read_closes(find_history(config.file, folder))
            returns = less_log_mean(closes.log_returns()[:, np.newaxis])[:, 0]
            return bootstrap(
                seed,
                returns=jnp.asarray(returns),
                mean_block_days=config.mean_block_days,
                start=float(closes.close[-1]) if config.start is None else config.start,
                drift=config.drift,
            )
