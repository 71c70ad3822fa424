"""What moves the numbers: slopes, tails, indices, and the command."""

import json
from pathlib import Path

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
from browser import Chromium, complaints
from small_search import command_reads_and_names_its_report, search_file

import dtaojax
from dtaojax.config.load import config_from_dict
from dtaojax.gradients.expectation import Outcome
from dtaojax.gradients.headlines import Headline, elasticities, headline_columns, tail_weights
from dtaojax.gradients.parameter_map import Effect, Range, effect_of, tangent_map
from dtaojax.metrics.tail import expected_shortfall
from dtaojax.schema.errors import ConfigError
from dtaojax.studies.sensitivity.config import default_measures, default_parameters
from dtaojax.studies.sensitivity.indices import sobol_indices
from dtaojax.studies.sensitivity.run import read_sensitivity

LOSSES = np.random.default_rng(5).standard_t(4, size=403)
EXPOSURES = np.random.default_rng(6).normal(1.0, 0.5, size=403)
ES = Headline("es", "loss", 0.05)


class Toy(eqx.Module):
    """A world of one curved number, one whole number, and a program."""

    curved: jnp.ndarray
    whole: jnp.ndarray
    steps: int = eqx.field(static=True)


def build(values) -> Toy:
    at = {"curve": 2.0, "count": 3.0, "steps": 1.0, "idle": 0.0} | dict(values)
    steps = round(at["steps"])
    return Toy(jnp.asarray(at["curve"] ** 3), jnp.asarray(round(at["count"])), steps)


@pytest.mark.parametrize(
    ("key", "effect"),
    [
        ("curve", Effect.SMOOTH),
        ("count", Effect.JUMPS),
        ("steps", Effect.PROGRAM),
        ("idle", Effect.NOTHING),
    ],
)
def test_what_a_parameter_does_to_a_world_is_found_out(key: str, effect: Effect) -> None:
    assert effect_of(build({key: 1.0}), build({key: 4.0})) is effect


def test_a_tangent_is_the_slope_of_a_curve_at_the_point() -> None:
    ranges = [Range("curve", 2.0, 1.0, 3.0, False), Range("count", 3.0, 1.0, 5.0, True)]
    near = tangent_map(build, ranges, np.array([1.5, 3.0]))
    assert float(near.slopes[0].curved) == pytest.approx(3.0 * 1.5**2, rel=1e-7)
    assert near.slopes[1].curved is None
    assert near.slopes[1].whole is None
    assert float(near(jnp.array([1.6, 5.0])).curved) == pytest.approx(1.5**3 + 0.675, rel=1e-7)


@pytest.mark.parametrize("tail", [0.05, 0.1, 1.0])
def test_the_mean_of_a_tail_column_is_the_expected_shortfall(tail: float) -> None:
    found = headline_columns(
        Outcome(LOSSES[:, None], None), ("loss",), (Headline("es", "loss", tail),)
    )
    assert tail_weights(LOSSES, tail).mean() == pytest.approx(1.0, rel=1e-12)
    wanted = float(np.mean(tail_weights(LOSSES, tail) * LOSSES))
    assert found.measures.mean() == pytest.approx(wanted, rel=1e-12)
    if tail < 1.0:
        known = expected_shortfall(LOSSES, 1.0 - tail)
        assert found.measures.mean() == pytest.approx(float(known.value), rel=1e-9)


def test_the_derivative_of_an_expected_shortfall_is_its_central_difference() -> None:
    """Losses grow with a parameter as each path's exposure has it; the tail stays the same."""

    def shortfall(by: float) -> float:
        column = Outcome((LOSSES + by * EXPOSURES)[:, None], None)
        return float(headline_columns(column, ("loss",), (ES,)).measures.mean())

    slopes = EXPOSURES[:, None, None]
    outcome = headline_columns(Outcome(LOSSES[:, None], slopes), ("loss",), (ES,))
    central = (shortfall(1e-6) - shortfall(-1e-6)) / 2e-6
    assert outcome.jacobian.mean() == pytest.approx(central, rel=1e-6)
    # Exposures of the tail scatter by 0.5, and about 20 of 403 paths are in it.
    error = outcome.jacobian.std(ddof=1) / np.sqrt(403)
    assert error == pytest.approx(0.5 / np.sqrt(0.05 * 403), rel=0.5)


