"""Which subnets take part in the coinbase (§4, emit set)."""

from dtaojax.numerics.shapes import PerSubnetBool


def open_subnets(
    is_root: PerSubnetBool,
    started: PerSubnetBool,
    subtoken_enabled: PerSubnetBool,
    registration_allowed: PerSubnetBool,
) -> PerSubnetBool:
    """Emit set since R4b: started by the owner, with its token and registration open.

    Args:
        is_root: the root subnet, which never emits.
        started: FirstEmissionBlockNumber is set (the start call was made).
        subtoken_enabled: SubtokenEnabled.
        registration_allowed: NetworkRegistrationAllowed.
    """
    return ~is_root & started & subtoken_enabled & registration_allowed


def started_subnets(is_root: PerSubnetBool, started: PerSubnetBool) -> PerSubnetBool:
    """Emit set of R1c to R4a: the owner has made the start call."""
    return ~is_root & started
