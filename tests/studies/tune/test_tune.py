"""Search over mechanisms: parameter_map, derivatives through the simulation, and the command."""

import dataclasses
import json
from pathlib import Path

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from browser import Chromium, complaints
from scipy import optimize
from small_search import BASE, commanded, search_file

from dtaojax import chain
from dtaojax.api import Search
from dtaojax.api.configs import ResultsDir
from dtaojax.assembly import build_world
from dtaojax.config.config import Config
from dtaojax.config.load import changed, config_from_dict
from dtaojax.engine.rollout import sample
from dtaojax.gradients.errors import TuneError
from dtaojax.gradients.expectation import Portion, evaluate
from dtaojax.gradients.measures import FUNCTIONS
from dtaojax.gradients.parameter_map import Box, Range
from dtaojax.gradients.path_history import PathHistory, run_path
from dtaojax.mechanism.gate.hill import hill_gate
from dtaojax.network import NetworkTable, load_network
from dtaojax.schema.errors import ConfigError
from dtaojax.studies.shared.parameter_worlds import parameter_map_of
from dtaojax.studies.tune.inputs import read_tune
from dtaojax.studies.tune.optimizers import sqp
from dtaojax.studies.tune.page.page import render_tune
from dtaojax.studies.tune.problem import Constraint, Problem
from dtaojax.studies.tune.run import STUDY
from dtaojax.studies.tune.search import Simulation

SMOOTH = ("emission_hhi", "merit", "exit_slippage", "sell_pressure", "pump_gain")
PORTION = Portion(paths=4, days=2, steps_a_day=1, block_paths=4, workers=1)
KEYS = (
    Range("mechanism.gate.exponent", 3.0, 1.0, 8.0, False),
    Range("mechanism.moving_price.rate", chain.MOVING_PRICE_RATE, 1e-5, 1e-3, False),
    Range("mechanism.root.tao_weight", 0.18, 0.05, 0.5, False),
    Range("mechanism.split.owner_cut_u16", 11_796.0, 3_000.0, 20_000.0, True),
    Range("demand.student_flow.drift", 0.0, -0.1, 0.1, False),
)


@pytest.fixture(scope="module")
def small() -> NetworkTable:
    """The twelve deepest subnets of the embedded network that can earn."""
    table = load_network("finney_8791253")
    rank = np.where(table.started & table.emission_enabled, table.tao_in, 0.0)
    rows = np.sort(np.argsort(rank)[-12:])

    def cut(value):
        return value[rows] if isinstance(value, np.ndarray) else value

    fields = {field.name: getattr(table, field.name) for field in dataclasses.fields(table)}
    kept = {name: cut(value) for name, value in fields.items()}
    kept["names"] = tuple(table.names[row] for row in rows)
    kept["observed"], kept["other"] = None, {}
    return NetworkTable(**kept)


@pytest.fixture(scope="module")
def config() -> Config:
    return config_from_dict(
        {
            "mechanism": {"preset": "gate_rank_2026", "gate": {"rank": 5}},
            "run": {"horizon_days": 2, "step_blocks": 7200, "paths": 4},
            "demand": [{"process": "student_flow"}, {"process": "emission_selling"}],
            "arrivals": {"rate": 0.0},
        }
    )


def test_parameter_map_moves_the_world_as_the_config_does(
    config: Config, small: NetworkTable
) -> None:
    parameter_map = parameter_map_of(config, small, KEYS)
    values = {
        "mechanism.gate.exponent": 4.4,
        "mechanism.moving_price.rate": 1.3e-4,
        "mechanism.root.tao_weight": 0.31,
        "mechanism.split.owner_cut_u16": 6_001,
        "demand.student_flow.drift": 0.02,
    }
    built = build_world(changed(config, values), small)
    moved = parameter_map(jnp.asarray([float(value) for value in values.values()]))
    arrays = [jax.tree.leaves(eqx.filter(world, eqx.is_array)) for world in (built, moved)]
    for want, found in zip(*arrays, strict=True):
        np.testing.assert_allclose(found, want, rtol=1e-12)
    for want, found in zip(
        jax.tree.leaves(eqx.filter(parameter_map.base, eqx.is_array)),
        jax.tree.leaves(eqx.filter(parameter_map(parameter_map.start), eqx.is_array)),
        strict=True,
    ):
        np.testing.assert_array_equal(found, want)


