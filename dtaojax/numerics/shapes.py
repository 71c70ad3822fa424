"""Shape aliases, in one place, and parameters as arrays.

The model is written for one path; the engine maps it over paths. ``subnets`` is the fixed number of
slots, root excluded. What differs by cohort is a tuple with a vector for each: as an array with one
more axis it would be written to memory at every use. Amounts are TAO or alpha (not rao), prices TAO
per alpha, clocks blocks.
"""

from typing import TypeAlias

import jax.numpy as jnp
from jax.typing import ArrayLike
from jaxtyping import Array, Bool, Float, Int, UInt32

PerSubnet: TypeAlias = Float[Array, " subnets"]
PerSubnetBool: TypeAlias = Bool[Array, " subnets"]
PerCohort: TypeAlias = Float[Array, " cohorts"]
ByCohort: TypeAlias = tuple[PerSubnet, ...]
ByParty: TypeAlias = tuple[PerSubnet, ...]
PerSubnetInt: TypeAlias = Int[Array, " subnets"]
Scalar: TypeAlias = Float[Array, ""]
ScalarInt: TypeAlias = Int[Array, ""]
PathNumber: TypeAlias = Int[Array, ""] | UInt32[Array, ""]
ScalarBool: TypeAlias = Bool[Array, ""]
PerValidator: TypeAlias = Float[Array, " validators"]
Votes: TypeAlias = Float[Array, "validators subnets"]
Words: TypeAlias = UInt32[Array, " lanes"]


def parameter(value: ArrayLike) -> Float[Array, "*shape"]:
    """Return a parameter of a rule as an array, so that the model can be differentiated by it."""
    return jnp.asarray(value)