def test_the_elasticity_of_a_power_is_its_exponent_and_a_common_factor_is_no_error() -> None:
    noise = np.exp(np.random.default_rng(7).normal(size=200))
    value = 1.7
    columns = np.stack([noise * value**3, noise + value], axis=1)
    slopes = np.stack([3.0 * noise * value**2, np.ones(200)], axis=1)[:, :, None]
    found = elasticities(Outcome(columns, slopes), np.array([value]))
    assert found.value[0, 0] == pytest.approx(3.0, rel=1e-12)
    assert found.standard_error[0, 0] == pytest.approx(0.0, abs=1e-12)
    assert found.value[1, 0] == pytest.approx(value / (noise.mean() + value), rel=1e-12)
    # Of value / (noise + value) by the delta method.
    delta = value * noise.std(ddof=1) / np.sqrt(200) / (noise.mean() + value) ** 2
    assert found.standard_error[1, 0] == pytest.approx(delta, rel=1e-9)


def ishigami(unit: np.ndarray) -> np.ndarray:
    """The function of Ishigami and Homma (1990), a constant, and a sum."""
    x = np.pi * (2.0 * unit - 1.0)
    wave = np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    return np.stack([wave, np.full(len(unit), 3.0), unit @ np.array([1.0, 2.0, 0.0])], axis=1)


def test_sobol_indices_are_those_of_the_closed_form() -> None:
    """Ishigami's are 0.314, 0.442, 0 and in total 0.558, 0.442, 0.244; a sum's are its squares."""
    found = sobol_indices(ishigami, 3, 1024, 200, 1)
    assert found.evaluations == 1024 * 5
    np.testing.assert_allclose(found.first.value[0], [0.314, 0.442, 0.0], atol=0.02)
    np.testing.assert_allclose(found.total.value[0], [0.558, 0.442, 0.244], atol=0.02)
    np.testing.assert_allclose(found.first.value[2], [0.2, 0.8, 0.0], atol=1e-4)
    np.testing.assert_array_equal(found.total.value[1], 0.0)
    for index in (found.first, found.total):
        assert (index.ci_low <= index.value).all()
        assert (index.value <= index.ci_high).all()
        assert index.ci_high[0, 0] - index.ci_low[0, 0] < 0.25


def test_the_default_study_of_mainnet_moves_rules_and_assumptions_within_their_bounds() -> None:
    config = config_from_dict({"portfolio": {"root_tao": 1.0}})
    found = {each.key: each for each in default_parameters(config)}
    moved = {"mechanism.gate.rank", "demand.stochastic_variance_flow.drift", "arrivals.rate"}
    assert moved <= found.keys()
    assert all(each.low < each.high for each in found.values())
    assert "loss_realizable_es_95" in default_measures(config)
    assert "loss_realizable_es_95" not in default_measures(config_from_dict({}))


STUDY = """
config = "base.toml"
paths = 8
block_paths = 8
measures = ["emission_hhi", "loss_realizable", "loss_realizable_es_95"]
[change]
"portfolio.root_tao" = 10.0
"portfolio.alpha" = { 1 = 50.0 }
[[parameter]]
key = "mechanism.gate.exponent"
low = 3.0
high = 5.0
[[parameter]]
key = "demand.student_flow.drift"
low = -0.01
high = 0.01
[[parameter]]
key = "arrivals.budget_spread"
low = 0.1
high = 0.9
[sobol]
points = 2
paths = 8
resamples = 100
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dtaojax.Sensitivity:
    folder = tmp_path_factory.mktemp("sensitivity")
    file = search_file(folder, STUDY)
    return dtaojax.sensitivity(file, folder=folder / "out", progress=False)


@pytest.fixture(scope="module")
def finished(found: dtaojax.Sensitivity) -> Path:
    return found.folder


def test_the_command_reads_a_study_and_says_where_its_report_is(
    finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it computes is seen in this file's other tests, through Python."""
    words = ("sensitivity", str(search_file(tmp_path, STUDY)), "--set", "sobol.points=4")
    found = command_reads_and_names_its_report(
        monkeypatch,
        words,
        lambda inputs: inputs.study.sobol.points,
        finished / "report.html",
    )
    assert found == 4


