"""From the config of registrations to their rules, and to who applies."""

import math

import jax.numpy as jnp

from dtaojax import chain
from dtaojax.config.config import Config
from dtaojax.demand.arrivals.process import Arrivals, arrivals
from dtaojax.mechanism.registration.config import RegistrationConfig
from dtaojax.mechanism.registration.lifecycle import LastLock
from dtaojax.network import NetworkTable
from dtaojax.world.followers.lifecycle import Lifecycle


def build_arrivals(config: Config) -> Arrivals:
    """Who applies during a run, and what they do with a subnet."""
    who, run = config.arrivals, config.run
    waves: dict[int, int] = {}
    for wave in who.waves:
        step = max(math.ceil(wave.day / run.step_days - 1e-9) - 1, 0)
        waves[step] = waves.get(step, 0) + wave.count
    owners_start = round(who.start_call_days * chain.BLOCKS_PER_DAY)
    return arrivals(
        run.seed,
        mean_per_step=who.rate * run.step_days,
        waves=waves,
        budget_median=who.budget_median,
        budget_spread=who.budget_spread,
        duplicates=who.duplicates,
        enabled=who.enabled,
        start_blocks=max(owners_start, config.mechanism.registration.start_call_delay_blocks),
        enable_blocks=round(who.enabled_after_days * chain.BLOCKS_PER_DAY),
        most_per_step=who.most_per_step,
    )


def slots_for(config: Config, founders: int) -> int:
    """Slots that a run needs: for the subnets at its start, and for those that may come."""
    who = config.arrivals
    if not who.anybody:
        return founders
    if who.free_slots is not None:
        return founders + who.free_slots
    in_turn = config.mechanism.in_turn
    return max(_slots_under(rules.registration, config, founders) for rules in in_turn)


def _slots_under(rules: RegistrationConfig, config: Config, founders: int) -> int:
    """Slots that a run needs if these rules are in force throughout."""
    run, expected = config.run, config.arrivals.expected(config.run.horizon_days)
    most = math.ceil(expected + 6.0 * math.sqrt(expected)) + 8
    if rules.rate_limit_blocks:
        # Registrations happen at ends of steps, at most one at each.
        apart = max(rules.rate_limit_blocks, run.step_blocks)
        most = min(most, run.n_steps * run.step_blocks // apart + 1)
    needed = founders + most
    return max(founders, min(needed, rules.limit)) if rules.limit else needed


def build_lifecycle(config: Config, table: NetworkTable) -> Lifecycle | None:
    """Registrations during a run; None if nobody applies.

    Raises:
        ValueError: somebody applies, but the network does not tell what the last lock cost.
    """
    if not config.arrivals.anybody:
        return None
    if table.last_lock_cost is None:
        raise ValueError(f"{table.name}: last_lock_cost is not known")
    return Lifecycle(
        rules=config.mechanism.build_registration(),
        arrivals=build_arrivals(config),
        start=LastLock(
            jnp.asarray(float(table.last_lock_cost)), jnp.asarray(table.last_lock_block)
        ),
        began=jnp.asarray(table.block),
        founders=table.n_subnets,
    )
