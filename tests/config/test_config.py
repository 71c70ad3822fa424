"""Configs: what is read, what is refused, and what the refusal says."""

import json
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from places import ROOT
from pydantic import ValidationError

from dtaojax import chain
from dtaojax.config import examples
from dtaojax.config.config import Config
from dtaojax.config.examples import FITTED_FILE
from dtaojax.config.load import config_from_dict, load_config
from dtaojax.config.run import RunConfig
from dtaojax.demand.stochastic_variance.config import StochasticVarianceFlowConfig
from dtaojax.mechanism.config import RulesConfig
from dtaojax.mechanism.presets import DEFAULT_PRESET, PRESETS
from dtaojax.schema.errors import ConfigError

MAINNET = ROOT / "configs" / "mainnet.toml"


def refusal(data: dict, *overrides: str) -> str:
    with pytest.raises(ConfigError) as caught:
        config_from_dict(data, overrides=overrides)
    return str(caught.value)


def file_refusal(path: Path, *overrides: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load_config(path, overrides)
    return str(caught.value)


# --- what an accepted config holds ---------------------------------------------------------------


def test_empty_config_is_the_live_chain_on_the_embedded_network():
    config = config_from_dict({})
    mechanism = config.mechanism
    assert config == Config()
    assert mechanism.preset == "gate_rank_2026"
    assert (mechanism.gate.rank, mechanism.gate.exponent) == (32, 3.0)
    assert mechanism.moving_price.rate == chain.MOVING_PRICE_RATE
    assert (mechanism.root.tao_weight, mechanism.fees.rate_u16) == (0.18, 33)
    assert config.network_file == "finney_8791253"
    assert config.demand == load_config(MAINNET).demand
    assert config.demand[0].process == "stochastic_variance_flow"


def test_a_drawn_network_gets_the_fit_without_what_it_says_of_mainnets_subnets():
    drawn = config_from_dict({"network": {"synthetic": {"subnets": 8}}})
    fit, *others = drawn.demand
    assert fit == StochasticVarianceFlowConfig()
    assert others == list(config_from_dict({}).demand[1:])
    changed = config_from_dict(
        {"network": {"synthetic": {"subnets": 8}}},
        overrides=["demand.stochastic_variance_flow.drift=0.001"],
    )
    assert changed.demand[0] == StochasticVarianceFlowConfig(drift=0.001)


def test_a_fit_that_cannot_be_used_is_refused_with_its_file(tmp_path, monkeypatch):
    (tmp_path / "demand").mkdir()
    file = tmp_path / FITTED_FILE
    monkeypatch.setattr(examples, "example_folder", lambda: tmp_path)
    examples._of_mainnet.cache_clear()
    try:
        for text, part in (
            ("", "demand: is missing"),
            ('[[demand]]\nprocess = "student_flow"\ndrfit = 1', "drfit"),
        ):
            file.write_text(text)
            message = refusal({})
            assert str(file) in message
            assert part in message
    finally:
        examples._of_mainnet.cache_clear()


def test_mainnet_config_spells_out_the_defaults():
    config = load_config(MAINNET)
    default = Config()
    assert config.mechanism == default.mechanism
    flow, *others = config.demand
    assert flow.name == "stochastic_variance_flow"
    assert others == list(default.demand[1:])
    assert config.behaviour.fit == "until_2026_08_07"
    assert default.behaviour.is_frozen
    assert config.run == default.run
    assert config.network == default.network
    assert config.arrivals == default.arrivals
    assert not config.portfolio.is_empty


def test_config_survives_json_dict_and_pickle():
    config = load_config(MAINNET)
    assert config_from_dict(json.loads(config.canonical_json())) == config_from_dict(
        config.model_dump()
    )
    assert config_from_dict(json.loads(config.canonical_json())).config_hash == config.config_hash
    assert pickle.loads(pickle.dumps(config)) == config


def test_config_is_frozen():
    with pytest.raises(ValidationError):
        Config().run.paths = 1


def test_mechanism_by_name_equals_mechanism_by_table():
    by_name = config_from_dict({"mechanism": DEFAULT_PRESET})
    by_table = config_from_dict({"mechanism": {"preset": DEFAULT_PRESET}})
    assert by_name == by_table == Config()


def test_changed_part_keeps_the_rest_of_the_preset():
    config = config_from_dict({"mechanism": {"gate": {"rank": 48}}})
    assert config.mechanism.gate.rank == 48
    assert config.mechanism.gate.exponent == chain.GATE_EXPONENT
    assert config.mechanism.moving_price == Config().mechanism.moving_price


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_stands_under_its_name_and_is_a_whole_mechanism(name):
    preset = PRESETS[name]
    assert preset.name == name
    assert preset.parts.keys() == RulesConfig.model_fields.keys() - {"preset"}
    assert config_from_dict({"mechanism": name}).mechanism.preset == name


def chosen_lengths() -> dict[str, int]:
    """Preset -> the default length of a step by the table in the documentation."""
    page = (ROOT / "docs" / "step_lengths.md").read_text(encoding="utf-8")
    rows = [line.split("|") for line in page.splitlines() if "**default**" in line]
    return {cells[1].strip(" `"): int(cells[3].replace(",", "")) for cells in rows}


def test_every_preset_steps_by_the_length_that_was_measured_for_it():
    steps = {name: config_from_dict({"mechanism": name}).run.step_blocks for name in PRESETS}
    assert steps == chosen_lengths()


@pytest.mark.parametrize("mechanism", ["netflow_2026", {"preset": "netflow_2026", "gate": {}}])
def test_a_given_length_of_a_step_comes_before_the_presets(mechanism):
    by_itself = config_from_dict({"mechanism": mechanism, "run": {"paths": 8}})
    given = config_from_dict({"mechanism": mechanism, "run": {"step_blocks": 360}})
    assert (by_itself.run.step_blocks, given.run.step_blocks) == (60, 360)
    assert json.loads(by_itself.canonical_json())["run"]["step_blocks"] == 60
    override = config_from_dict({"mechanism": mechanism}, overrides=["run.step_blocks=1"])
    assert override.run.step_blocks == 1


def test_whole_number_does_for_a_float_and_gives_the_same_hash():
    whole = config_from_dict({"run": {"horizon_days": 60}})
    decimal = config_from_dict({"run": {"horizon_days": 60.0}})
    assert isinstance(whole.run.horizon_days, float)
    assert whole.config_hash == decimal.config_hash


def test_hash_does_not_depend_on_the_order_of_keys_and_names_each_change():
    one = config_from_dict({"run": {"paths": 8, "seed": 1}, "title": "x"})
    two = config_from_dict({"title": "x", "run": {"seed": 1, "paths": 8}})
    other = config_from_dict({"title": "x", "run": {"seed": 2, "paths": 8}})
    assert one.canonical_json() == two.canonical_json()
    assert one.config_hash == two.config_hash != other.config_hash
    assert len(one.config_hash) == 64


def test_hash_is_the_same_wherever_the_file_lies(tmp_path):
    copy = tmp_path / "elsewhere.toml"
    copy.write_bytes(MAINNET.read_bytes())
    shutil.copytree(MAINNET.parent / "demand", tmp_path / "demand")
    assert load_config(copy).config_hash == load_config(MAINNET).config_hash


def test_paths_in_a_config_start_at_its_folder_and_output_is_named_after_it(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('[network]\nfile = "states/now.csv"\n')
    config = load_config(path)
    assert config.network_file == tmp_path / "states" / "now.csv"
    assert config.output_folder == Path("runs/mine")
    assert config.source == path


@pytest.mark.parametrize("file", ["now.csv", "./now", "/states/now.parquet"])
def test_network_with_folder_or_ending_is_a_path(file):
    assert config_from_dict({"network": {"file": file}}).network_file == Path(file)


# --- days ----------------------------------------------------------------------------------------


def test_default_report_and_loss_days_follow_the_horizon():
    month = config_from_dict({"run": {"horizon_days": 30}})
    year = config_from_dict({"run": {"horizon_days": 365}})
    assert month.run.report_days == (1.0, 3.0, 7.0, 14.0, 21.0, 30.0)
    assert month.loss_days == (1.0, 7.0, 30.0)
    assert year.run.report_days[-2:] == (90.0, 365.0)
    assert year.loss_days == (1.0, 7.0, 30.0, 90.0, 365.0)
    assert Config().loss_days == (1.0, 7.0, 30.0, 90.0)


@given(
    st.sampled_from([1, 7, 60, 360, 720, 1000, 7200]), st.integers(min_value=1, max_value=36_500)
)
@settings(deadline=None)
def test_every_whole_number_of_steps_is_a_valid_horizon(step_blocks, steps):
    run = RunConfig(step_blocks=step_blocks, horizon_days=steps * step_blocks / 7200)
    assert run.n_steps == steps
    assert run.report_steps[-1] == steps
    assert list(run.report_steps) == sorted(set(run.report_steps))


def test_fractions_of_a_day_are_reported():
    run = RunConfig(report_days=[0.05, 0.5, 1], horizon_days=1)
    assert run.report_steps == (1, 10, 20)


@given(st.floats(min_value=0.0001, max_value=100.0), st.sampled_from([360, 1000, 7200]))
@settings(deadline=None)
def test_the_nearest_valid_day_that_a_refusal_names_is_valid(day, step_blocks):
    data = {"run": {"horizon_days": day, "step_blocks": step_blocks}}
    try:
        config_from_dict(data)
    except ConfigError as error:
        nearest = float(str(error).rpartition(" ")[2])
        config_from_dict({"run": {"horizon_days": nearest, "step_blocks": step_blocks}})
        step = step_blocks / 7200
        assert abs(nearest - day) <= max(0.5 * step, step - day) + 1e-9


def test_report_day_between_steps_is_refused_with_the_nearest():
    text = refusal({"run": {"report_days": [1, 2.13]}})
    assert "run.report_days: day 2.13" in text
    assert "360 blocks" in text
    assert text.endswith("2.15")


def test_a_report_day_may_be_the_horizon_and_not_a_step_past_it():
    at_the_end = RunConfig(horizon_days=30, report_days=[7, 30], step_blocks=360)
    assert at_the_end.report_days == (7.0, 30.0)
    text = refusal({"run": {"horizon_days": 30, "report_days": [7, 30.05], "step_blocks": 360}})
    assert "holds [30.05], past run.horizon_days = 30" in text


def test_report_days_out_of_order_are_refused_with_the_order():
    assert "write [1, 3, 7]" in refusal({"run": {"report_days": [7, 1, 3, 3]}})


def test_report_day_past_the_horizon_is_refused_with_both_ways_out():
    text = refusal({"run": {"horizon_days": 30, "report_days": [7, 45]}})
    assert "run.report_days" in text
    assert "[45]" in text
    assert "horizon_days = 30" in text
    assert "raise the horizon to 45" in text


def test_days_of_one_step_are_refused_as_twice_the_same():
    assert "write [1]" in refusal({"run": {"report_days": [1, 1.000000001]}})
    assert RunConfig(horizon_days=3.000000001).report_steps == (20, 60)


def test_loss_day_past_the_horizon_is_refused():
    text = refusal({"portfolio": {"loss_days": [1, 120]}})
    assert "portfolio.loss_days: holds [120], past run.horizon_days = 90" in text


# --- unknown keys and words ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "key", "hint"),
    [
        ({"runn": {}}, "runn", 'did you mean "run"?'),
        ({"run": {"pahts": 1}}, "run.pahts", 'did you mean "paths"?'),
        ({"paths": 1}, "paths", 'did you mean "run.paths"?'),
        ({"mechanism": {"gat": {}}}, "mechanism.gat", 'did you mean "gate"?'),
        ({"mechanism": {"gate": {"rnk": 1}}}, "mechanism.gate.rnk", 'did you mean "rank"?'),
        ({"rank": 1}, "rank", 'did you mean "mechanism.gate.rank"?'),
        (
            {"demand": [{"process": "student_flow", "drfit": 0.1}]},
            "demand.student_flow.drfit",
            'did you mean "drift"?',
        ),
        ({"output": {"zzz": 1}}, "output.zzz", "known: folder"),
    ],
)
def test_unknown_key_is_refused_with_the_nearest_known(data, key, hint):
    assert refusal(data) == f"config: {key}: unknown key; {hint}"


def test_unknown_words_are_refused_with_the_known_ones():
    text = refusal({"mechanism": "gate_rank"})
    assert 'mechanism.preset: is "gate_rank"; must be one of' in text
    assert 'did you mean "gate_rank_2026"?' in text
    assert 'mechanism.gate.kind: is "hill"; must be one of "hill_rank", "hill_mass", ' in (
        refusal({"mechanism": {"gate": {"kind": "hill"}}})
    )
    text = refusal({"demand": [{"process": "student_flw"}]})
    assert "demand.0.process" in text
    assert '"stochastic_variance_flow"' in text
    assert 'did you mean "student_flow"?' in text
    assert "demand.0.process: is missing; must be one of" in refusal({"demand": [{}]})
    assert 'did you mean "float64"?' in refusal({"run": {"precision": "float46"}})


def test_parameters_of_weight_rules_are_checked_and_travel_with_the_config():
    table = {"weight_rule": {"kind": "user_flow", "exponent": 2}}
    config = config_from_dict({"mechanism": table})
    assert config.mechanism.weight_rule.model_dump()["exponent"] == 2.0
    assert pickle.loads(pickle.dumps(config)) == config
    text = refusal({"mechanism": {"weight_rule": {"kind": "user_flow", "exponent": 20}}})
    assert text == "config: mechanism.weight_rule.exponent: is 20; must be at most 16"
    text = refusal({"mechanism": {"weight_rule": {"kind": "user_flow", "exponnt": 2}}})
    assert text.endswith('mechanism.weight_rule.exponnt: unknown key; did you mean "exponent"?')
    text = refusal({"mechanism": {"weight_rule": {"kind": "user_flw"}}})
    assert text.startswith(
        'config: mechanism.weight_rule.kind: is "user_flw"; must be one of "ema_'
    )
    assert text.endswith('did you mean "user_flow"?')


def test_another_kind_of_part_does_not_inherit_the_presets_parameters():
    table = {"preset": "gate_rank_2026", "gate": {"kind": "hill_mass", "quantile": 0.61}}
    gate = config_from_dict({"mechanism": table}).mechanism.gate
    assert (gate.kind, gate.quantile, gate.exponent) == ("hill_mass", 0.61, 3.0)
    text = refusal({"mechanism": {"gate": {"kind": "hill_mass", "rank": 48}}})
    assert text.startswith("config: mechanism.gate.rank: unknown key")


def test_alpha_cannot_be_held_where_there_is_none():
    text = refusal({"mechanism": "root_2023", "portfolio": {"alpha": {"4": 1.0}}})
    assert text.startswith("config: portfolio.alpha: holds alpha, but there is none under ")
    config_from_dict({"mechanism": "root_2023", "portfolio": {"root_tao": 1.0}})


# --- parts that do not go together ----------------------------------------------------------------


def composed(preset: str, **parts) -> dict:
    return {"mechanism": {"preset": preset, **parts}}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            composed("gate_rank_2026", pool={"kind": "none"}),
            'weight_rule.kind: is "ema_price_burn", which needs pools, and pool.kind is "none"',
        ),
        (
            composed("gate_rank_2026", weight_rule={"kind": "root_validators"}),
            'is "root_validators", which belongs to rules without pools',
        ),
        (
            composed("gate_rank_2026", injection={"kind": "none"}),
            'injection.kind: is "none", which belongs to rules without pools',
        ),
        (
            composed("root_2023", registration={"limit": 64}),
            "registration.limit: is 64, but without pools no subnet has a price",
        ),
        (
            composed("root_2023", chain_buy={"kind": "destroyed"}),
            'chain_buy.kind: is "destroyed", which needs pools',
        ),
        (
            composed("launch_2025", chain_buy={"kind": "destroyed"}),
            'injection "launch" never leaves TAO to buy with; write "none"',
        ),
        (
            composed("netflow_2026", chain_buy={"kind": "none"}),
            'injection "lesser_emission_cap" leaves TAO over; say what it buys',
        ),
        (
            composed("launch_2025", pool={"kind": "weighted"}),
            'injection.kind: is "launch", which injects out of proportion to the price',
        ),
        (
            composed("launch_2025", root={"kind": "sold_unless_subsidised"}),
            'root.kind: is "sold_unless_subsidised", but injection "launch" subsidises nobody',
        ),
        (
            composed("gate_rank_2026", root={"kind": "sold_at_launch"}),
            "a sale into the launch's constant-product pool",
        ),
        (
            composed("price_rootprop", root={"kind": "none"}),
            'weight_rule.kind: is "ema_price_rootprop_burn", which needs root\'s part',
        ),
        (
            composed("gate_rank_2026", root={"kind": "none"}),
            'injection.kind: is "root_proportion_cap", which needs root\'s part',
        ),
        (
            composed("taoflow_2025", weight_rule={"smoothing": 0.0}),
            "weight_rule.smoothing: is 0; a flow rule without its average has no shares",
        ),
        (
            composed("article_2024", split={"owner": 0.5}),
            "split: owner, miner and validator add up to 1.32; they must add up to 1",
        ),
        (
            composed("proposed_tiers", gate={"last_ranks": [32, 32], "parts": [0.5, 0.5]}),
            "gate.last_ranks: is [32, 32]; tiers overlap unless each ends at a higher rank",
        ),
        (
            composed("proposed_tiers", gate={"parts": [0.75, 0.5]}),
            "gate.parts: adds up to 1.25; must add up to 1",
        ),
        (
            composed("proposed_tiers", gate={"parts": [1.0]}),
            "gate.parts: has 1 members for 2 tiers",
        ),
        (composed("gate_rank_2026", gate={"rank": 0}), "gate.rank: is 0; must be at least 1"),
        (
            composed("gate_mass_2026", gate={"quantile": 0.0}),
            "gate.quantile: is 0.0; must be above 0",
        ),
    ],
)
def test_parts_that_do_not_go_together_are_refused_with_the_reason(data, message):
    text = refusal(data)
    assert message in text
    assert "mechanism." in text


