"""From the configs of scripted shocks to processes, and droughts around other processes."""

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from dtaojax.demand.config import AnyDemandConfig, in_drought
from dtaojax.demand.process import DemandProcess
from dtaojax.demand.shock.config import (
    DroughtConfig,
    PriceShockConfig,
    PumpConfig,
    RootExitConfig,
    ScriptedModel,
    WhaleConfig,
)
from dtaojax.demand.shock.drought import Drought
from dtaojax.demand.shock.price_shock import PriceShock
from dtaojax.demand.shock.pump import Pump
from dtaojax.demand.shock.root_exit import RootExit
from dtaojax.demand.shock.whale import WhaleEntry, WhaleExit, WhaleHolding
from dtaojax.demand.shock.window import window, window_after
from dtaojax.network.table import Slots


def build_shock(config: ScriptedModel, slots: Slots) -> DemandProcess:
    """The process that a shock's config describes.

    Raises:
        NetworkError: a netuid is not in the network.
    """
    when = window(config.day, config.days)
    match config:
        case WhaleConfig():
            moves = {"exit": WhaleExit, "entry": WhaleEntry}[config.action]
            fraction = _column(config.netuids, config.fraction, slots)
            return moves(WhaleHolding(when, jnp.asarray(fraction)))
        case PriceShockConfig():
            change = slots.column(config.price_change, config.price_changes)
            return PriceShock(when, jnp.log1p(change))
        case PumpConfig():
            later = window_after(when, config.hold_days, config.sell_days)
            return Pump(when, later, jnp.asarray(_column(config.netuids, config.tao, slots)))
        case RootExitConfig():
            return RootExit(when, jnp.asarray(config.fraction))
    raise TypeError(f"no process for {type(config).__name__}")


def scaled_by_droughts(
    process: DemandProcess, config: AnyDemandConfig, droughts: Sequence[DroughtConfig]
) -> DemandProcess:
    """The process inside every drought that its config stands in."""
    for drought in droughts:
        if in_drought(drought, config):
            when = window(drought.day, drought.days)
            process = Drought(process, when, jnp.asarray(drought.scale))
    return process


def _column(netuids: Sequence[int] | None, value: float, slots: Slots) -> NDArray[np.float64]:
    """A value for the named subnets and 0 for the others, or for all if none is named."""
    if netuids is None:
        return slots.column(value, {})
    return slots.column(0.0, dict.fromkeys(netuids, value))
