"""Experiments: criteria, verdicts, what is refused, and the report."""

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import Chromium, complaints
from hypothesis import given
from hypothesis import strategies as st
from places import ROOT
from typer.testing import CliRunner

from dtaojax import cli
from dtaojax.inputs import read_inputs
from dtaojax.metrics.estimate import Estimate, mean_of_sample
from dtaojax.metrics.paired import mean_ratio
from dtaojax.report.charts.svg import drawing_style
from dtaojax.schema.errors import ConfigError
from dtaojax.studies.article.claims import Verdict, estimate_claim, judge, of_case, of_statement
from dtaojax.studies.article.config import ClaimConfig, load_experiment
from dtaojax.studies.article.inputs import read_experiments
from dtaojax.studies.article.measures.registry import MEASURES
from dtaojax.studies.article.page.charts import draw
from dtaojax.studies.article.result import FigureResult, Series
from dtaojax.studies.shared.trace import trace

SUPPORTED, REFUTED, UNDECIDED, DEPENDS = Verdict

BASE = """
arrivals.rate = 0.0
mechanism.gate.rank = 2
[network]
synthetic = { subnets = 6 }
[run]
paths = 24
block_paths = 8
horizon_days = 2.0
report_days = [1.0, 2.0]
"""
EXPERIMENT = """
id = "A99"
title = "A steeper gate <script>alert(1)</script>"
statement = "A steeper gate concentrates emission."
simulated = "Six subnets."
hangs_on = "Nothing."
depends_on = "which way round it is"

[base]
arrivals.rate = 0.0
network = { synthetic = { subnets = 6 } }
run = { paths = 24, block_paths = 8, horizon_days = 2.0, report_days = [1.0, 2.0] }
mechanism = { gate = { rank = 2 } }

[[arm]]
name = "live"
[[arm]]
name = "steep"
label = "exponent 6"
change = { "mechanism.gate.exponent" = 6.0 }

[[case]]
name = "as it is"
[[case]]
name = "the other way round"
change = { "mechanism.gate.exponent" = 3.0 }
arms.live = { "mechanism.gate.exponent" = 6.0 }

[[claim]]
text = "The largest get more"
measure = "network_figure"
with = { name = "emission_hhi" }
day = 2.0
arm = "steep"
minus = "live"
above = 0.0
[[claim]]
text = "Pools hold this much"
measure = "network_figure"
with = { name = "total_tao_in" }
day = 2.0
arm = "live"

[figure]
kind = "over_days"
measure = "network_figure"
with = { name = "emission_hhi" }
title = "HHI"
caption = "It is larger."
"""


def interval(low: float, high: float) -> Estimate:
    middle = 0.5 * (low + high)
    return Estimate(*map(np.asarray, (middle, 0.25 * (high - low), low, high)))


def claim(**keys: Any) -> ClaimConfig:
    return ClaimConfig.model_validate(
        {"text": "x", "measure": "network_figure", "arm": "a", **keys}
    )


ends = st.floats(-10.0, 10.0)


@given(low=ends, width=st.floats(0.0, 5.0), bound=ends)
def test_a_claim_is_decided_only_by_the_whole_interval(
    low: float, width: float, bound: float
) -> None:
    found = judge(interval(low, low + width), bound, None)
    mirrored = judge(interval(-low - width, -low), None, -bound)
    assert found == mirrored
    assert (found == SUPPORTED) == (low > bound)
    assert (found == REFUTED) == (low + width <= bound)


def test_an_interval_that_is_not_known_decides_nothing() -> None:
    assert judge(interval(math.nan, math.nan), 0.0, None) == UNDECIDED
    assert judge(interval(math.nan, math.nan), None, 0.0) == UNDECIDED


def test_one_refuted_claim_refutes_a_case_and_one_open_claim_leaves_it_open() -> None:
    assert of_case([SUPPORTED, SUPPORTED]) == SUPPORTED
    assert of_case([SUPPORTED, UNDECIDED]) == UNDECIDED
    assert of_case([SUPPORTED, UNDECIDED, REFUTED]) == REFUTED


