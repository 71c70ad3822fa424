"""From the config of an attack to the attacker in a world, and to what it wants."""

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np

from dtaojax import chain
from dtaojax.demand.config import AnyDemandConfig
from dtaojax.demand.holders.config import EmissionSellingConfig
from dtaojax.demand.shock.attack import Attack, Plan
from dtaojax.mechanism.fees.rules import FeeRule
from dtaojax.network import NetworkTable
from dtaojax.studies.stress.config import AttackConfig


def build_attack(
    config: AttackConfig, demand: Sequence[AnyDemandConfig], table: NetworkTable, fee: FeeRule
) -> Attack:
    """The attacker, with a plan of no trades.

    Args:
        config: of the attack.
        demand: the world's own, which says how much of their income others sell at once.
        table: the network.
        fee: what trades pay.

    Raises:
        NetworkError: a netuid is not in the network.
    """
    places = config.places
    sellers = [each for each in demand if isinstance(each, EmissionSellingConfig)]
    empty = jnp.zeros((config.days // config.period_days, len(places)))
    return Attack(
        slot=jnp.asarray(np.array([table.row_of(netuid) for netuid in places], dtype=np.int32)),
        plan=Plan(empty, empty),
        alpha=jnp.asarray(np.array([config.holds.get(netuid, 0.0) for netuid in places])),
        owned=jnp.asarray(np.array([float(config.owner and n == config.own) for n in places])),
        fee=fee,
        owners_sell=jnp.asarray(sum(each.owner for each in sellers) + 0.0),
        validators_sell=jnp.asarray(sum(each.validator for each in sellers) + 0.0),
        begins=config.day * chain.BLOCKS_PER_DAY,
        period_blocks=config.period_days * chain.BLOCKS_PER_DAY,
    )