def test_parts_of_different_times_go_together_where_they_make_sense():
    for preset, parts in (
        ("gate_rank_2026", {"gate": {"kind": "hill_mass", "quantile": 0.61}}),
        ("gate_rank_2026", {"weight_rule": {"kind": "user_flow"}}),
        ("article_2024", {"weight_rule": {"kind": "ema_price"}}),
        ("netflow_2026", {"gate": {"kind": "tiers"}, "root": {"kind": "basket"}}),
        ("subsidy_2025", {"root": {"kind": "claimed"}}),
        ("root_2023", {"gate": {"kind": "hill_rank"}}),
        ("launch_2025", {"moving_price": {"halving_blocks": 100_800}}),
        ("subsidy_2025", {"injection": {"alpha": "block_emission"}}),
        ("taoflow_2025", {"injection": {"kind": "alpha_emission_cap"}}),
        ("price_rootprop", {"pool": {"kind": "weighted"}}),
        ("gate_rank_2026", {"gate": {"kind": "none"}, "root": {"kind": "claimed"}}),
    ):
        config_from_dict(composed(preset, **parts))


# --- types and ranges ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"run": {"paths": 0}}, "run.paths: is 0; must be at least 1"),
        ({"run": {"paths": -5}}, "run.paths: is -5; must be at least 1"),
        ({"run": {"paths": 64.0}}, "run.paths: is 64.0, a float; must be an integer; write 64"),
        ({"run": {"paths": "64"}}, 'run.paths: is "64", a string; must be an integer'),
        ({"run": {"paths": True}}, "run.paths: is true, a boolean; must be an integer"),
        ({"run": {"seed": -1}}, "run.seed: is -1; must be at least 0"),
        ({"run": {"seed": 2**63}}, f"must be at most {2**63 - 1}"),
        ({"run": {"block_paths": 48}}, "must be a power of two: write 32 or 64"),
        ({"run": {"block_paths": 131_072}}, "must be at most 65536"),
        ({"run": {"step_blocks": 0}}, "run.step_blocks: is 0; must be at least 1"),
        ({"run": {"horizon_days": float("nan")}}, "run.horizon_days: is nan; must be a finite"),
        ({"run": {"horizon_days": float("inf")}}, "run.horizon_days: is inf; must be a finite"),
        ({"run": {"horizon_days": 0}}, "run.horizon_days: is 0; must be above 0"),
        ({"run": {"horizon_days": 10**400}}, "run.horizon_days: is too large"),
        ({"run": {"report_days": []}}, "run.report_days: is empty"),
        ({"run": {"report_days": 3}}, "must be an array, as in [1, 7, 30]"),
        ({"run": {"report_days": ["1"]}}, 'run.report_days.0: is "1", a string; must be a number'),
        ({"run": 3}, "run: is 3, an integer; must be a table"),
        ({"title": 3}, "title: is 3, an integer; must be a string in quotes"),
        ({"title": "x" * 201}, "title: is longer than 200"),
        ({"demand": {"process": "x"}}, "demand: is a table; must be an array of tables"),
        ({"demand": [1]}, "demand.0: is 1, an integer; must be a table"),
        ({"mechanism": 5}, "mechanism: is 5, an integer; must be the name of a preset, or a table"),
        ({"mechanism": {"preset": []}}, "mechanism.preset: is []; must be one of"),
        ({"mechanism": {"gate": "none"}}, 'mechanism.gate: is "none", a string; must be a table'),
        ({"mechanism": {"gate": {"rank": 0}}}, "mechanism.gate.rank: is 0; must be at least 1"),
        (
            {"mechanism": {"split": {"owner_cut_u16": 65536}}},
            "mechanism.split.owner_cut_u16: is 65536; must be at most 65535",
        ),
        (
            {"mechanism": {"moving_price": {"rate": 1.5}}},
            "mechanism.moving_price.rate: is 1.5; must be at most 1",
        ),
        (
            {"demand": [{"process": "student_flow", "degrees_of_freedom": 2}]},
            "demand.student_flow.degrees_of_freedom: is 2; must be above 2",
        ),
        (
            {"demand": [{"process": "emission_selling", "miner": 1.2}]},
            "demand.emission_selling.miner: is 1.2; must be at most 1",
        ),
        (
            {"demand": [{"process": "emission_selling"}] * 2},
            'demand.1.name: is "emission_selling", which demand.0 is called already',
        ),
        ({"network": {"file": ""}}, "network.file: is empty"),
        ({"network": {"file": "a\0b"}}, "network.file: holds a null character"),
        ({"network": {"gate_bar": 1.5}}, "network.gate_bar: is 1.5; must be at most 1"),
        ({"portfolio": {"alpha": [1]}}, "portfolio.alpha: is [1], an array; must be a table"),
        ({"portfolio": {"alpha": {"x": 1}}}, "portfolio.alpha.x: is no netuid (0 to 65535)"),
        ({"portfolio": {"alpha": {"9" * 5000: 1}}}, "is no netuid"),
        ({"portfolio": {"alpha": {"0": 1}}}, "portfolio.alpha.0: root has no alpha"),
        ({"portfolio": {"alpha": {"4": 1, "04": 2}}}, "alpha.04: netuid 4 is given twice"),
        ({"portfolio": {"alpha": {"4": -1}}}, "portfolio.alpha.4: is -1.0; must be at least 0"),
        ({"portfolio": {"alpha": {"4": "1"}}}, 'portfolio.alpha.4: is "1", a string'),
        ({"portfolio": {"alpha": {"4": float("nan")}}}, "portfolio.alpha.4: is nan"),
    ],
)
def test_bad_value_is_refused_with_key_value_and_fix(data, message):
    text = refusal(data)
    assert message in text
    assert "\n" not in text


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({"portfolio": {"root_tao": 1e12}}, "portfolio.root_tao"),
        ({"portfolio": {"alpha": {"4": 1e12}}}, "portfolio.alpha.4"),
        ({"network": {"total_issuance": 1e12}}, "network.total_issuance"),
    ],
)
def test_amount_in_rao_is_refused_with_the_amount_in_tao(data, key):
    text = refusal(data)
    assert f"{key}: is 1,000,000,000,000" in text
    assert "looks like rao: divide by 1e9 (write 1000)" in text


