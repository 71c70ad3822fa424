"""Who gets the fee of a trade, and what that does to the pool (§3.5)."""

from typing import NamedTuple, TypeAlias

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.liquidity.pools import weight_ratio
from dtaojax.numerics import elementary
from dtaojax.numerics.shapes import PerSubnet, Scalar
from dtaojax.state.pools import Pools


class Kept(NamedTuple):
    """Fees that stay in the pool.

    Attributes:
        tao: [TAO].
        alpha: [alpha].
    """

    tao: PerSubnet
    alpha: PerSubnet


class FeeToAuthor(eqx.Module):
    """A fraction of the input goes to the block author (since early 2026, S2, S3).

    A buyer's fee is TAO and leaves; a seller's is alpha, which the author sells in the same pool,
    so that the whole sale moves the price.

    Attributes:
        rate: fee over input [-].
    """

    rate: Scalar

    def net_of_buy(self, tao: PerSubnet) -> PerSubnet:
        """Part of what a buyer brings that moves the price [TAO]."""
        return (1.0 - self.rate) * tao

    def net_sale(self, alpha: PerSubnet) -> PerSubnet:
        """Part of a sale that moves the price [alpha]."""
        return alpha

    def net_of_sale(self, alpha: PerSubnet) -> PerSubnet:
        """Part of a sale for which the seller is paid [alpha]."""
        return (1.0 - self.rate) * alpha

    def paid_out(self, tao: PerSubnet) -> PerSubnet:
        """What a seller gets of the TAO that the swap pays [TAO]."""
        return tao

    def kept(self, tao_paid: PerSubnet, alpha_sold: PerSubnet) -> Kept:
        """Fees that stay in the pool: none."""
        nothing = jnp.zeros_like(tao_paid)
        return Kept(nothing, nothing)

    def user_tao(self, pools: Pools, tao_paid: PerSubnet, alpha_sold: PerSubnet) -> PerSubnet:
        """Users' net TAO into the pools, without what the author takes out [TAO].

        Args:
            pools: before the trades.
            tao_paid: TAO that entered, negative where it was paid out [TAO].
            alpha_sold: alpha that entered, negative where it was bought [alpha].
        """
        selling = alpha_sold > 0.0
        sold = jnp.where(selling, (1.0 - self.rate) * alpha_sold, 0.0)
        alpha_in = jnp.where(selling, pools.alpha_in, 1.0)
        growth = elementary.log1p(sold / alpha_in)
        received = -pools.tao_in * elementary.expm1(-growth / weight_ratio(pools.w_tao))
        return jnp.where(selling, -received, tao_paid)

    def users_paid(self, tao_paid: PerSubnet, alpha_sold: PerSubnet) -> PerSubnet:
        """What users pay where everybody trades at one price, the author included [TAO]."""
        kept = 1.0 - self.rate
        return jnp.where(tao_paid < 0.0, kept * tao_paid, tao_paid / kept)


class FeeToPool(eqx.Module):
    """A fraction of the input joins the reserve of its token after the swap (R2 to R4, S2).

    Attributes:
        rate: fee over input [-].
    """

    rate: Scalar

    def net_of_buy(self, tao: PerSubnet) -> PerSubnet:
        """Part of what a buyer brings that moves the price [TAO]."""
        return (1.0 - self.rate) * tao

    def net_sale(self, alpha: PerSubnet) -> PerSubnet:
        """Part of a sale that moves the price [alpha]."""
        return (1.0 - self.rate) * alpha

    def net_of_sale(self, alpha: PerSubnet) -> PerSubnet:
        """Part of a sale for which the seller is paid [alpha]."""
        return (1.0 - self.rate) * alpha

    def paid_out(self, tao: PerSubnet) -> PerSubnet:
        """What a seller gets of the TAO that the swap pays [TAO]."""
        return tao

    def kept(self, tao_paid: PerSubnet, alpha_sold: PerSubnet) -> Kept:
        """Fees on top of what moved the price."""
        on_top = self.rate / (1.0 - self.rate)
        return Kept(
            on_top * jnp.maximum(tao_paid, 0.0),
            on_top * jnp.maximum(alpha_sold, 0.0),
        )

    def user_tao(self, pools: Pools, tao_paid: PerSubnet, alpha_sold: PerSubnet) -> PerSubnet:
        """Users' net TAO into the pools, net of fees [TAO]."""
        return tao_paid

    def users_paid(self, tao_paid: PerSubnet, alpha_sold: PerSubnet) -> PerSubnet:
        """What users pay, fees included [TAO]."""
        return tao_paid + self.kept(tao_paid, alpha_sold).tao


class FlatFeeToPool(eqx.Module):
    """A flat fee in TAO joins the reserve after each swap (R1, S1); one a step and subnet here.

    Attributes:
        fee: [TAO].
    """

    fee: Scalar

    def net_of_buy(self, tao: PerSubnet) -> PerSubnet:
        """Part of what a buyer brings that moves the price; the fee comes first [TAO]."""
        return tao - jnp.minimum(self.fee, tao)

    def net_sale(self, alpha: PerSubnet) -> PerSubnet:
        """Part of a sale that moves the price [alpha]."""
        return alpha

    def net_of_sale(self, alpha: PerSubnet) -> PerSubnet:
        """Part of a sale for which the seller is paid; the fee comes off the TAO [alpha]."""
        return alpha

    def paid_out(self, tao: PerSubnet) -> PerSubnet:
        """What a seller gets of the TAO that the swap pays [TAO]."""
        return tao - jnp.minimum(self.fee, tao)

    def kept(self, tao_paid: PerSubnet, alpha_sold: PerSubnet) -> Kept:
        """The fee of each trade; a sale pays no more than it brings."""
        fee = jnp.where(tao_paid < 0.0, jnp.minimum(self.fee, -tao_paid), self.fee)
        return Kept(jnp.where(tao_paid != 0.0, fee, 0.0), jnp.zeros_like(tao_paid))

    def user_tao(self, pools: Pools, tao_paid: PerSubnet, alpha_sold: PerSubnet) -> PerSubnet:
        """Users' net TAO into the pools, net of fees [TAO]."""
        return tao_paid

    def users_paid(self, tao_paid: PerSubnet, alpha_sold: PerSubnet) -> PerSubnet:
        """What users pay at the price of a trade, without the flat fee [TAO].

        Spread over a step's net alpha, which may be next to nothing, a flat fee could turn the
        price at which everybody trades.
        """
        return tao_paid


FeeRule: TypeAlias = FeeToAuthor | FeeToPool | FlatFeeToPool
