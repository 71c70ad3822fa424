"""The cohorts that a config describes."""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dtaojax import chain
from dtaojax.cohorts.config import CohortsConfig
from dtaojax.cohorts.follower import Cohorts
from dtaojax.cohorts.selling import (
    BuyOnSchedule,
    SellHoldings,
    SellIncome,
    SellIncomeLater,
    Selling,
    SellOnSchedule,
)
from dtaojax.cohorts.settlement import Staking
from dtaojax.config.config import Config
from dtaojax.demand.holders.config import EmissionSellingConfig
from dtaojax.demand.shock.window import window
from dtaojax.network import NetworkTable
from dtaojax.numerics.shapes import PerSubnet
from dtaojax.state.network import NetworkState


def burned_at_start(who: CohortsConfig, table: NetworkTable, state: NetworkState) -> PerSubnet:
    """Burned alpha of a state, with what the config takes to be burned of the participants' alpha.

    Args:
        who: the config.
        table: the network, whose netuids whales hold alpha of.
        state: as the network file has it.
    """
    others = state.participants_alpha
    for whale in who.whales:
        others = others - _at(whale.alpha, table, others.shape[-1])
    return state.burned_alpha + who.burned * others


def build_cohorts(config: Config, table: NetworkTable, slots: int) -> Cohorts | None:
    """Who holds alpha and when they trade; None where that is not told apart."""
    who = config.cohorts
    if who is None:
        return None
    holds = np.array((who.owner.holds, who.miner.holds, who.validator.holds, who.investors_hold))
    held = holds.sum()
    return Cohorts(
        names=who.names,
        start=jnp.asarray(holds / held if held > 0.0 else holds),
        whales=tuple(_at(whale.alpha, table, slots) for whale in who.whales),
        staking=Staking(
            staked=jnp.asarray([habits.staked for habits in who.habits]),
            take=jnp.asarray(who.delegate_take_u16 / chain.U16_MAX),
        ),
        selling=(
            *_selling_of_income(config, who),
            *_selling_of_holdings(who),
            *_exits(who, table, slots),
        ),
        buying=tuple(
            BuyOnSchedule(
                cohort=who.names.index(entry.who),
                tao=_at({entry.netuid: entry.tao}, table, slots),
                window=window(entry.day, entry.days),
            )
            for entry in who.entries
        ),
    )


def _at(amounts: dict[int, float], table: NetworkTable, slots: int) -> Float[Array, " slots"]:
    """Amounts by netuid in the slots of a path."""
    found = np.zeros(slots)
    for netuid, amount in amounts.items():
        found[table.row_of(netuid)] = amount
    return jnp.asarray(found)


def _selling_of_income(config: Config, who: CohortsConfig) -> tuple[Selling, ...]:
    earned, dividends = np.zeros(len(who.names)), np.zeros(len(who.names))
    for process in config.demand:
        if isinstance(process, EmissionSellingConfig):
            earned[:3] += (process.owner, process.miner, process.validator)
            dividends[: len(who.names) - len(who.whales)] += process.validator
    dividends[len(who.names) - len(who.whales) :] = [whale.dividends_sold for whale in who.whales]
    at_once = SellIncome(jnp.asarray(earned), jnp.asarray(dividends))
    lags = np.array([habits.selling_lag_days for habits in who.habits])
    if not (earned.any() or dividends.any()):
        return ()
    if not lags.any():
        return (at_once,)
    with np.errstate(divide="ignore"):
        return (SellIncomeLater(at_once, jnp.asarray(1.0 / lags)),)


def _selling_of_holdings(who: CohortsConfig) -> tuple[Selling, ...]:
    per_day = np.array([habits.sold_per_day for habits in who.habits])
    return (SellHoldings(jnp.asarray(per_day)),) if per_day.any() else ()


def _exits(who: CohortsConfig, table: NetworkTable, slots: int) -> tuple[Selling, ...]:
    def where(netuids: tuple[int, ...] | None) -> Float[Array, " slots"]:
        if netuids is None:
            return jnp.ones(slots)
        return _at(dict.fromkeys(netuids, 1.0), table, slots)

    return tuple(
        SellOnSchedule(
            cohort=who.names.index(leaving.who),
            where=where(leaving.netuids),
            fraction=jnp.asarray(leaving.fraction),
            window=window(leaving.day, leaving.days),
        )
        for leaving in who.exits
    )
