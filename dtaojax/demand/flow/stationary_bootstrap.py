"""Which day of a history comes next."""

import equinox as eqx
import jax.numpy as jnp

from dtaojax.numerics.shapes import Scalar, ScalarInt
from dtaojax.numerics.streams import Stream


class StationaryBootstrap(eqx.Module):
    """Blocks of days of random, geometric length, in a history whose end joins its start.

    Politis and Romano, "The stationary bootstrap", Journal of the American Statistical Association
    89 (1994): the rows drawn are a stationary series, each row as likely as any other.

    Attributes:
        rows: number of days in the history.
        restart: probability that a day begins a new block, one over the mean length [-].
    """

    rows: int = eqx.field(static=True)
    restart: Scalar

    def next_row(self, stream: Stream, day: ScalarInt, row: ScalarInt) -> ScalarInt:
        """The row of a day, after the row of the day before; the first day begins a block."""
        begins, where = stream.uniforms(day, 2)
        fresh = jnp.minimum(jnp.floor(where * self.rows), self.rows - 1).astype(row.dtype)
        begins_block = (day == 0) | (begins < self.restart)
        return jnp.where(begins_block, fresh, (row + 1) % self.rows)
