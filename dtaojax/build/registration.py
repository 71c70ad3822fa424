"""From the config of registrations to their rules."""

import jax.numpy as jnp

from dtaojax.config import MechanismConfig
from dtaojax.mechanism.departure import PayoutRule
from dtaojax.mechanism.lifecycle import RegistrationRules
from dtaojax.mechanism.pool_seed import MinLock, NoPool, WholeLock

_SEEDS = {"whole_lock": WholeLock, "min_lock": MinLock, "no_pool": NoPool}


def build_registration(rules: MechanismConfig) -> RegistrationRules:
    """What a regime says about registrations."""
    part = rules.registration
    never = int(jnp.iinfo(jnp.asarray(0).dtype).max)
    since = never if part.counts_alpha_in_after is None else part.counts_alpha_in_after
    return RegistrationRules(
        limit=part.limit or None,
        immunity_blocks=part.immunity_blocks,
        rate_limit_blocks=part.rate_limit_blocks,
        min_lock=jnp.asarray(part.min_lock),
        reduction_interval=jnp.asarray(float(part.reduction_interval_blocks)),
        seed=_SEEDS[part.seed](),
        starts_enabled=part.starts_enabled,
        starts_at_once=rules.emit_set.kind == "all",
        payout=PayoutRule(jnp.asarray(since), pays_baskets=part.pays_baskets),
    )