def test_slopes_through_the_simulation_agree_with_worlds_that_are_really_built(
    finished: Path,
) -> None:
    local = pd.read_csv(finished / "local.csv")
    moving = local[local.parameter != "arrivals.budget_spread"]
    assert len(moving) == 6
    assert (moving.pathwise != 0.0).all()
    np.testing.assert_allclose(moving.pathwise, moving.difference, rtol=2e-4)
    assert moving.agrees.all()
    # The exponent starts at the end of its range, where no central difference fits.
    exponents = local[local.parameter == "mechanism.gate.exponent"]
    np.testing.assert_allclose(exponents["at"], 3.02)


def test_a_parameter_without_effect_is_said_to_have_none(finished: Path) -> None:
    found = json.loads((finished / "sensitivity.json").read_text())
    effects = {each["key"]: each["effect"] for each in found["parameters"]}
    assert effects["arrivals.budget_spread"] == "nothing"
    assert effects["demand.student_flow.drift"] == "smooth"
    for each in found["local"]:
        assert each["zero"] == (each["parameter"] == "arrivals.budget_spread")
    assert {each["parameter"] for each in found["sobol"]} == effects.keys() - {
        "arrivals.budget_spread"
    }
    page = (finished / "report.html").read_text()
    assert "Nothing in the model depends on arrivals.budget_spread" in page


def test_browser_opens_the_page_without_complaint(finished: Path, chromium: Chromium) -> None:
    assert complaints(chromium, finished / "report.html") == []


def test_a_swing_is_the_difference_from_the_config_on_the_same_paths(finished: Path) -> None:
    swings = pd.read_csv(finished / "swings.csv").set_index(["headline", "parameter"])
    stays = swings.loc["emission_hhi", "mechanism.gate.exponent"]
    assert stays.at_low_value == 0.0
    assert stays.at_high_value != 0.0
    buying = swings.loc["loss_realizable", "demand.student_flow.drift"]
    assert buying.at_high_value < 0.0 < buying.at_low_value
    assert buying.at_high_standard_error < 0.2 * abs(buying.at_high_value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"mechanism.gate.exponent"', '"mechanism.gate.exponnt"', 'did you mean "exponent"'),
        ("low = 3.0", "low = 3.5", "outside its bounds 3.5 to 5"),
        ('"emission_hhi"', '"emission_hi"', 'did you mean "emission_hhi"'),
        ("points = 2", "points = 3", "must be a power of two"),
        ("paths = 8", "paths = 8\nstep_blocks = 7000", "must divide a day"),
        ('"portfolio.root_tao" = 10.0\n"portfolio.alpha" = { 1 = 50.0 }', "", "hold something"),
        ('"demand.student_flow.drift"', '"mechanism.gate.exponent"', "stands there twice"),
    ],
)
def test_a_bad_study_is_refused_with_the_place_and_the_fix(
    old: str, new: str, message: str, tmp_path: Path
) -> None:
    assert old in STUDY
    with pytest.raises(ConfigError, match=message):
        read_sensitivity(search_file(tmp_path, STUDY.replace(old, new, 1)), [])


def test_a_runs_config_gets_the_default_study_in_a_folder_of_its_own(tmp_path: Path) -> None:
    search_file(tmp_path, STUDY)
    inputs = read_sensitivity(tmp_path / "base.toml", ["run.horizon_days=3"])
    assert inputs.config.run.horizon_days == 3
    assert inputs.measures == ("emission_hhi", "effective_number", "merit", "pool_depth")
    assert inputs.study.output_folder == Path("runs/base-sensitivity")


def test_python_reads_what_the_study_left(found: dtaojax.Sensitivity) -> None:
    left = pd.read_csv(found.folder / "swings.csv")
    pd.testing.assert_frame_equal(found.swings, left)
    assert found.parameters["key"].tolist() == left["parameter"].unique().tolist()
    assert found.report.is_file()
    page = found._repr_html_()
    largest = left[["at_low_value", "at_high_value"]].abs().max(axis=1)
    for name, rows in left.assign(largest=largest).groupby("headline"):
        first = rows.loc[rows["largest"].idxmax(), "parameter"]
        assert page.index(f"<td>{name}</td><td>{first}</td>") == page.index(f"<td>{name}</td>")
    data = found.to_xarray("local")
    row = found.local.iloc[0]
    picked = data["by_range_value"].sel(headline=row["headline"], parameter=row["parameter"])
    assert float(picked) == row["by_range_value"]