def test_every_problem_is_listed_one_a_line():
    text = refusal({"run": {"paths": 0, "sed": 1}, "title": 3, "mechanism": {"gate": {"rank": 0}}})
    head, *lines = text.split("\n  ")
    assert head == "config: 4 problems"
    assert [line.partition(":")[0] for line in lines] == [
        "title",
        "mechanism.gate.rank",
        "run.paths",
        "run.sed",
    ]


def test_extreme_but_possible_values_are_accepted():
    config = config_from_dict(
        {
            "run": {"paths": 1, "seed": 2**63 - 1, "block_paths": 65_536, "step_blocks": 1},
            "demand": [],
            "portfolio": {"alpha": {"65535": 0}, "delegate_take_u16": 0},
            "mechanism": {"split": {"owner_cut_u16": 65_535}, "root": {"tao_weight": 0}},
        }
    )
    assert config.demand == ()
    assert config.portfolio.alpha == {65_535: 0.0}
    assert config.portfolio.is_empty


toml_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.dates()
    | st.sampled_from(["gate_rank_2026", "student_flow", "hill_rank", 10**400]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=4)
            | st.sampled_from(["process", "kind", "preset", "gate", "rank", "alpha", "paths"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


@given(
    st.dictionaries(st.sampled_from([*Config.model_fields, "other"]), toml_values, max_size=4),
    st.lists(
        st.builds(
            "{}={}".format,
            st.sampled_from(
                [
                    "run.paths",
                    "run.report_days.0",
                    "demand.0.drift",
                    "demand.1",
                    "demand.stochastic_variance_flow.x",
                    "mechanism.a.b",
                    "portfolio.alpha.4",
                    "title",
                ]
            ),
            st.sampled_from(["1", "x", "[1, 2]", "nan", '"a"', "1\nb = 2", "{a = 1}", ""]),
        ),
        max_size=3,
    ),
)
@settings(deadline=None, max_examples=300)
def test_whatever_a_config_holds_it_is_accepted_or_refused_in_words(data, overrides):
    try:
        config = config_from_dict(data, overrides=overrides)
    except ConfigError as error:
        refused = error.problems
    else:
        refused = None
        assert config_from_dict(json.loads(config.canonical_json())) == config
    assert refused is None or (refused and all(problem.message for problem in refused))


# --- overrides -----------------------------------------------------------------------------------


@pytest.mark.parametrize("mechanism", ["gate_rank_2026", {"preset": "gate_rank_2026"}, None])
def test_override_reaches_into_a_preset(mechanism):
    data = {} if mechanism is None else {"mechanism": mechanism}
    config = config_from_dict(data, overrides=["mechanism.gate.rank=48"])
    assert config.mechanism.gate.rank == 48
    assert config.mechanism.gate.exponent == chain.GATE_EXPONENT


@pytest.mark.parametrize("address", ["demand.1.miner", "demand.emission_selling.miner"])
@pytest.mark.parametrize(
    "data",
    [{}, {"demand": [{"process": "stochastic_variance_flow"}, {"process": "emission_selling"}]}],
)
def test_override_addresses_a_process_by_index_or_name(address, data):
    config = config_from_dict(data, overrides=[f"{address}=0.5"])
    before = config_from_dict(data).demand
    assert config.demand[1] == before[1].model_copy(update={"miner": 0.5})
    assert (config.demand[0], *config.demand[2:]) == (before[0], *before[2:])


TWO_FLOWS = {
    "demand": [{"process": "student_flow"}, {"process": "student_flow", "name": "wild_flow"}]
}


def test_processes_of_one_kind_are_told_apart_by_name():
    config = config_from_dict(TWO_FLOWS, overrides=["demand.wild_flow.drift=0.1"])
    assert [part.name for part in config.demand] == ["student_flow", "wild_flow"]
    assert [part.drift for part in config.demand] == [0.0, 0.1]


def test_problem_of_a_named_process_bears_its_name():
    wild = {"process": "student_flow", "name": "wild_flow", "common_share": 2.0}
    text = refusal({"demand": [{"process": "student_flow"}, wild]})
    assert "demand.wild_flow.common_share: is 2.0; must be at most 1" in text
    assert "--set demand.wild_flow.drift: is 3" in refusal(TWO_FLOWS, "demand.1.drift=3")


def test_name_of_a_process_is_one_plain_word():
    text = refusal({"demand": [{"process": "student_flow", "name": "a.b"}]})
    assert 'name: is "a.b"; must be one word of small letters, digits and _' in text


def test_override_values_are_toml_or_else_text():
    config = config_from_dict(
        {"portfolio": {"alpha": {"9": 1.0}}},
        overrides=[
            "title=plain words",
            "network.file=states/now.csv",
            "portfolio.alpha.4=100",
            "run.report_days=[1, 2.5]",
            'output.folder="a=b"',
            "run.report_days.0=0.5",
            "run.seed=0x10",
        ],
    )
    assert config.title == "plain words"
    assert config.network.file == "states/now.csv"
    assert config.portfolio.alpha == {4: 100.0, 9: 1.0}
    assert config.run.report_days == (0.5, 2.5)
    assert config.output.folder == "a=b"
    assert config.run.seed == 16


def test_later_override_wins_and_the_given_tables_stay_as_they_were():
    data = {"run": {"paths": 3}, "demand": [{"process": "student_flow"}]}
    before = json.dumps(data)
    config = config_from_dict(data, overrides=["run.paths=4", "run.paths=5", "demand.0.drift=0.1"])
    assert config.run.paths == 5
    assert json.dumps(data) == before


def test_line_break_in_a_value_sets_no_other_key():
    config = config_from_dict({}, overrides=["title=1\ntitle2 = 2"])
    assert config.title == "1\ntitle2 = 2"


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("run.paths", '--set run.paths: has no "="; write --set key=value'),
        (".paths=1", "has an empty key"),
        ("run.pahts=1", '--set run.pahts: unknown key; did you mean "paths"?'),
        ("run.paths=0", "--set run.paths: is 0; must be at least 1"),
        ("run.paths=many", '--set run.paths: is "many", a string; must be an integer'),
        ("demand.1.miner=2", "--set demand.emission_selling.miner: is 2; must be at most 1"),
        ("demand.3.miner=0", "there is no member 3; the list has 3, from 0"),
        pytest.param(f"demand.{'9' * 5000}.miner=0", "there is no member", id="huge index"),
        ("demand.emission_seling.miner=0", 'did you mean "emission_selling"?'),
        ("title.a=1", "title is a string, and has no key 'a'"),
    ],
)
def test_bad_override_is_refused_by_its_name(override, message):
    assert message in refusal({"title": "x"}, override)


