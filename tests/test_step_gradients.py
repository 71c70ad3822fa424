"""Derivatives of the step with respect to the mechanism's parameters."""

from collections.abc import Callable

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from worlds import Orders, intents_for, live_mechanism, random_world, state_of, subnets_of

from dtaojax.mechanism.pools import spot_price
from dtaojax.mechanism.step import Mechanism, step

PARAMETERS: dict[str, Callable[[Mechanism], jax.Array]] = {
    "gate exponent": lambda rules: rules.gate.exponent,
    "EMA rate": lambda rules: rules.moving_price.rate,
    "EMA halving blocks": lambda rules: rules.moving_price.halving_blocks,
    "EMA price cap": lambda rules: rules.moving_price.cap,
    "owner cut": lambda rules: rules.split.owner_cut,
    "root's TAO weight": lambda rules: rules.tao_weight,
}
RULES = live_mechanism(rank=4)
STEPS = 4


def _world():
    """A network in which every parameter matters: young subnets, one of them above the cap."""
    network = random_world(9, 8, weights=True)
    for place, subnet in enumerate(network.subnets):
        subnet.first_emission_block = network.block - 50_000 * (place + 1)
        subnet.emission_enabled = True
    network.subnets[0].alpha_in = network.subnets[0].tao_in // 2
    random = np.random.default_rng(9)
    start = state_of(network)
    tao = 0.02 * random.normal(size=(STEPS, 8)) * np.asarray(start.pools.tao_in)
    return subnets_of(network), start, Orders(tao, np.full((STEPS, 8), 5.0))


SUBNETS, START, ORDERS = _world()
TILT = jnp.asarray(np.random.default_rng(10).normal(size=(5, 8)))
"""Weights of the objective, so that no two effects cancel."""


def objective(logs: jax.Array) -> jax.Array:
    """A smooth figure of the state after some steps, by the parameters' log multiples."""
    rules = RULES
    for log, (_, where) in zip(logs, PARAMETERS.items(), strict=True):
        rules = eqx.tree_at(where, rules, replace_fn=lambda value, log=log: value * jnp.exp(log))

    def advance(state, now):
        return step(rules, SUBNETS, state, 360, intents_for(now))[0], None

    end, _ = lax.scan(advance, START, ORDERS)
    figures = jnp.stack(
        [
            jnp.log(spot_price(end.pools)),
            jnp.log(end.moving_price),
            jnp.log(end.pools.tao_in),
            jnp.log(end.alpha_issuance),
            jnp.log1p(end.root_basket),
        ]
    )
    return jnp.sum(TILT * figures) + jnp.log(end.total_issuance)


HERE = jnp.zeros(len(PARAMETERS))
evaluate = jax.jit(objective)


@pytest.fixture(scope="module")
def forward() -> np.ndarray:
    return np.asarray(jax.jit(jax.jacfwd(objective))(HERE))


def central(direction: np.ndarray, width: float) -> float:
    """Central difference of fourth order."""

    def odd(at: float) -> float:
        step_ = jnp.asarray(at * direction)
        return float(evaluate(HERE + step_) - evaluate(HERE - step_))

    return (8.0 * odd(width) - odd(2.0 * width)) / (12.0 * width)


@pytest.mark.parametrize("name", PARAMETERS)
def test_forward_derivatives_are_central_differences(name: str, forward: np.ndarray) -> None:
    place = list(PARAMETERS).index(name)
    expected = central(np.eye(len(PARAMETERS))[place], 1e-3)
    assert abs(expected) > 1e-6
    assert forward[place] == pytest.approx(expected, rel=1e-5)


def test_reverse_derivatives_equal_forward_ones(forward: np.ndarray) -> None:
    np.testing.assert_allclose(jax.jit(jax.grad(objective))(HERE), forward, rtol=1e-9)
