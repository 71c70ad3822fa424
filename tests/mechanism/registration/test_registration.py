"""Which subnet a registration would replace (§3.12)."""

from decimal import Decimal

import jax.numpy as jnp
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from reference.dissolution import prune_target as exact_target

from dtaojax.mechanism.registration.departure import prunable, prune_target

WIDTH = 6
prices = st.lists(st.sampled_from([0.0, 0.1, 0.2, 0.3]), min_size=WIDTH, max_size=WIDTH)
births = st.lists(st.sampled_from([100, 200, 300]), min_size=WIDTH, max_size=WIDTH)


@given(prices, births, st.sampled_from([1_099, 1_100, 1_200, 1_300]))
def test_the_target_is_the_reference_s(price: list[float], born: list[int], block: int) -> None:
    eligible = prunable(jnp.asarray(born), jnp.asarray(block), 1_000)
    marked = np.flatnonzero(prune_target(jnp.asarray(price), jnp.asarray(born), eligible))
    expected = exact_target([Decimal(p) for p in price], born, block, 1_000)
    assert marked.tolist() == ([] if expected is None else [expected])


def test_immunity_ends_with_its_last_block() -> None:
    born = jnp.asarray([100, 101])
    np.testing.assert_array_equal(prunable(born, jnp.asarray(1_100), 1_000), [True, False])
