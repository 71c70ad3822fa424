"""Root stake's part in the subnets."""

from dtaojax.numerics.elementary import quotient
from dtaojax.numerics.shapes import PerSubnet, Scalar


def root_proportion(
    root_tao: Scalar, tao_weight: Scalar | PerSubnet, alpha_issuance: PerSubnet
) -> PerSubnet:
    """``w S / (w S + A)``, 0 where the denominator is 0 (§3.4, BS::root_proportion) [-].

    Args:
        root_tao: S, TAO staked to root [TAO].
        tao_weight: w, one number or one a subnet (§12.2) [-].
        alpha_issuance: A [alpha].
    """
    root = tao_weight * root_tao
    return quotient(root, root + alpha_issuance)