@pytest.mark.parametrize(
    ("key", "start", "low", "high", "what"),
    [
        ("mechanism.gate.rank", 5.0, 3.0, 6.0, "changes the program"),
        ("network.block", 8_791_253.0, 8_000_000.0, 9_000_000.0, "nothing in the model depends"),
        ("demand.student_flow.degrees_of_freedom", 2.4, 2.2, 9.0, "in proportion"),
    ],
)
def test_what_is_no_lever_is_refused_with_the_reason(
    key: str, start: float, low: float, high: float, what: str, config: Config, small: NetworkTable
) -> None:
    integer = key != "demand.student_flow.degrees_of_freedom"
    with pytest.raises(TuneError, match=f"{key}.*{what}"):
        parameter_map_of(config, small, [Range(key, start, low, high, integer)])


@pytest.fixture(scope="module")
def simulation(config: Config, small: NetworkTable) -> Simulation:
    parameter_map = parameter_map_of(config, small, KEYS)
    box = Box(
        np.array([each.low for each in KEYS]),
        np.array([each.high for each in KEYS]),
        np.zeros(len(KEYS), dtype=bool),
    )
    return Simulation(parameter_map, box, SMOOTH, PORTION, "forward")


@pytest.mark.exhaustive
def test_derivatives_through_the_simulation_are_central_differences(
    simulation: Simulation,
) -> None:
    at = simulation.box.unit(np.asarray(simulation.parameter_map.start))
    jacobian = simulation.differentiate(at).jacobian.mean(axis=0)
    width = 1e-4
    for place in range(len(KEYS)):
        along = np.eye(len(KEYS))[place] * width

        def odd(by: float, along: np.ndarray = along) -> np.ndarray:
            there, back = (simulation.measure(at + sign * by * along) for sign in (1.0, -1.0))
            return (there.measures - back.measures).mean(axis=0)

        central = (8.0 * odd(1.0) - odd(2.0)) / (12.0 * width)
        np.testing.assert_allclose(
            jacobian[:, place], central, rtol=1e-5, atol=1e-9, err_msg=KEYS[place].key
        )


def test_reverse_mode_gives_the_same_derivatives(still: Config, small: NetworkTable) -> None:
    """Without demand, for a program in reverse takes long to compile."""
    parameter_map = parameter_map_of(still, small, KEYS[:2])
    box = Box(np.array([1.0, 1e-5]), np.array([8.0, 1e-3]), np.zeros(2, dtype=bool))
    portion = Portion(paths=1, days=1, steps_a_day=1, block_paths=1, workers=1)
    forward = Simulation(parameter_map, box, ("emission_hhi", "sell_pressure"), portion, "forward")
    at = box.unit(np.asarray(parameter_map.start))
    one, other = (
        simulation.differentiate(at)
        for simulation in (forward, forward._replace(derivative="reverse"))
    )
    assert np.abs(one.jacobian).max() > 1e-6
    np.testing.assert_allclose(other.measures, one.measures, rtol=1e-12)
    np.testing.assert_allclose(other.jacobian, one.jacobian, rtol=1e-8, atol=1e-14)


def test_measures_do_not_depend_on_blocks(simulation: Simulation) -> None:
    whole = evaluate(
        simulation.parameter_map, np.asarray(simulation.parameter_map.start), SMOOTH, PORTION
    )
    parts = evaluate(
        simulation.parameter_map,
        np.asarray(simulation.parameter_map.start),
        SMOOTH,
        PORTION._replace(block_paths=2, workers=2),
    )
    np.testing.assert_array_equal(whole.measures, parts.measures)


def test_a_sample_cuts_off_what_the_last_block_computes_too_much() -> None:
    found = sample(lambda path: path.astype(float) ** 2, 5, 4, 2)
    np.testing.assert_array_equal(found, [0.0, 1.0, 4.0, 9.0, 16.0])


@pytest.fixture(scope="module")
def still(small: NetworkTable) -> Config:
    """Two subnets' worth of rules in which nothing moves: no demand, and no TAO is emitted."""
    return config_from_dict(
        {
            "mechanism": {"preset": "gate_rank_2026", "gate": {"rank": 2}},
            "network": {"total_issuance": 21e6},
            "run": {"horizon_days": 1, "step_blocks": 7200, "paths": 1},
            "demand": [],
            "arrivals": {"rate": 0.0},
        }
    )


@pytest.fixture(scope="module")
def day(still: Config, small: NetworkTable) -> PathHistory:
    """A day of that world."""
    world = build_world(still, dataclasses.replace(small, total_issuance=21e6))
    return eqx.filter_jit(run_path)(world, jnp.uint32(0), 1, 1)


