"""The benchmark's world, from a config, and the same world taken apart for its rivals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from problem import Problem

from dtaojax import chain
from dtaojax.assembly import build_bins, build_world
from dtaojax.demand.distributions import TABLE_EDGE, TABLE_STEP
from dtaojax.demand.stochastic_variance.process import Component
from dtaojax.engine.statistics import Bins
from dtaojax.inputs import Inputs, read_inputs
from dtaojax.world.world import World

CONFIG = Path(__file__).resolve().parents[2] / "configs" / "mainnet.toml"
"""Today's rules, network and demand."""


ALIKE = ("portfolio.alpha={}", "portfolio.root_tao=0.0", "arrivals.rate=0.0")
"""What no rival follows: a portfolio, and registrations of new subnets."""


def read(overrides: tuple[str, ...] = ()) -> Inputs:
    """The config, less what no rival follows."""
    return read_inputs(CONFIG, (*ALIKE, *overrides))


def world_of(inputs: Inputs) -> tuple[World, Bins]:
    """The model and the bins of its distributions."""
    world = build_world(inputs.config, inputs.network)
    return world, build_bins(world)


def problem_of(world: World, steps: int) -> Problem:
    """The world taken apart; raises where it is not what the rivals implement."""
    flow, selling = world.demand
    rules, state, subnets = world.mechanism, world.start, world.subnets
    if rules.gate.interval_blocks > world.step_blocks:
        raise ValueError("the rivals renew the gate's bar in every step; use longer steps")

    def array(values: object) -> np.ndarray:
        return np.asarray(values)

    return Problem(
        tao_in=array(state.pools.tao_in),
        alpha_in=array(state.pools.alpha_in),
        w_tao=array(state.pools.w_tao),
        alpha_out=array(state.alpha_out),
        protocol_alpha=array(state.protocol_alpha),
        moving_price=array(state.moving_price),
        paid_miners=1.0 - np.minimum(array(subnets.miner_burned), 1.0),
        in_emit_set=array(subnets.in_emit_set),
        emission_enabled=array(subnets.emission_enabled),
        owner_cut_enabled=array(subnets.owner_cut_enabled),
        first_emission_block=array(subnets.first_emission_block),
        block=int(state.block),
        total_issuance=float(state.total_issuance),
        root_tao=float(state.root_tao),
        tao_weight=float(rules.tao_weight),
        rank=rules.gate.rank,
        exponent=float(rules.gate.exponent),
        ema_rate=float(rules.moving_price.rate),
        ema_halving_blocks=float(rules.moving_price.halving_blocks),
        ema_cap=float(rules.moving_price.cap),
        owner_cut=float(rules.split.owner_cut),
        owner_sells=float(selling.owner),
        miner_sells=float(selling.miner),
        validator_sells=float(selling.validator),
        **{f"{name}_key": array(stream.key) for name, stream in flow.streams._asdict().items()},
        log_multiple=array(flow.heavy.log_multiple),
        table_edge=TABLE_EDGE,
        table_step=TABLE_STEP,
        **_component("level", flow.level),
        **_component("swing", flow.swing),
        scale_at_1000_tao=float(flow.scale_at_1000_tao),
        depth_exponent=float(flow.depth_exponent),
        age_exponent=float(flow.age_exponent),
        max_sd=float(flow.max_sd),
        common_share=float(flow.common_share),
        drift=float(flow.drift),
        steps=steps,
        step_blocks=world.step_blocks,
        blocks_per_day=chain.BLOCKS_PER_DAY,
    )


def _component(name: str, part: Component) -> dict[str, Any]:
    return {
        f"{name}_start": np.asarray(part.start),
        f"{name}_start_sd": np.asarray(part.start_sd),
        f"{name}_sd": float(part.sd),
        f"{name}_persistence": float(part.persistence),
    }