def test_refusal_tells_file_and_command_line_apart(tmp_path):
    path = tmp_path / "c.toml"
    path.write_text("[run]\npaths = 0\n")
    text = file_refusal(path, "run.seed=-1")
    assert text.startswith(f"{path}: 2 problems")
    assert "\n  run.paths: is 0" in text
    assert "\n  --set run.seed: is -1" in text


# --- files ---------------------------------------------------------------------------------------


def test_missing_file_folder_and_other_encodings_are_refused(tmp_path):
    missing = tmp_path / "missing.toml"
    assert file_refusal(missing) == f"{missing}: there is no such file; check the path"
    assert "is a folder" in file_refusal(tmp_path)
    latin = tmp_path / "latin.toml"
    latin.write_bytes('title = "é"'.encode("latin-1"))
    assert "is not UTF-8 text (byte 9); save it as UTF-8" in file_refusal(latin)
    assert "cannot be read" in file_refusal(Path("a\0b"))


def test_broken_toml_is_refused_with_line_and_text(tmp_path):
    path = tmp_path / "c.toml"
    path.write_text('title = "x"\n\n[run]\npaths 4096\n')
    text = file_refusal(path)
    assert text.startswith(f"{path}: is not valid TOML")
    assert "line 4" in text
    assert '"paths 4096"' in text


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x = ", id="no value"),
        pytest.param("a = 1\na = 2", id="twice"),
        pytest.param("x = " + "[" * 5000, id="nested"),
        pytest.param("x = " + "9" * 5000, id="huge"),
    ],
)
def test_any_broken_toml_is_refused(tmp_path, text):
    path = tmp_path / "c.toml"
    path.write_text(text)
    assert str(path) in file_refusal(path)