def test_a_statement_depends_where_cases_contradict_each_other() -> None:
    for verdict in (SUPPORTED, REFUTED, UNDECIDED):
        assert of_statement([verdict, verdict]) == verdict
    assert of_statement([SUPPORTED, REFUTED]) == DEPENDS
    assert of_statement([REFUTED, UNDECIDED, SUPPORTED]) == DEPENDS
    assert of_statement([SUPPORTED, UNDECIDED]) == UNDECIDED
    assert of_statement([REFUTED, UNDECIDED]) == UNDECIDED


def test_a_ratio_of_means_is_covered_as_often_as_it_says() -> None:
    random = np.random.default_rng(3)
    held = 0
    for _ in range(500):
        first = random.gamma(2.0, 1.0, 200)
        found = mean_ratio(first, 1.5 * first * random.gamma(4.0, 0.25, 200))
        held += bool(found.ci_low <= 1.5 <= found.ci_high)
    # 475 expected; two standard deviations are 10, and Student's tails cost a little.
    assert 455 <= held <= 493


def test_a_ratio_to_itself_is_1_without_error_and_one_to_nothing_is_unknown() -> None:
    sample = np.array([1.0, 2.0, 4.0])
    assert mean_ratio(sample, sample)[:2] == (1.0, 0.0)
    assert math.isnan(mean_ratio(np.zeros(3), sample).value)


def test_differences_of_every_statistic_are_those_of_a_shift() -> None:
    ours = np.random.default_rng(4).normal(size=400)
    for keys in (
        {},
        {"statistic": "quantile", "level": 0.9},
        {"statistic": "shortfall", "level": 0.9},
    ):
        found = estimate_claim(claim(minus="b", above=0.0, **keys), ours + 3.0, ours)
        assert found.value == pytest.approx(3.0)
        assert found.standard_error == pytest.approx(0.0, abs=1e-9)
    halves = np.repeat([0.0, 1.0], 200)
    assert estimate_claim(claim(statistic="probability", above=0.0), halves, None).value == 0.5


