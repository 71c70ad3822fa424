"""Derivatives of the step with respect to every continuous parameter of every preset's mechanism.

The parameters are found in the mechanism's tree, so that a new one cannot be forgotten. Where a
preset jumps or bends is listed in docs/mechanisms.md; the state here is away from these places.
"""

import dataclasses
from collections.abc import Callable
from functools import cache, partial
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from exactness.presets import EACH_PRESET, preset_pair
from jax import lax
from jax.tree_util import keystr, tree_flatten_with_path
from reference import EXACT
from worlds import Orders, intents_for, random_world, state_of

from dtaojax.demand.clock import Clock
from dtaojax.demand.holders.processes import EmissionSelling
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.mechanism.composition import Mechanism
from dtaojax.mechanism.liquidity.pools import spot_price
from dtaojax.mechanism.step import step
from dtaojax.mechanism.weight_rule.flow import FlowMemory
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets

STEPS, BLOCKS, SUBNETS = 4, 360, 8
WIDTH = 1e-3
"""Of a difference, as part of a parameter's scale."""
QUICK_TO_COMPILE = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}
"""A program that runs once need not be a fast one."""

WITHOUT_EFFECT: dict[str, set[str]] = {
    "gate_mass_2026": {".gate.quantile", ".fee.rate"},
    "gate_rank_2026": {".fee.rate"},
    "etao_sketch": {".fee.rate"},
    "proposed_buy_cap": {".fee.rate"},
    "proposed_tiers": {".fee.rate"},
    "proposed_mass_quantile": {".gate.quantile", ".fee.rate"},
    "proposed_conviction": {".fee.rate"},
    "price_rootprop": {".fee.rate", ".weight_rule.tao_weight"},
    "launch_2025": {".root.min_liquidity", ".trading.min_liquidity"},
    "article_2024": {".tao_weight"},
}
"""Parameters of which the state is no function, or one in steps.

The block author's fee leaves the pool as the user's sale does, and counts in flows alone; a mass
picks one share as the bar; the least liquidity refuses a sale or does not; the article has no root;
the weight rule of `price_rootprop` takes its own root proportion only where a path begins.
"""


SMALL = {".moving_price.halving_blocks": 1_000.0}
"""Scales of parameters that may be 0 but are not of order 1."""


class Situation(NamedTuple):
    """A state, who takes part, and what users do in each step."""

    subnets: Subnets
    start: NetworkState
    orders: Orders


@cache
def rules_of(preset: str) -> Mechanism:
    """The preset's mechanism, its bar at a rank that a small network has."""
    return preset_pair(preset, EXACT).mechanism


@cache
def situation_of(preset: str) -> Situation:
    """A network in which every parameter matters: young subnets, one of them above the cap."""
    pair = preset_pair(preset, EXACT)
    network = random_world(14, SUBNETS, weights=pair.rules.pool.kind == "weighted")
    for place, subnet in enumerate(network.subnets):
        subnet.first_emission_block = network.block - 50_000 * (place + 1)
        subnet.emission_enabled = True
    network.subnets[0].alpha_in = network.subnets[0].tao_in // 2
    random = np.random.default_rng(9)
    subnets, start = pair.members(network), state_of(network)
    memory = rules_of(preset).weight_rule.begin(jnp.uint32(0), subnets, start)
    if isinstance(memory, FlowMemory):
        flows = random.normal(0.01, 0.05, (4, SUBNETS))
        memory = FlowMemory(*map(jnp.asarray, flows))
    tao = 0.02 * random.normal(size=(STEPS, SUBNETS)) * np.asarray(start.pools.tao_in)
    orders = Orders(tao, np.full((STEPS, SUBNETS), 5.0))
    return Situation(subnets, dataclasses.replace(start, memory=memory), orders)


def parameters_of(rules: Mechanism) -> dict[str, jax.Array]:
    """All continuous parameters by their place in the tree."""
    leaves, _ = tree_flatten_with_path(eqx.filter(rules, eqx.is_inexact_array))
    return {keystr(path): leaf for path, leaf in leaves}


def scales_of(rules: Mechanism) -> np.ndarray:
    """What a parameter is moved in proportion to: itself, or where it is 0 something small."""
    values = {name: abs(float(value)) for name, value in parameters_of(rules).items()}
    return np.array([value or SMALL.get(name, 0.01) for name, value in values.items()])


