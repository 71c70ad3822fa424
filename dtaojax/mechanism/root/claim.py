"""Root stake's claim on the alpha it has earned (R4 to R8, §3.10)."""

from typing import NamedTuple

from dtaojax.numerics.shapes import PerSubnet, Scalar


class RootClaim(NamedTuple):
    """How accrued root alpha divides.

    Attributes:
        validator_take: to the validator's owner [alpha].
        claimed: to the claimer [alpha].
    """

    validator_take: PerSubnet
    claimed: PerSubnet


def root_claim(pending: PerSubnet, take: Scalar, stake_fraction: Scalar) -> RootClaim:
    """The validator takes its part of what is pending, a claimer gets its stake's part of the rest.

    Args:
        pending: alpha earned by a validator's root stake, PendingRootAlphaDivs [alpha].
        take: of the validator [-].
        stake_fraction: claimer's part of the validator's root stake [-].

    Source: §3.10 [ROOT-03, ROOT-04].
    """
    return RootClaim(take * pending, (1.0 - take) * pending * stake_fraction)
