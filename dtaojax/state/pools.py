"""The liquidity pools of all subnets."""

import equinox as eqx

from dtaojax.numerics.shapes import PerSubnet


class Pools(eqx.Module):
    """Reserves and weights of the pools (§2.1).

    Attributes:
        tao_in: TAO reserve [TAO].
        alpha_in: alpha reserve [alpha].
        w_tao: weight of TAO in the invariant ``alpha_in**(1 - w_tao) * tao_in**w_tao``; 0.5 makes
            the pool constant-product [-].
        tao_reservoir: injected TAO that waits until the weights allow it in [TAO].
        alpha_reservoir: injected alpha that waits likewise [alpha].
    """

    tao_in: PerSubnet
    alpha_in: PerSubnet
    w_tao: PerSubnet
    tao_reservoir: PerSubnet
    alpha_reservoir: PerSubnet
