"""Fee rules: who gets the fee of a trade, and what that does to the pool (§3.5)."""

from abc import abstractmethod
from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.liquidity.pools import weight_ratio
from dtaojax.numerics import elementary
from dtaojax.numerics.shapes import PerSubnet, Scalar
from dtaojax.state.network import Pools


class Kept(NamedTuple):
    """Fees that stay in the pool.

    Attributes:
        tao: Fees of buys, shape (subnets,) [TAO].
        alpha: Fees of sales, shape (subnets,) [alpha].
    """

    tao: PerSubnet
    alpha: PerSubnet


class FeeRule(eqx.Module):
    """What trades pay, and where it goes."""

    @abstractmethod
    def net_of_buy(self, tao: PerSubnet) -> PerSubnet:
        """Return the part of what a buyer brings that moves the price [TAO]."""

    @abstractmethod
    def net_sale(self, alpha: PerSubnet) -> PerSubnet:
        """Return the part of a sale that moves the price [alpha]."""

    @abstractmethod
    def net_of_sale(self, alpha: PerSubnet) -> PerSubnet:
        """Return the part of a sale for which the seller is paid [alpha]."""

    @abstractmethod
    def paid_out(self, tao: PerSubnet) -> PerSubnet:
        """Return what a seller gets of the TAO that the swap pays [TAO]."""

    @abstractmethod
    def kept(self, tao_paid: PerSubnet, alpha_sold: PerSubnet) -> Kept:
        """Return the fees that stay in the pool, beyond what moved the price.

        Args:
            tao_paid: TAO that entered, negative where it was paid out, shape (subnets,) [TAO].
            alpha_sold: alpha that entered, negative where it was bought, shape (subnets,) [alpha].
        """

    @abstractmethod
    def user_tao(self, pools: Pools, tao_paid: PerSubnet, alpha_sold: PerSubnet) -> PerSubnet:
        """Return users' net TAO into the pools, net of fees, shape (subnets,) [TAO].

        Args:
            pools: the pools before the trades.
            tao_paid: TAO that entered, negative where it was paid out, shape (subnets,) [TAO].
            alpha_sold: alpha that entered, negative where it was bought, shape (subnets,) [alpha].
        """

    @abstractmethod
    def users_paid(self, tao_paid: PerSubnet, alpha_sold: PerSubnet) -> PerSubnet:
        """Return what users pay for what entered and left, fees included [TAO]."""


class FeeToAuthor(FeeRule):
    """A fraction of the input goes to the block author (since early 2026, S2, S3).

    A buyer's fee is TAO and leaves; a seller's is alpha, which the author sells in the same pool,
    so that the whole sale moves the price.

    Attributes:
        rate: Fee over input [-].
    """

    rate: Scalar

    def net_of_buy(self, tao: PerSubnet) -> PerSubnet:
        """Return the part of what a buyer brings that moves the price [TAO]."""
        return (1.0 - self.rate) * tao

    def net_sale(self, alpha: PerSubnet) -> PerSubnet:
        """Return the part of a sale that moves the price [alpha]."""
        return alpha

    def net_of_sale(self, alpha: PerSubnet) -> PerSubnet:
        """Return the part of a sale for which the seller is paid [alpha]."""
        return (1.0 - self.rate) * alpha

    def paid_out(self, tao: PerSubnet) -> PerSubnet:
        """Return what a seller gets of the TAO that the swap pays [TAO]."""
        return tao

    def kept(self, tao_paid: PerSubnet, alpha_sold: PerSubnet) -> Kept:
        """Return no fees: none stay in the pool."""
        nothing = jnp.zeros_like(tao_paid)
        return Kept(nothing, nothing)

    def user_tao(self, pools: Pools, tao_paid: PerSubnet, alpha_sold: PerSubnet) -> PerSubnet:
        """Return users' net TAO into the pools, without what the author takes out [TAO]."""
        # The author sells last, from where the users' sale has left the pool: what users received
        # is computed anew, since the swap was priced as one with the author's part in it.
        selling = alpha_sold > 0.0
        sold = jnp.where(selling, (1.0 - self.rate) * alpha_sold, 0.0)
        alpha_in = jnp.where(selling, pools.alpha_in, 1.0)
        growth = elementary.log1p(sold / alpha_in)
        received = -pools.tao_in * elementary.expm1(-growth / weight_ratio(pools.w_tao))
        return jnp.where(selling, -received, tao_paid)

    def users_paid(self, tao_paid: PerSubnet, alpha_sold: PerSubnet) -> PerSubnet:
        """Return what users pay where everybody trades at one price, the author included [TAO]."""
        kept = 1.0 - self.rate
        return jnp.where(tao_paid < 0.0, kept * tao_paid, tao_paid / kept)