def test_byte_order_mark_is_no_harm(tmp_path):
    path = tmp_path / "c.toml"
    path.write_bytes('\ufefftitle = "x"\r\n'.encode())
    assert load_config(path).title == "x"


# --- speed ---------------------------------------------------------------------------------------


def test_config_modules_import_none_of_the_slow_packages():
    """Their ``build()`` loads a rule or a process only once it is called."""
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in sorted((ROOT / "dtaojax").rglob("config.py"))
    ]
    code = (
        f"import sys, importlib; [importlib.import_module(name) for name in {modules!r}];"
        "print({'numpy', 'pandas', 'jax', 'pyarrow', 'scipy', 'matplotlib'} & set(sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert len(modules) > 10
    assert run.stdout.strip() == "set()"


def test_reading_a_config_imports_none_of_the_slow_packages():
    code = (
        "import sys; from dtaojax.config.load import load_config; load_config(sys.argv[1]);"
        "print({'numpy', 'pandas', 'jax', 'pyarrow', 'scipy', 'matplotlib'} & set(sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(MAINNET)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert run.stdout.strip() == "set()"


INCLUDED = """
[[demand]]
process = "stochastic_variance_flow"
drift = 0.001
[demand.level]
sd = 0.5
half_life_days = 30.0
now = { 4 = [0.25, 0.1] }
"""


def including(folder: Path, included: str, config: str = 'demand = [{ include = "flow.toml" }]'):
    """A config and the file that it includes, in a folder below."""
    (folder / "flow.toml").write_text(included)
    main = folder / "main.toml"
    main.write_text(config)
    return main


def test_an_included_process_stands_in_the_place_of_its_include(tmp_path: Path) -> None:
    config = 'demand = [{ include = "flow.toml" }, { process = "emission_selling" }]'
    path = including(tmp_path, INCLUDED, config)
    found = load_config(path, ["demand.stochastic_variance_flow.drift=0.002"])
    flow, selling = found.demand
    assert (flow.name, selling.name) == ("stochastic_variance_flow", "emission_selling")
    assert flow.drift == 0.002
    assert flow.level.now == {4: (0.25, 0.1)}
    written_out = tmp_path / "written_out.toml"
    written_out.write_text(
        INCLUDED.replace("0.001", "0.002") + '[[demand]]\nprocess = "emission_selling"'
    )
    assert found.config_hash == load_config(written_out).config_hash


@pytest.mark.parametrize(
    ("included", "config", "parts"),
    [
        (INCLUDED, 'demand = [{ include = "flwo.toml" }]', ["flwo.toml: there is no such file"]),
        (INCLUDED, "demand = [{ include = 3 }]", ["main.toml: demand.0.include: is 3"]),
        (
            INCLUDED,
            'demand = [{ include = "flow.toml", drift = 0.1 }]',
            ["main.toml: demand.0.include: stands alone, without drift", "--set"],
        ),
        ("[run]\npaths = 2", None, ["flow.toml", "run: does not belong here"]),
        ("", None, ["flow.toml: demand: is missing"]),
        ("demand = [{ include = 'x' }]", None, ["flow.toml", "cannot include another"]),
        (
            INCLUDED.replace("drift", "drfit"),
            None,
            ["flow.toml: demand.stochastic_variance_flow.drfit", 'did you mean "drift"?'],
        ),
        (
            INCLUDED.replace("4 = [0.25", "x = [0.25"),
            None,
            ["flow.toml: demand.stochastic_variance_flow.level.now.x: is no netuid"],
        ),
    ],
)
def test_a_bad_include_is_refused_with_the_file_at_fault(
    tmp_path: Path, included: str, config: str | None, parts: list[str]
) -> None:
    path = including(tmp_path, included, config or 'demand = [{ include = "flow.toml" }]')
    text = file_refusal(path)
    assert all(part in text for part in parts), text
