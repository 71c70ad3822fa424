"""What a report says of the rules' dates, and of who holds the alpha outside the pools."""

import dataclasses

import numpy as np
import pytest
from report_fixture import make_results

from dtaojax.config.load import config_from_dict
from dtaojax.mechanism.presets import PRESETS, since_then
from dtaojax.network import UNHELD_PARTS, NetworkTable, load_network
from dtaojax.report.notes import rules_note
from dtaojax.studies.run.page.page import render_report
from dtaojax.studies.shared.assumptions import alpha_assumptions, alpha_outside, assumptions

DEFAULT = PRESETS["gate_rank_2026"]


@pytest.fixture(scope="module")
def mainnet() -> NetworkTable:
    return load_network("finney_8791253")


def words(network: NetworkTable, preset: str) -> str:
    config = config_from_dict({"mechanism": preset})
    return " ".join(each["text"] for each in assumptions(config, network))


def test_the_default_rules_are_dated_and_say_what_came_after(mainnet: NetworkTable) -> None:
    assert "2026-08-03 (block 8,765,683) to about 2026-10-19" in DEFAULT.since
    assert "480/481" in DEFAULT.since_then
    assert DEFAULT.since_then in words(mainnet, "gate_rank_2026")
    assert "Etao" not in words(mainnet, "launch_2025")
    assert not any("live" in f"{preset.since} {preset.summary}" for preset in PRESETS.values())


def test_what_came_after_is_said_once_for_several_rules() -> None:
    assert since_then(["gate_rank_2026", "launch_2025", "gate_rank_2026"]) == [DEFAULT.since_then]
    found = [{"since_then": "after"}, {}, {"since_then": ""}, {"since_then": "after"}]
    assert rules_note(*found) == ["after"]


def test_what_came_after_some_of_several_rules_names_them() -> None:
    later = [{"label": label, "since_then": "After."} for label in ("a", "b")]
    assert rules_note(*later) == ["After."]
    assert rules_note(*later, {"label": "c", "since_then": ""}) == ["a, b: After."]


def test_the_first_screen_says_what_came_after() -> None:
    results = make_results()
    mechanism = results.manifest["mechanism"] | {"since_then": "Other rules came."}
    told = dataclasses.replace(results, manifest=results.manifest | {"mechanism": mechanism})
    first_screen = render_report(told).split('<section id="headline">')[0]
    assert "Other rules came." in first_screen
    assert "The rules.</b>" not in render_report(make_results())


def test_the_parts_of_alpha_outside_the_pools_add_up(mainnet: NetworkTable) -> None:
    found = alpha_outside(mainnet)
    parts = found["held"] + sum(found[part] for part in UNHELD_PARTS)
    assert parts == pytest.approx(found["alpha_out"], rel=1e-12)
    assert found["taken_as_zero"] == []
    ((topic, text),) = alpha_assumptions(mainnet)
    assert topic == "Alpha outside the pools"
    assert "25.3 % is burned" in text
    assert "taken as 0" not in text


@pytest.mark.parametrize("unknown", [("burned_alpha",), ("basket_alpha",), UNHELD_PARTS])
def test_what_a_file_does_not_say_of_its_alpha_is_said(
    mainnet: NetworkTable, unknown: tuple[str, ...]
) -> None:
    nothing = {part: np.zeros(mainnet.n_subnets) for part in unknown}
    network = dataclasses.replace(mainnet, unknown_parts=unknown, **nothing)
    ((_, text),) = alpha_assumptions(network)
    assert f"has no {' and no '.join(unknown)}: taken as 0" in text
    assert ("too low" in text) == ("burned_alpha" in unknown)
    assert alpha_outside(network)["taken_as_zero"] == list(unknown)
