"""Named random streams: counter-based, so that any number can be drawn on its own.

Every random number is a pure function of (seed, stream name, path, time, lane). So results do not
depend on how paths are divided among blocks, threads or machines, and switching one process off
leaves the numbers of all others as they were, which makes two runs comparable path by path.

The generator is Threefry-2x32 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as
1, 2, 3", SC 2011). Its rounds are unrolled here, so that XLA fuses them into the code that uses
the numbers; jax.random keeps them in a loop of their own, which costs a pass over memory.
"""

from __future__ import annotations

import hashlib
from typing import Final, Literal, get_args

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float, Int, UInt32

Source = Literal["demand", "selling", "owners", "root", "registrations", "subnets"]
"""Whose doing random numbers stand for: users who trade, those who sell what is emitted, owners,
root, those who register subnets, and what sets subnets apart that the chain does not see."""

SOURCES: Final[tuple[Source, ...]] = get_args(Source)

ROUNDS: Final = 13
"""The fewest rounds at which its authors know of no statistical flaw; jax.random uses 20."""

_ROTATIONS: Final = (13, 15, 26, 6, 17, 29, 16, 24)
_KEY_PARITY: Final = 0x1BD11BDA

# Giles, "Approximating the erfinv function" (GPU Computing Gems, 2011), single precision. His tail
# ends at 5.4 sigma; this one is fitted in the same form, at Chebyshev nodes, out to the last word.
_CENTRE: Final = (
    2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087,
    -0.00125372503, -0.00417768164, 0.246640727, 1.50140941,
)  # fmt: skip
_TAIL: Final = (
    -2.22339531e-05, 0.000135715483, -0.000265850947, -8.77730199e-05, 0.00145061931,
    -0.00358148734, 0.00569934491, -0.00764011638, 0.0094436314, 1.00167513, 2.83297682,
)  # fmt: skip


def threefry2x32(
    key: tuple[Array, Array], counter: tuple[Array, Array], rounds: int = ROUNDS
) -> tuple[Array, Array]:
    """Encrypt a pair of counter words under a pair of key words by Threefry-2x32 (all uint32)."""
    keys = (key[0], key[1], key[0] ^ key[1] ^ jnp.uint32(_KEY_PARITY))
    x0, x1 = counter[0] + keys[0], counter[1] + keys[1]
    for number in range(rounds):
        turn = _ROTATIONS[number % 8]
        x0 = x0 + x1
        x1 = ((x1 << jnp.uint32(turn)) | (x1 >> jnp.uint32(32 - turn))) ^ x0
        if number % 4 == 3:
            group = number // 4 + 1
            x0 = x0 + keys[group % 3]
            x1 = x1 + keys[(group + 1) % 3] + jnp.uint32(group)
    return x0, x1


def _polynomial(coefficients: tuple[float, ...], at: Array) -> Array:
    value = jnp.full_like(at, coefficients[0])
    for coefficient in coefficients[1:]:
        value = value * at + jnp.float32(coefficient)
    return value


def normals_from_words(words: UInt32[Array, "*shape"]) -> Float[Array, "*shape"]:
    """Return standard normal deviates in float32, one a word, to 2e-6 out to 6.3 sigma.

    The word is read as a probability ``(word + 1/2) / 2**32``; working from the nearer end of the
    interval keeps the tails, which ``erf_inv(2 u - 1)`` in float32 cuts at 5.4 sigma.
    """
    upper = words >= jnp.uint32(1 << 31)
    nearer = jnp.where(upper, ~words, words).astype(jnp.int32).astype(jnp.float32)
    tail = (nearer + jnp.float32(0.5)) * jnp.float32(2.0**-32)
    depth = -jnp.log(4.0 * tail * (1.0 - tail))
    centre = _polynomial(_CENTRE, depth - 2.5)
    far = _polynomial(_TAIL, jnp.sqrt(depth) - 3.0)
    size = jnp.where(depth < 5.0, centre, far) * (1.0 - 2.0 * tail)
    # A division comes last: a compiler that fuses loops repeats anything cheaper in all users.
    root_half = jnp.float32(np.sqrt(0.5))
    return size / jnp.where(upper, root_half, -root_half)


class Stream(eqx.Module):
    """A random stream, or one path's part of it.

    Attributes:
        key: Two words that set it apart from all other streams.
    """

    key: UInt32[Array, "2"]

    def for_path(self, path: Int[Array, ""] | UInt32[Array, ""]) -> Stream:
        """Return the part of the stream that belongs to a path."""
        number = jnp.asarray(path).astype(jnp.uint32)
        words = threefry2x32((self.key[0], self.key[1]), (number, jnp.zeros_like(number)))
        return Stream(jnp.stack(words))

    def words(self, time: Int[Array, ""], lanes: int) -> UInt32[Array, " lanes"]:
        """Return ``lanes`` random words of a time, the same whatever was drawn before."""
        pairs = (lanes + 1) // 2
        lane = lax.iota(jnp.uint32, pairs)
        moment = jnp.broadcast_to(jnp.asarray(time).astype(jnp.uint32), (pairs,))
        first, second = threefry2x32((self.key[0], self.key[1]), (moment, lane))
        return jnp.concatenate([first, second])[:lanes]

    def normals(self, time: Int[Array, ""], lanes: int) -> Float[Array, " lanes"]:
        """Return ``lanes`` independent standard normal deviates of a time (float32)."""
        return normals_from_words(self.words(time, lanes))

    def uniforms(self, time: Int[Array, ""], lanes: int) -> Float[Array, " lanes"]:
        """Return ``lanes`` independent deviates of a time, uniform between 0 and 1."""
        words = self.words(time, lanes).astype(jnp.result_type(float))
        return (words + 0.5) * 2.0**-32

    def normals_at(
        self, time: Int[Array, ""], lanes: Int[Array, " chosen"]
    ) -> Float[Array, " chosen"]:
        """Return normal deviates of given lanes, the same number wherever a lane stands twice.

        They are not those of :meth:`normals`, which gives two lanes the halves of one pair.
        """
        lane = lanes.astype(jnp.uint32)
        moment = jnp.broadcast_to(jnp.asarray(time).astype(jnp.uint32), lane.shape)
        words, _ = threefry2x32((self.key[0], self.key[1]), (moment, lane))
        return normals_from_words(words)


def named_stream(seed: int, name: str) -> Stream:
    """Return the stream of a name under a seed; streams of different names are independent."""
    digest = hashlib.sha256(f"{seed}:{name}".encode()).digest()
    return Stream(jnp.asarray(np.frombuffer(digest[:8], dtype="<u4")))