def moved(rules: Mechanism, by: jax.Array) -> Mechanism:
    """The mechanism with every parameter moved."""
    numbers, rest = eqx.partition(rules, eqx.is_inexact_array)
    leaves, structure = jax.tree.flatten(numbers)
    shifted = [leaf + shift for leaf, shift in zip(leaves, by, strict=True)]
    return eqx.combine(jax.tree.unflatten(structure, shifted), rest)


SELLING = EmissionSelling(*map(jnp.asarray, (0.9, 0.5, 0.2)))
"""Receivers who sell in different measure, so that the division among them matters."""
TILT = np.random.default_rng(10).normal(size=(6, SUBNETS))
"""Weights of the objective, so that no two effects cancel."""


def objective(preset: str) -> Callable[[jax.Array], jax.Array]:
    """A smooth figure of the state after some steps, as a function of shifts of parameters."""
    rules, scales = rules_of(preset), jnp.asarray(scales_of(rules_of(preset)))
    subnets, start, orders = situation_of(preset)
    clock = Clock(jnp.asarray(0), BLOCKS)

    def figure(shifts: jax.Array) -> jax.Array:
        shifted = moved(rules, shifts * scales)

        def advance(state: NetworkState, now: Orders) -> tuple[NetworkState, None]:
            def intents_of(paid: NetworkState, protocol: Coinbase) -> Intents:
                sold, _ = SELLING.intents(None, clock, subnets, paid, protocol)
                return intents_for(now)(paid, protocol) + sold

            return step(shifted, subnets, state, BLOCKS, intents_of)[0], None

        end, _ = lax.scan(advance, start, orders)
        figures = jnp.stack(
            [
                jnp.log(spot_price(end.pools)),
                jnp.log(end.moving_price),
                jnp.log(end.pools.tao_in),
                jnp.log(end.alpha_issuance),
                0.01 * end.root_basket,
                0.01 * end.protocol_alpha,
            ]
        )
        return jnp.sum(TILT * figures) + jnp.log(end.total_issuance)

    return figure


def derivatives_and_differences(preset: str) -> tuple[np.ndarray, np.ndarray]:
    """By parameter: the forward derivative, and the central difference of fourth order."""
    figure = objective(preset)
    count = len(parameters_of(rules_of(preset)))
    axes = np.eye(count)
    offsets = WIDTH * np.array([0.0, 1.0, -1.0, 2.0, -2.0])
    points = (offsets[:, None, None] * axes).reshape(-1, count)
    directions = np.broadcast_to(axes, (len(offsets), count, count)).reshape(-1, count)

    @partial(jax.jit, compiler_options=QUICK_TO_COMPILE)
    @jax.vmap
    def along(point: jax.Array, direction: jax.Array) -> tuple[jax.Array, jax.Array]:
        return jax.jvp(figure, (point,), (direction,))

    values, slopes = along(points, directions)
    _, up, down, up_twice, down_twice = np.asarray(values).reshape(len(offsets), count)
    difference = (8.0 * (up - down) - (up_twice - down_twice)) / (12.0 * WIDTH)
    return np.asarray(slopes)[:count], difference


@pytest.mark.parametrize("preset", EACH_PRESET)
def test_derivatives_of_every_parameter_are_central_differences(preset: str) -> None:
    names = list(parameters_of(rules_of(preset)))
    derivatives, differences = derivatives_and_differences(preset)
    inert = WITHOUT_EFFECT.get(preset, set())
    assert inert <= set(names)
    wrong = []
    for name, derivative, difference in zip(names, derivatives, differences, strict=True):
        if name in inert:
            right = derivative == 0.0 == difference
        else:
            right = abs(difference) > 1e-7 and abs(derivative / difference - 1.0) <= 1e-5
        if not right:
            wrong.append(f"{preset}{name}: derivative {derivative!r}, difference {difference!r}")
    assert wrong == []


def test_reverse_derivatives_equal_forward_ones() -> None:
    figure = objective("gate_rank_2026")
    here = jnp.zeros(len(parameters_of(rules_of("gate_rank_2026"))))
    forward = jax.jit(jax.jacfwd(figure), compiler_options=QUICK_TO_COMPILE)(here)
    reverse = jax.jit(jax.grad(figure), compiler_options=QUICK_TO_COMPILE)(here)
    np.testing.assert_allclose(reverse, forward, rtol=1e-9, atol=1e-12)