def test_splitting_and_pumping_follow_the_hill_functions_closed_form(day: PathHistory) -> None:
    before, bar = day.paid.shares.pre_gate, day.paid.shares.bar

    def gated(weights: jax.Array) -> np.ndarray:
        return np.asarray(hill_gate(weights / weights.sum(), bar, jnp.asarray(3.0)))

    whole = gated(before)
    split = sum(
        2.0 * gated(jnp.append(before.at[i].multiply(0.5), 0.5 * before[i]))[i]
        for i in range(len(whole))
    )
    pump = sum(gated(before.at[i].multiply(1.1))[i] - whole[i] for i in range(len(whole))) / 0.1
    assert float(FUNCTIONS["split_gain"](day)) == pytest.approx(split, rel=1e-12)
    assert float(FUNCTIONS["pump_gain"](day)) == pytest.approx(pump, rel=1e-10)
    assert split < 1.0 < pump


def test_a_search_finds_the_exponent_that_a_closed_form_gives(
    still: Config, small: NetworkTable, day: PathHistory
) -> None:
    """Least pump gain at a concentration of at most 0.3: the constraint alone decides.

    Prices stand still, so the gated shares are those of the moving prices carried one day.
    """
    network = dataclasses.replace(small, total_issuance=21e6)
    exponent = Range("mechanism.gate.exponent", 3.0, 0.2, 8.0, False)
    parameter_map = parameter_map_of(still, network, [exponent])
    box = Box(np.array([0.2]), np.array([8.0]), np.array([False]))
    portion = Portion(1, 1, 1, 2, 1)
    names = ("pump_gain", "emission_hhi")
    simulation = Simulation(parameter_map, box, names, portion, "forward")
    shares, bar = day.paid.shares.pre_gate, day.paid.shares.bar

    def hhi(power: float) -> float:
        return float(jnp.sum(hill_gate(shares, bar, jnp.asarray(power)) ** 2))

    target = 0.5 * (hhi(0.2) + hhi(8.0))
    expected = optimize.brentq(lambda power: hhi(power) - target, 0.2, 8.0)
    rising = hhi(8.0) > hhi(0.2)
    pump = simulation.measure(np.array([0.5])).measures[0, 0]
    weight = 1.0 if not rising else -1.0
    held = Constraint("emission_hhi", -1, target)
    asked = Problem(names, np.array([weight, 0.0]), (held,), np.array([pump, target]))
    walk = sqp(asked, simulation.differentiate, np.array([0.4]), 40, lambda point: None)
    assert box.values(walk.best.unit)[0] == pytest.approx(expected, rel=1e-3)


TUNE = """
config = "base.toml"
[[parameter]]
key = "mechanism.gate.exponent"
low = 1.0
high = 8.0
[[parameter]]
key = "mechanism.root.tao_weight"
low = 0.1
high = 0.3
[minimise]
emission_hhi = 1.0
[[constraint]]
measure = "merit"
at_least = 0.9
[[choice]]
key = "mechanism.gate.rank"
values = [6]
[frontier]
measure = "pump_gain"
at_most = [1.2, 1.3]
iterations = 2
[search]
paths = 4
iterations = 3
explore = 2
block_paths = 4
[evolution]
evaluations = 6
[verify]
paths = 4
step_blocks = 7200
[[other_demand]]
name = "calm <b>"
config = "base.toml"
"""


def tune_file(folder: Path, text: str = TUNE) -> Path:
    return search_file(folder, text)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tune")
    said = commanded("tune", str(tune_file(folder)), "--out", str(folder / "out"))
    assert "frontier: pump_gain at most 1.2" in said
    assert f"report: {folder / 'out' / 'report.html'}" in said
    return folder / "out"


def test_hostile_names_are_text_on_the_page(finished: Path) -> None:
    found = json.loads((finished / "tune.json").read_text())
    hostile = "<script>alert(1)</script>\u202e\x1b"
    records = next(iter(found["elsewhere"].values()), found["held_out"])
    page = render_tune(
        found | {"title": hostile, "network": hostile, "elsewhere": {hostile: records}}
    )
    plain = render_tune(found | {"elsewhere": {"other": records}})
    assert page.count("<script") == plain.count("<script")
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;\\u202e\\x1b") >= 3
    assert not {"\u202e", "\x1b"} & set(page)


def test_browser_opens_the_page_without_complaint(finished: Path, chromium: Chromium) -> None:
    assert complaints(chromium, finished / "report.html") == []


def test_python_reads_what_the_search_left(finished: Path) -> None:
    search = Search(ResultsDir(finished))
    found = json.loads((finished / "tune.json").read_text())
    assert search.parameters["found"].tolist() == [each["found"] for each in found["parameters"]]
    assert (
        search.changes.items()
        >= {each["key"]: each["found"] for each in found["parameters"]}.items()
    )
    measure = search.verified.set_index("measure").loc["emission_hhi"]
    assert measure["change"] == pytest.approx(measure["found"] - measure["start"], rel=1e-9)
    assert search.report.is_file()
    assert "emission_hhi" in search._repr_html_()


