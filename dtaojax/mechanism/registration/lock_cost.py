"""What it costs to register a subnet (§3.11)."""

import jax.numpy as jnp

from dtaojax import chain
from dtaojax.mechanism.rao import whole_rao
from dtaojax.numerics.shapes import Scalar, ScalarBool, ScalarInt

_MULTIPLE = 2.0
"""The cost doubles with each registration."""
_ROUNDING = 1e-12


def effective_interval(reduction_interval: Scalar, block_emission: Scalar) -> Scalar:
    """Blocks in which the last lock decays once: the interval times the emission, whole.

    A halving of the emission shortens it. Source: §3.11, RT::get_lock_reduction_interval.

    Args:
        reduction_interval: NetworkLockReductionInterval [blocks].
        block_emission: E [TAO per block].
    """
    scaled = reduction_interval * (block_emission / chain.BASE_BLOCK_EMISSION)
    return jnp.floor(scaled * (1.0 + _ROUNDING))


def lock_cost(
    last_lock: Scalar,
    blocks_since_last: ScalarInt,
    min_lock: Scalar,
    reduction_interval: Scalar,
    block_emission: Scalar,
    first_registration: ScalarBool,
) -> Scalar:
    """``max(min, 2 last - floor(last / interval) blocks)`` [TAO].

    The first registration does not double. Where nothing is emitted any more the interval is 0 and
    the cost does not decay.

    Args:
        last_lock: cost of the last registration, NetworkLastLockCost [TAO].
        blocks_since_last: blocks since then.
        min_lock: NetworkMinLockCost [TAO].
        reduction_interval: NetworkLockReductionInterval [blocks].
        block_emission: E, scales the interval [TAO per block].
        first_registration: no subnet was registered before.

    Source: §3.11, RT::get_network_lock_cost [LOCK-01 to LOCK-03].
    """
    interval = effective_interval(reduction_interval, block_emission)
    decays = interval > 0.0
    slope = whole_rao(jnp.where(decays, last_lock / jnp.where(decays, interval, 1.0), 0.0))
    start = jnp.where(first_registration, 1.0, _MULTIPLE) * last_lock
    return jnp.maximum(min_lock, start - slope * blocks_since_last)
