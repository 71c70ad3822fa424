"""An AR(1) process on a few nodes.

Rouwenhorst's chain has exactly the mean, variance and autocorrelation of the AR(1) process, also
close to a unit root (Kopecky and Suen, "Finite state Markov-chain approximations to highly
persistent processes", Review of Economic Dynamics 13, 2010).
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from scipy import stats


def nodes(count: int) -> np.ndarray:
    """Values of a standardised AR(1) process, symmetric and equally spaced."""
    return np.linspace(-1.0, 1.0, count) * np.sqrt(count - 1)


def stationary(count: int) -> np.ndarray:
    """Probabilities of the nodes in the long run: binomial, whatever the persistence."""
    return stats.binom.pmf(np.arange(count), count - 1, 0.5)


def transition(count: int, persistence: Float[Array, ""]) -> Float[Array, "from to"]:
    """Transition probabilities of a day.

    The chain counts heads among coins, each of which is kept with probability ``persistence`` and
    tossed anew otherwise. Its right eigenvectors are therefore Krawtchouk's polynomials, orthogonal
    under the binomial distribution, and its eigenvalues the powers of the persistence.

    Args:
        count: number of nodes, at least 2.
        persistence: autocorrelation of a day.
    """
    weights = stationary(count)
    # Orthogonal polynomials of rising degree come from orthogonalising the powers.
    powers = np.vander(nodes(count), count, increasing=True) * np.sqrt(weights)[:, None]
    orthonormal = np.linalg.qr(powers / np.linalg.norm(powers, axis=0))[0]
    right = orthonormal / np.sqrt(weights)[:, None]
    left = orthonormal * np.sqrt(weights)[:, None]
    return (jnp.asarray(right) * persistence ** jnp.arange(count)[None, :]) @ left.T