class FeeToPool(FeeRule):
    """A fraction of the input joins the reserve of its token after the swap (R2 to R4, S2).

    Attributes:
        rate: Fee over input [-].
    """

    rate: Scalar

    def net_of_buy(self, tao: PerSubnet) -> PerSubnet:
        """Return the part of what a buyer brings that moves the price [TAO]."""
        return (1.0 - self.rate) * tao

    def net_sale(self, alpha: PerSubnet) -> PerSubnet:
        """Return the part of a sale that moves the price [alpha]."""
        return (1.0 - self.rate) * alpha

    def net_of_sale(self, alpha: PerSubnet) -> PerSubnet:
        """Return the part of a sale for which the seller is paid [alpha]."""
        return (1.0 - self.rate) * alpha

    def paid_out(self, tao: PerSubnet) -> PerSubnet:
        """Return what a seller gets of the TAO that the swap pays [TAO]."""
        return tao

    def kept(self, tao_paid: PerSubnet, alpha_sold: PerSubnet) -> Kept:
        """Return the fees on top of what moved the price."""
        on_top = self.rate / (1.0 - self.rate)
        return Kept(
            on_top * jnp.maximum(tao_paid, 0.0),
            on_top * jnp.maximum(alpha_sold, 0.0),
        )

    def user_tao(self, pools: Pools, tao_paid: PerSubnet, alpha_sold: PerSubnet) -> PerSubnet:
        """Return users' net TAO into the pools, net of fees [TAO]."""
        return tao_paid

    def users_paid(self, tao_paid: PerSubnet, alpha_sold: PerSubnet) -> PerSubnet:
        """Return what users pay, fees included [TAO]."""
        return tao_paid + self.kept(tao_paid, alpha_sold).tao


class FlatFeeToPool(FeeRule):
    """A flat fee in TAO joins the reserve after each swap (R1, S1); one a step and subnet here.

    Attributes:
        fee: Fee of a trade [TAO].
    """

    fee: Scalar

    def net_of_buy(self, tao: PerSubnet) -> PerSubnet:
        """Return the part of what a buyer brings that moves the price; the fee is first [TAO]."""
        return tao - jnp.minimum(self.fee, tao)

    def net_sale(self, alpha: PerSubnet) -> PerSubnet:
        """Return the part of a sale that moves the price [alpha]."""
        return alpha

    def net_of_sale(self, alpha: PerSubnet) -> PerSubnet:
        """Return the part of a sale for which the seller is paid; the fee is TAO [alpha]."""
        return alpha

    def paid_out(self, tao: PerSubnet) -> PerSubnet:
        """Return what a seller gets of the TAO that the swap pays [TAO]."""
        return tao - jnp.minimum(self.fee, tao)

    def kept(self, tao_paid: PerSubnet, alpha_sold: PerSubnet) -> Kept:
        """Return the fee of each trade; a sale pays no more than it brings."""
        fee = jnp.where(tao_paid < 0.0, jnp.minimum(self.fee, -tao_paid), self.fee)
        return Kept(jnp.where(tao_paid != 0.0, fee, 0.0), jnp.zeros_like(tao_paid))

    def user_tao(self, pools: Pools, tao_paid: PerSubnet, alpha_sold: PerSubnet) -> PerSubnet:
        """Return users' net TAO into the pools, net of fees [TAO]."""
        return tao_paid

    def users_paid(self, tao_paid: PerSubnet, alpha_sold: PerSubnet) -> PerSubnet:
        """Return what users pay at the price of a trade, without the flat fee [TAO].

        Spread over a step's net alpha, which may be next to nothing, a flat fee could turn the
        price at which everybody trades.
        """
        return tao_paid
