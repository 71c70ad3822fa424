"""The state of the network on one path."""

from typing import Any

import equinox as eqx

from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool, PerSubnetInt, Scalar, ScalarInt
from dtaojax.state.pools import Pools


class Subnets(eqx.Module):
    """What identifies a subnet and what its owner and its miners decide; steps do not change it.

    There is a fixed number of slots, one a netuid. A subnet is told from the next one in its slot
    by its block of registration.

    Attributes:
        registered_at: block of registration; -1 where a slot is empty.
        first_emission_block: block of the start call; -1 where the subnet has not started.
        emission_enabled: whether TAO emission is switched on (§3.6 M).
        miner_burned: share of the miners' incentive that the owner withholds, MinerBurned [-].
        owner_cut_enabled: whether the owner takes the cut of minted alpha (R5+, §3.8 step 2).
        quality: latent quality, or what users would pay for the subnet's work, as a standard score
            over subnets; the chain does not see it, users and root's voters do [-].
        sector: number of the line of work; subnets of one sector do the same.
    """

    registered_at: PerSubnetInt
    first_emission_block: PerSubnetInt
    emission_enabled: PerSubnetBool
    miner_burned: PerSubnet
    owner_cut_enabled: PerSubnetBool
    quality: PerSubnet
    sector: PerSubnetInt

    @property
    def registered(self) -> PerSubnetBool:
        """Slots that hold a subnet."""
        return self.registered_at >= 0

    @property
    def in_emit_set(self) -> PerSubnetBool:
        """Subnets that take part in the coinbase (§4, emit set): those that were started."""
        return self.first_emission_block >= 0


class NetworkState(eqx.Module):
    """Everything a step changes.

    Attributes:
        block: the last block that is part of this state.
        pools: reserves and weights.
        alpha_out: alpha outside the pool; protocol alpha, root baskets and burned alpha are parts
            of it, and participants hold the rest [alpha].
        protocol_alpha: alpha that the chain bought and keeps, part of ``alpha_out`` [alpha].
        root_basket: alpha that root stake has earned and not sold, part of ``alpha_out`` [alpha].
        burned_alpha: alpha that nobody holds, part of ``alpha_out``: miners' incentive that owners
            withhold, which the chain counts on in AlphaOut (§3.9, RecycleOrBurn = Burn; §12.4), and
            root's part where nobody gets it (§3.8 step 4). It earns nothing and is never sold
            [alpha].
        moving_price: EMA of the spot price [TAO/alpha].
        total_issuance: TAO in existence [TAO].
        root_tao: TAO staked to root [TAO].
        gate_bar: the share at which the emission gate halves, EmissionGateBar; 0 is unset [-].
        memory: what the weight rule remembers; None for rules of the present state.
    """

    block: ScalarInt
    pools: Pools
    alpha_out: PerSubnet
    protocol_alpha: PerSubnet
    root_basket: PerSubnet
    burned_alpha: PerSubnet
    moving_price: PerSubnet
    total_issuance: Scalar
    root_tao: Scalar
    gate_bar: Scalar
    memory: Any = None

    @property
    def alpha_issuance(self) -> PerSubnet:
        """Alpha in existence, in the pool and outside (§2.1, SU::get_alpha_issuance) [alpha]."""
        return self.pools.alpha_in + self.alpha_out

    @property
    def participants_alpha(self) -> PerSubnet:
        """Alpha outside the pool that is neither the chain's nor root's nor burned [alpha]."""
        return self.alpha_out - self.protocol_alpha - self.root_basket - self.burned_alpha
