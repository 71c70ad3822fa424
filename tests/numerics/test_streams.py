"""Random streams: the published generator, accurate normals, and independence (streams.py)."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.extend.random import threefry_2x32
from scipy import special, stats

from dtaojax.numerics.streams import ROUNDS, named_stream, normals_from_words, threefry2x32

SEED = 2026
ALPHA = 1e-4
"""Level of each test; with fixed seeds it passes or fails for good."""


def words(*values: int) -> tuple[jax.Array, ...]:
    return tuple(jnp.asarray(value, jnp.uint32) for value in values)


@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [
        ((0, 0), (0, 0), (0x6B200159, 0x99BA4EFE)),
        ((0xFFFFFFFF, 0xFFFFFFFF), (0xFFFFFFFF, 0xFFFFFFFF), (0x1CB996FC, 0xBB002BE7)),
        ((0x243F6A88, 0x85A308D3), (0x13198A2E, 0x03707344), (0xC4923A9C, 0x483DF7A0)),
    ],
)
def test_twenty_rounds_give_the_published_answers_of_random123(
    counter: tuple[int, int], key: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert threefry2x32(words(*key), words(*counter), rounds=20) == expected


@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [
        ((0, 0), (0, 0), (0x9D1C5EC6, 0x8BD50731)),
        ((0xFFFFFFFF, 0xFFFFFFFF), (0xFFFFFFFF, 0xFFFFFFFF), (0xFD36D048, 0x2D17272C)),
        ((0x243F6A88, 0x85A308D3), (0x13198A2E, 0x03707344), (0xBA3E4725, 0xF27D669E)),
    ],
)
def test_thirteen_rounds_give_the_published_answers_of_random123(
    counter: tuple[int, int], key: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert ROUNDS == 13
    assert threefry2x32(words(*key), words(*counter)) == expected


def test_twenty_rounds_equal_the_generator_of_jax() -> None:
    bits = np.random.default_rng(1).integers(0, 2**32, (2, 500), dtype=np.uint32)
    for key in (np.array([0, 0]), np.array([17, 2**32 - 5])):
        key = jnp.asarray(key, jnp.uint32)
        own = threefry2x32((key[0], key[1]), (jnp.asarray(bits[0]), jnp.asarray(bits[1])), 20)
        np.testing.assert_array_equal(
            jnp.concatenate(own), threefry_2x32(key, jnp.asarray(bits.reshape(-1)))
        )


def sweep() -> np.ndarray:
    """Words from both ends, where the tails are, and evenly in between."""
    ends = np.arange(4096, dtype=np.uint64)
    powers = 2 ** np.arange(33, dtype=np.uint64)
    near_powers = np.concatenate([powers - 1, powers[:-1], powers[:-1] + 1])
    even = np.linspace(0, 2**32 - 1, 300_001).astype(np.uint64)
    tails = np.unique(np.geomspace(1, 2**31, 20_000).astype(np.uint64))
    low = np.concatenate([ends, near_powers, even, tails])
    return np.unique(np.concatenate([low, 2**32 - 1 - low]) % 2**32).astype(np.uint32)


def test_normals_are_the_quantiles_of_their_words_out_to_both_tails() -> None:
    bits = sweep()
    found = np.asarray(normals_from_words(jnp.asarray(bits)), np.float64)
    exact = special.ndtri((bits.astype(np.float64) + 0.5) / 2**32)
    assert found.min() < -6.2
    assert found.max() > 6.2
    np.testing.assert_allclose(found, exact, rtol=0, atol=2e-6)


def test_normals_of_mirrored_words_are_mirrored() -> None:
    bits = jnp.asarray(sweep())
    np.testing.assert_array_equal(normals_from_words(~bits), -normals_from_words(bits))


def test_normals_rise_with_their_words() -> None:
    found = np.asarray(normals_from_words(jnp.asarray(sweep())))
    assert (np.diff(found) > -1e-6).all()


@jax.jit
def drawn() -> jax.Array:
    """Normal deviates by name, path, time and lane."""
    streams = [named_stream(SEED, name) for name in ("one", "two")]

    def of_path(path: jax.Array) -> jax.Array:
        own = [stream.for_path(path) for stream in streams]
        return jnp.stack([jax.vmap(lambda t, s=s: s.normals(t, 64))(jnp.arange(64)) for s in own])

    return jnp.swapaxes(jax.vmap(of_path)(jnp.arange(64)), 0, 1)


@pytest.fixture(scope="module")
def draws() -> np.ndarray:
    return np.asarray(drawn(), np.float64)


def test_draws_are_standard_normal(draws: np.ndarray) -> None:
    assert stats.kstest(draws.ravel(), "norm").pvalue > ALPHA


def test_words_fill_a_grid_of_pairs_evenly(draws: np.ndarray) -> None:
    """Chi-square over 16 x 16 cells of consecutive pairs, along each axis."""
    level = np.floor(special.ndtr(draws) * 16).astype(int)
    for axis in range(draws.ndim):
        pair = np.take(level, 0, axis) * 16 + np.take(level, 1, axis)
        counts = np.bincount(pair.ravel(), minlength=256)
        assert stats.chisquare(counts).pvalue > ALPHA


@pytest.mark.parametrize("axis", [0, 1, 2, 3], ids=["name", "path", "time", "lane"])
@pytest.mark.parametrize("power", [1, 2])
def test_neighbours_are_uncorrelated_in_value_and_in_size(
    draws: np.ndarray, axis: int, power: int
) -> None:
    size = np.abs(draws) ** power * np.sign(draws) ** (power % 2)
    standard = (size - size.mean()) / size.std()
    first = np.take(standard, range(standard.shape[axis] - 1), axis).ravel()
    second = np.take(standard, range(1, standard.shape[axis]), axis).ravel()
    z = (first * second).sum() / np.sqrt(first.size)
    assert abs(z) < stats.norm.isf(ALPHA / 2)


def test_neither_half_of_the_lanes_repeats_the_other(draws: np.ndarray) -> None:
    """The two words of an encryption go to lanes half the width apart."""
    low, high = draws[..., :32].ravel(), draws[..., 32:].ravel()
    z = (low * high).sum() / np.sqrt(low.size)
    assert abs(z) < stats.norm.isf(ALPHA / 2)


def test_no_word_is_drawn_twice_by_neighbouring_paths_and_times() -> None:
    stream = named_stream(SEED, "one")
    first, second = (
        jax.vmap(lambda t, p=p: stream.for_path(jnp.asarray(p)).words(t, 16))(jnp.arange(32))
        for p in (0, 1)
    )
    assert np.unique(np.concatenate([first, second])).size == first.size + second.size


@pytest.mark.parametrize(("seed", "name"), [(SEED + 1, "one"), (SEED, "two")])
def test_another_seed_or_name_is_another_stream(seed: int, name: str) -> None:
    time = jnp.asarray(3)
    one = named_stream(SEED, "one").normals(time, 32)
    assert not np.isin(named_stream(seed, name).normals(time, 32), one).any()


def test_a_draw_depends_on_nothing_that_was_drawn_before() -> None:
    stream = named_stream(SEED, "one").for_path(jnp.asarray(7))
    before = stream.normals(jnp.asarray(40), 10)
    stream.normals(jnp.asarray(39), 500)
    np.testing.assert_array_equal(before, stream.normals(jnp.asarray(40), 10))
    again = named_stream(SEED, "one").for_path(jnp.asarray(7, jnp.uint32))
    np.testing.assert_array_equal(before, again.normals(jnp.asarray(40, jnp.int32), 10))


@pytest.mark.parametrize("lanes", [1, 2, 7, 128])
def test_as_many_lanes_are_drawn_as_asked_for(lanes: int) -> None:
    assert named_stream(SEED, "one").words(jnp.asarray(0), lanes).shape == (lanes,)
