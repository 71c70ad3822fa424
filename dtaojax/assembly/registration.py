"""From the config of registrations to their rules, and to who applies."""

import math

import jax.numpy as jnp

from dtaojax.config.config import Config
from dtaojax.mechanism.registration.config import RegistrationConfig
from dtaojax.mechanism.registration.lifecycle import LastLock
from dtaojax.network import NetworkTable
from dtaojax.world.lifecycle import FixedSubnets, Lifecycle, Registrations


def slots_for(config: Config, founders: int) -> int:
    """Return how many slots a run needs, for the subnets of its start and those that may come."""
    who = config.arrivals
    if not who.anybody:
        return founders
    if who.free_slots is not None:
        return founders + who.free_slots
    in_turn = config.mechanism.in_turn
    return max(_slots_under(rules.registration, config, founders) for rules in in_turn)


def _slots_under(rules: RegistrationConfig, config: Config, founders: int) -> int:
    """Return how many slots a run needs if these rules are in force throughout."""
    run, expected = config.run, config.arrivals.expected(config.run.horizon_days)
    most = math.ceil(expected + 6.0 * math.sqrt(expected)) + 8
    if rules.rate_limit_blocks:
        # Registrations happen at ends of steps, at most one at each.
        apart = max(rules.rate_limit_blocks, run.step_blocks)
        most = min(most, run.n_steps * run.step_blocks // apart + 1)
    needed = founders + most
    return max(founders, min(needed, rules.limit)) if rules.limit else needed


def build_lifecycle(config: Config, table: NetworkTable) -> Lifecycle:
    """Return the registrations of a run, or that its subnets stay if nobody applies.

    Raises:
        ValueError: somebody applies, but the network does not tell what the last lock cost.
    """
    if not config.arrivals.anybody:
        return FixedSubnets()
    if table.last_lock_cost is None:
        raise ValueError(f"{table.name}: last_lock_cost is not known")
    return Registrations(
        rules=config.mechanism.build_registration(),
        arrivals=config.arrivals.build(
            config.run.seed,
            step_days=config.run.step_days,
            start_delay_blocks=config.mechanism.registration.start_call_delay_blocks,
        ),
        start=LastLock(
            jnp.asarray(float(table.last_lock_cost)), jnp.asarray(table.last_lock_block)
        ),
        began=jnp.asarray(table.block),
        founders=table.n_subnets,
    )
