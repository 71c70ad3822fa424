"""How old a subnet's market is."""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from dtaojax import chain
from dtaojax.demand.process import Clock
from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool
from dtaojax.state.network import NetworkState, Subnets


def age_days(subnets: Subnets, state: NetworkState) -> PerSubnet:
    """Days since trading began; 0 where it has not [days]."""
    blocks = state.block - subnets.first_emission_block
    started = jnp.where(subnets.in_emit_set, blocks, 0)
    return started.astype(state.moving_price.dtype) / chain.BLOCKS_PER_DAY


def just_registered(subnets: Subnets, state: NetworkState, clock: Clock) -> PerSubnetBool:
    """Subnets that took their slot since the step before, whose past is another subnet's."""
    return subnets.registered_at > state.block - clock.blocks


class ByAge(eqx.Module):
    """A figure that depends on the age in steps.

    Attributes:
        from_days: ages at which the classes begin, rising from 0 [days].
        values: of each class.
    """

    from_days: Float[Array, " classes"]
    values: Float[Array, " classes"]

    def __call__(self, age: PerSubnet) -> PerSubnet:
        """The figure of each subnet of these ages [days]."""
        older = age[:, None] >= self.from_days[None, 1:]
        return self.values[jnp.sum(older, axis=1)]


def by_age(from_days: tuple[float, ...], values: tuple[float, ...]) -> ByAge:
    """Builds the table; both arguments as the attributes of :class:`ByAge`."""
    return ByAge(jnp.asarray(from_days, dtype=float), jnp.asarray(values, dtype=float))
