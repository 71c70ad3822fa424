"""What a run warns of: neither too little nor for nothing."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from dtaojax.config.load import config_from_dict
from dtaojax.mechanism.presets import PRESETS
from dtaojax.network import load_network
from dtaojax.studies.shared.assumptions import assumptions, run_warnings

ENOUGH = 100_000
MAINNET = load_network("finney_8791253")
HELD = {"portfolio": {"alpha": {"4": 1.0}}}


def test_many_paths_of_the_live_rules_give_no_cause() -> None:
    assert run_warnings(config_from_dict(HELD), MAINNET, ENOUGH) == []


@pytest.mark.parametrize(
    ("asked", "used", "words"),
    [
        ({}, 16, "16 paths are too few for intervals of the outermost quantiles"),
        (HELD, 999, "ES 99 % needs 1,000 paths"),
        ({"run": {"precision": "float32"}}, ENOUGH, "float32 was asked for"),
    ],
)
def test_each_weakness_has_its_warning(asked: dict[str, Any], used: int, words: str) -> None:
    (warning,) = run_warnings(config_from_dict(asked), MAINNET, used)
    assert words in warning


def test_an_empty_portfolio_has_no_shortfall_to_warn_of() -> None:
    assert run_warnings(config_from_dict({}), MAINNET, 999) == []


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_flow_averages_that_start_from_zero_are_told_wherever_shares_follow_them(
    preset: str,
) -> None:
    config = config_from_dict({"mechanism": preset})
    follows = preset in ("taoflow_2025", "netflow_2026")
    warned = any("start from zero" in each for each in run_warnings(config, MAINNET, ENOUGH))
    topics = {each["topic"] for each in assumptions(config, MAINNET)}
    assert warned == ("Flow averages" in topics) == follows


def test_flow_averages_that_the_file_has_need_no_warning() -> None:
    zero = np.zeros(MAINNET.n_subnets)
    config = config_from_dict({"mechanism": "netflow_2026", **HELD})
    half = dataclasses.replace(MAINNET, user_flow_ema=zero)
    (warning,) = run_warnings(config, half, ENOUGH)
    assert "has no protocol_flow_ema;" in warning
    assert run_warnings(config, dataclasses.replace(half, protocol_flow_ema=zero), ENOUGH) == []
