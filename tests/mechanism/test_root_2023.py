"""The regime before dTAO pays by the votes of root, as the exact reference does."""

import dataclasses
from decimal import Decimal

import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
from reference import EXACT, PRESETS, RootValidator, run_block
from worlds import RAO, Orders, random_world, run_model, state_of, subnets_of

from dtaojax.config.load import config_from_dict
from dtaojax.mechanism.config import MechanismConfig
from dtaojax.mechanism.presets import PRESETS as PRESET_CONFIGS
from dtaojax.studies.run.manifest import question
from dtaojax.studies.run.tables import applicable
from dtaojax.world.followers.network import TURNOVER_FIGURES
from dtaojax.world.observation import (
    DEREGISTERED,
    EVENTS,
    GAUGES,
    NETWORK_SCALARS,
)


def test_blocks_of_root_2023_pay_by_the_votes_of_root_as_the_exact_reference_does() -> None:
    """The votes are the model's own, new every five blocks; the reference counts them."""
    regime, parameters = PRESETS["root_2023"]
    parameters = dataclasses.replace(parameters, rounding=EXACT)
    rule = {"kind": "root_validators", "validators": 6, "interval_blocks": 5}
    rules = MechanismConfig.model_validate({"preset": "root_2023", "weight_rule": rule})
    network = random_world(3, 8, weights=False)
    for subnet in network.subnets:
        subnet.tao_in = subnet.alpha_in = subnet.alpha_out = 0
        subnet.first_emission_block, subnet.emission_enabled = 1, True
    mechanism, subnets, start = rules.build(), subnets_of(network), state_of(network)
    rule = mechanism.weight_rule
    memory = rule.begin(jnp.uint32(0), subnets, start)
    start = dataclasses.replace(start, memory=memory)
    nobody = Orders(*[np.zeros((20, 8))] * 2)
    run = run_model(mechanism, subnets, start, nobody)
    seen = []
    for _ in range(20):
        number = jnp.asarray((network.block + 1) // 5)
        scores = np.asarray(rule.scores(memory.bias, memory.noise, number, subnets))
        network.root_validators = [
            RootValidator(
                Decimal(float(stake)),
                {s.netuid: Decimal(float(v)) for s, v in zip(network.subnets, row, strict=True)},
            )
            for stake, row in zip(rule.stake, scores, strict=True)
        ]
        flows = run_block(network, parameters, (), regime)
        shares = [float(flow.share) for flow in flows.subnets.values()]
        reward = [
            [float(amount) * RAO for amount in (flow.reward.owner, flow.reward.server)]
            for flow in flows.subnets.values()
        ]
        whole = (float(network.total_issuance) * RAO, float(network.root_tao) * RAO)
        seen.append((shares, reward, *whole))
    columns = zip(*seen, strict=True)
    shares, reward, issuance, root_tao = (np.array(column, dtype=float) for column in columns)
    paid = run.flows.coinbase
    # Opinions are float32, whose last bit depends on the program that draws them.
    np.testing.assert_allclose(paid.shares.final, shares, rtol=2e-6)
    np.testing.assert_allclose(paid.reward.owner, reward[:, :, 0], rtol=2e-6)
    np.testing.assert_allclose(paid.reward.server, reward[:, :, 1], rtol=2e-6)
    np.testing.assert_allclose(run.after.total_issuance, issuance, rtol=1e-14)
    np.testing.assert_allclose(run.after.root_tao, root_tao, rtol=1e-14)
    assert not run.after.alpha_out.any()
    assert len(np.unique(shares[:, 0])) == 5


@pytest.mark.parametrize("preset", PRESET_CONFIGS)
def test_figures_of_pools_and_prices_are_reported_where_there_are_pools(preset: str) -> None:
    names = [
        *NETWORK_SCALARS,
        *(figure.name for figure in TURNOVER_FIGURES),
        *GAUGES,
        *EVENTS,
        DEREGISTERED,
    ]
    table = pd.DataFrame({"quantity": names, "value": 0.0})
    left = applicable(table, MechanismConfig.model_validate(preset))["quantity"].tolist()
    without = {name for name in names if name.startswith("emission_")}
    without |= {*(figure.name for figure in TURNOVER_FIGURES), DEREGISTERED}
    assert set(left) == (without if preset == "root_2023" else set(names))


@pytest.mark.parametrize(
    ("preset", "asked"),
    [
        ("root_2023", set()),
        ("launch_2025", {"prices and pools", "holder of alpha"}),
        ("gate_rank_2026", {"gate's bar", "deregistration", "prices and pools", "holder of alpha"}),
    ],
)
def test_a_report_asks_only_about_what_there_is_under_its_rules(
    preset: str, asked: set[str]
) -> None:
    """Before dTAO there was no pool, and at its launch neither a gate nor a limit of subnets."""
    text = question(config_from_dict({"mechanism": {"preset": preset}}))
    assert text.startswith("Over the next 90 days, how concentrated does TAO emission become")
    every = {"gate's bar", "deregistration", "prices and pools", "holder of alpha"}
    assert {what for what in every if what in text} == asked
