"""What the injection rules of all regimes depend on (§3.7)."""

from typing import NamedTuple

from dtaojax.numerics.shapes import PerSubnet, Scalar


class Situation(NamedTuple):
    """A block's emission and prices, read before the block changes anything.

    Attributes:
        tao_emission: e, TAO that the weights give a subnet [TAO per block].
        block_emission: E, of all subnets together, what root takes off the top not among it
            [TAO per block].
        price: p, spot [TAO/alpha].
        price_sum: of the emit set's spot prices [TAO/alpha].
        alpha_emission: alpha_E, by the subnet's own issuance [alpha per block].
        root_proportion: rho before the block's mint [-].
        miner_pay: what miners receive, their half less what is withheld [alpha per block].
    """

    tao_emission: PerSubnet
    block_emission: Scalar
    price: PerSubnet
    price_sum: Scalar
    alpha_emission: PerSubnet
    root_proportion: PerSubnet
    miner_pay: PerSubnet
