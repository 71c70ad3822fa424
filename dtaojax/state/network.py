"""The state of the network on one path: its subnets, their pools and all books of the chain."""

from typing import Any

import equinox as eqx

from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool, PerSubnetInt, Scalar, ScalarInt


class Pools(eqx.Module):
    """Reserves and weights of the pools (§2.1).

    Attributes:
        tao_in: TAO reserve, shape (subnets,) [TAO].
        alpha_in: Alpha reserve, shape (subnets,) [alpha].
        w_tao: Weight of TAO in the invariant ``alpha_in**(1 - w_tao) * tao_in**w_tao``; 0.5 makes
            the pool constant-product; shape (subnets,) [-].
        tao_reservoir: Injected TAO that waits until the weights allow it in, shape (subnets,)
            [TAO].
        alpha_reservoir: Injected alpha that waits likewise, shape (subnets,) [alpha].
    """

    tao_in: PerSubnet
    alpha_in: PerSubnet
    w_tao: PerSubnet
    tao_reservoir: PerSubnet
    alpha_reservoir: PerSubnet


class Subnets(eqx.Module):
    """Identity of the subnets and decisions of owners and miners; steps do not change them.

    There is a fixed number of slots, one a netuid. A subnet is told from the next one in its slot
    by its block of registration.

    Attributes:
        registered_at: Block of registration; -1 where a slot is empty; shape (subnets,).
        first_emission_block: Block of the start call; -1 where the subnet has not started; shape
            (subnets,).
        emission_enabled: Switch of the TAO emission (§3.6 M), shape (subnets,).
        miner_burned: Share of the miners' incentive that the owner withholds, MinerBurned, shape
            (subnets,) [-].
        owner_cut_enabled: Switch of the owner's cut of minted alpha (R5+, §3.8 step 2), shape
            (subnets,).
        quality: Latent quality, or what users would pay for the subnet's work, as a standard score
            over subnets; the chain does not see it, users and root's voters do; shape (subnets,)
            [-].
        sector: Number of the line of work; subnets of one sector do the same; shape (subnets,).
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
        """Return the slots that hold a subnet."""
        return self.registered_at >= 0

    @property
    def in_emit_set(self) -> PerSubnetBool:
        """Return the subnets that take part in the coinbase (§4): those that were started."""
        return self.first_emission_block >= 0


class NetworkState(eqx.Module):
    """Everything that a step changes.

    Attributes:
        block: The last block that is part of this state.
        pools: Reserves and weights of the pools.
        alpha_out: Alpha outside the pool; protocol alpha, root baskets and burned alpha are parts
            of it, and participants hold the rest; shape (subnets,) [alpha].
        protocol_alpha: Alpha that the chain bought and keeps, part of ``alpha_out``, shape
            (subnets,) [alpha].
        root_basket: Alpha that root stake has earned and not sold, part of ``alpha_out``, shape
            (subnets,) [alpha].
        burned_alpha: Alpha that nobody holds, part of ``alpha_out``: miners' incentive that owners
            withhold, which the chain counts on in AlphaOut (§3.9, RecycleOrBurn = Burn; §12.4), and
            root's part where nobody gets it (§3.8 step 4). It earns nothing and is never sold.
            Shape (subnets,) [alpha].
        moving_price: EMA of the spot price, shape (subnets,) [TAO/alpha].
        total_issuance: TAO in existence [TAO].
        root_tao: TAO staked to root [TAO].
        gate_bar: Share at which the emission gate halves, EmissionGateBar; 0 is unset [-].
        memory: Memory of the weight rule; None for rules of the present state.
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
        """Return alpha in existence, in the pool and outside (§2.1, SU::get_alpha_issuance)."""
        return self.pools.alpha_in + self.alpha_out

    @property
    def participants_alpha(self) -> PerSubnet:
        """Return alpha outside the pool that is neither the chain's nor root's nor burned."""
        return self.alpha_out - self.protocol_alpha - self.root_basket - self.burned_alpha