def experiment(folder: Path, text: str) -> Path:
    file = folder / "a99.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('measure = "network_figure"', 'measure = "network_figures"', 'did you mean "network_'),
        ('_hhi" }', '_hhi", dag = 2 }', 'claim.0.with.dag: unknown parameter; known: name'),
        ('{ name = "emission_hhi" }', "{ name = 3 }", "claim.0.with.name: is 3, an integer;"),
        ('with = { name = "emission_hhi" }', "", "claim.0.with.name: is missing"),
        ("day = 2.0", "", "claim.0.day: is missing; network_figure has a value a day"),
        ('caption =', 'day = 1.0\ncaption =', "figure.day: has no meaning here"),
        ('minus = "live"', 'minus = "lively"', 'is no arm; must be one of "live", "steep"'),
        ("above = 0.0", "above = 0.0\nbelow = 1.0", "claim.0.below: stands beside above"),
        ("above = 0.0", "", "claim: none has a threshold"),
        ('depends_on = "which way round it is"', "", "depends_on: is missing"),
        ('gate.exponent" = 3.0', 'gate.exp" = 3.0', "arm live, case the other"),
        ("arms.live", "arms.life", "case.1.arms: names \"life\", which is no arm"),
        ('kind = "over_days"', 'kind = "by_parameter"', "figure.vary: is missing"),
        ('"mechanism.gate.exponent" = 3.0', '"run.seed" = 3', "run.seed: is"),
        ('[base]', 'record_every_days = 0.7\n[base]', "record_every_days: is 0.7, which does not"),
        ('id = "A99"', 'id = "x"', "id: is"),
    ],
)  # fmt: skip
def test_a_bad_experiment_is_one_message_that_names_the_place(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in EXPERIMENT
    file = experiment(tmp_path, EXPERIMENT.replace(old, new, 1))
    with pytest.raises(ConfigError) as refused:
        read_experiments([file], [])
    assert message in str(refused.value)


def test_an_unknown_id_and_an_id_twice_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no experiment of this id"):
        read_experiments([Path("A777")], [])
    file = experiment(tmp_path, EXPERIMENT)
    (tmp_path / "copy.toml").write_text(EXPERIMENT)
    with pytest.raises(ConfigError, match="give it another"):
        read_experiments([file, tmp_path], [])


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("article")
    file = experiment(folder, EXPERIMENT)
    answer = CliRunner().invoke(cli.app, ["article", str(file), "--out", str(folder / "out")])
    assert answer.exit_code == 0, answer.output
    return folder / "out"


def test_the_verdict_follows_from_what_was_simulated(reported: Path) -> None:
    found = json.loads((reported / "article.json").read_text())["experiments"][0]
    assert found["verdict"] == "depends"
    assert found["cases"] == [["as it is", "supported"], ["the other way round", "not supported"]]
    one, other = (each["value"] for each in found["claims"][0]["found"])
    assert one == pytest.approx(-other, rel=1e-9)


def test_a_claims_number_is_that_of_the_paths(reported: Path, tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text(BASE)
    values = []
    for changes in ([], ["mechanism.gate.exponent=6.0"]):
        record = trace(read_inputs(tmp_path / "run.toml", changes))
        values.append(record.scalars["emission_hhi"][:, record.moment(2.0)])
    expected = mean_of_sample(values[1] - values[0])
    with (reported / "claims.csv").open(newline="") as file:
        row = next(csv.DictReader(file))
    assert float(row["value"]) == pytest.approx(float(expected.value), rel=1e-9)
    assert float(row["standard_error"]) == pytest.approx(float(expected.standard_error), rel=1e-6)
    assert row["verdict"] == "supported"


def test_the_page_shows_texts_as_text_and_every_claim(reported: Path) -> None:
    page = (reported / "report.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    told = "By case: supported as it is; not supported the other way round."
    assert f"Depends on which way round it is. {told}" in page
    assert ": supported as it is</p>" in page, "the card says what the first case says"
    assert page.count("<svg") == 1
    assert "shown only" in page


def test_the_first_screen_says_that_no_back_test_speaks_for_it(reported: Path) -> None:
    page = (reported / "report.html").read_text(encoding="utf-8")
    badge = page[page.index('<aside class="trust"') : page.index("</aside>")]
    assert "Not back-tested: the network is drawn at random" in badge
    assert page.index("</aside>") < page.index('<ul class="cards">')


def test_browser_opens_the_page_without_complaint(reported: Path, chromium: Chromium) -> None:
    assert complaints(chromium, reported / "report.html") == []


@pytest.mark.parametrize("kind", ["over_days", "by_arm", "by_parameter", "distribution"])
@pytest.mark.parametrize("scale", ["linear", "log"])
def test_every_kind_of_figure_is_drawn_with_its_labels(kind: str, scale: str) -> None:
    at = [0.5, 1.0, 2.0] if kind == "distribution" else [1.0, 2.0]
    count = 1 if kind == "by_arm" else 2
    ends = [values[:count] for values in ([1.0, 3.0], [0.5, 2.0], [2.0, 4.0])]
    series = [Series(label, at, *ends) for label in ("one arm", "another")]
    with drawing_style():
        drawn = draw(FigureResult(kind, "t", "c", "days", "TAO", scale, False, series))
        drawn.canvas.draw()
    axes = drawn.axes[0]
    legend = axes.get_legend()
    words = [text.get_text() for text in axes.get_yticklabels()]
    words += [] if legend is None else [text.get_text() for text in legend.get_texts()]
    assert {"one arm", "another"} <= set(words)


def test_every_experiment_of_the_repository_is_sound() -> None:
    files = sorted((ROOT / "configs" / "article").glob("*.toml"))
    assert files
    assert len(read_experiments(files, ["run.paths=8"])) == len(files)
    for file in files:
        assert file.stem == f"a{int(load_experiment(file).id[1:]):02}"


def test_every_measure_says_what_it_is() -> None:
    for name, measure in MEASURES.items():
        assert measure.name == name
        assert measure.unit
        assert measure.words.endswith(".")