def test_the_command_leaves_what_it_found(finished: Path) -> None:
    found = json.loads((finished / "tune.json").read_text())
    assert found["objective"] == pytest.approx(
        found["held_out"][0]["at"][1]["value"] / found["start_means"]["emission_hhi"], rel=0.2
    )
    assert max(found["violation_by_step"][-1:]) < 1.0
    assert {each["key"] for each in found["parameters"]} == {
        "mechanism.gate.exponent",
        "mechanism.root.tao_weight",
    }
    assert [each["choice"] for each in found["variants"]] == [{"mechanism.gate.rank": 6}]
    record = found["held_out"][0]
    difference = record["at"][1]["value"] - record["at"][0]["value"]
    assert record["change"][0]["value"] == pytest.approx(difference, abs=1e-12)
    assert record["change"][0]["standard_error"] < record["at"][0]["standard_error"]
    assert found["rival"]["evaluations"] >= 6
    looser, tighter = found["frontier"]
    assert (looser["bound"], tighter["bound"]) == (1.3, 1.2)
    if tighter["feasible"]:
        assert looser["feasible"]


def test_what_was_found_can_be_set_on_the_command_line(finished: Path) -> None:
    lines = (finished / "tuned.toml").read_text().splitlines()
    settings = [line.removeprefix("#   --set ") for line in lines if line.startswith("#   --set ")]
    config = config_from_dict({}, overrides=settings)
    assert config.mechanism.gate.rank == 6


def test_the_page_shows_text_from_configs_as_text(finished: Path) -> None:
    page = (finished / "report.html").read_text()
    assert "calm &lt;b&gt;" in page
    assert "calm <b>" not in page


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"mechanism.gate.exponent"', '"mechanism.gate.exponnt"', 'did you mean "exponent"'),
        ("low = 1.0", "low = 4.0", "outside its bounds 4 to 8"),
        ("emission_hhi = 1.0", "emission_hi = 1.0", 'did you mean "emission_hhi"'),
        ('"mechanism.root.tao_weight"', '"mechanism.gate.kind"', "is no number"),
        ("paths = 4\nstep", "paths = 4\nseed = 1\nstep", "the verification needs fresh paths"),
        ("at_least = 0.9", "", "write either at_least or at_most"),
        ("[search]", "[search]\nstep_blocks = 7000", "must divide a day"),
    ],
)
def test_a_bad_search_is_refused_with_the_place_and_the_fix(
    old: str, new: str, message: str, tmp_path: Path
) -> None:
    assert old in TUNE
    with pytest.raises(ConfigError, match=message):
        read_tune(tune_file(tmp_path, TUNE.replace(old, new, 1)), [])


def test_reverse_mode_is_refused_where_subnets_come_and_go(tmp_path: Path) -> None:
    text = TUNE.replace("[search]", '[search]\nderivative = "reverse"')
    file = tune_file(tmp_path, text + '[change]\n"arrivals.rate" = 1.0\n')
    with pytest.raises(ConfigError, match="cannot follow registrations"):
        read_tune(file, [])


def test_a_search_reads_the_network_as_a_run_does(tmp_path: Path) -> None:
    file = tune_file(tmp_path)
    base = tmp_path / "base.toml"
    base.write_text(BASE.replace('network.file = "small.csv"', "network.synthetic.subnets = 9"))
    assert read_tune(file, []).network.n_subnets == 9
    (tmp_path / "small.toml").write_text(
        "\n".join(
            line
            for line in (tmp_path / "small.toml").read_text().splitlines()
            if not line.startswith("last_lock_cost")
        )
    )
    base.write_text(BASE.replace("arrivals.rate = 0.0\n", ""))
    with pytest.raises(ConfigError, match="last_lock_cost"):
        read_tune(file, [])


def test_constraints_that_no_point_keeps_are_named(tmp_path: Path) -> None:
    text = TUNE.replace("at_least = 0.9", "at_least = 2.0")
    with pytest.raises(TuneError, match=r"merit is 0\.\d*, asked for at least 2"):
        STUDY.carry_out(
            read_tune(tune_file(tmp_path, text), []), tmp_path / "out", lambda line: None
        )


def test_a_measure_that_is_not_finite_names_path_and_place(
    still: Config, small: NetworkTable
) -> None:
    broken = dataclasses.replace(small, tao_in=np.where(np.arange(12) == 7, np.nan, small.tao_in))
    parameter_map = parameter_map_of(still, broken, KEYS[:1])
    with pytest.raises(
        TuneError, match="on 4 of 4 paths, first on path 0, by day 0 in the subnet in row 7"
    ):
        evaluate(parameter_map, np.array([3.0]), ("emission_hhi", "pool_depth"), PORTION)
