"""Which source of randomness makes a figure's spread: indices against closed forms, and a run."""

import json
import re
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from made_runs import make_run
from small_run import CONFIG, small_rows, write_network

from dtaojax.assembly import build_world
from dtaojax.config.load import config_from_dict
from dtaojax.inputs import gather, read_inputs
from dtaojax.metrics.decomposition import Decomposition, decompose
from dtaojax.network import load_network
from dtaojax.numerics.streams import SOURCES, Source
from dtaojax.results.contract import DECOMPOSITION_COLUMNS, ResultsError, load
from dtaojax.results.read import read
from dtaojax.schema.errors import ConfigError
from dtaojax.studies.run.page.page import render_report
from dtaojax.studies.run.simulate import run_report
from dtaojax.world.variants import Mixed

WEIGHTS = np.array([3.0, 2.0, 1.0, 0.0])
BOTH = 1.5
"""Of the product of the first two sources."""
VARIANCE = float(WEIGHTS @ WEIGHTS) + BOTH**2


def figure(sources: np.ndarray) -> np.ndarray:
    """A linear model with one interaction, and a source that is off."""
    return sources @ WEIGHTS + BOTH * sources[:, 0] * sources[:, 1]


def taken_apart(paths: int, seed: int) -> Decomposition:
    first, second = np.random.default_rng(seed).standard_normal((2, paths, len(WEIGHTS)))
    thirds = []
    for source in range(len(WEIGHTS)):
        third = first.copy()
        third[:, source] = second[:, source]
        thirds.append(figure(third))
    return decompose(figure(first), figure(second), np.array(thirds))


def test_indices_of_a_linear_model_are_its_shares_of_the_variance() -> None:
    found = taken_apart(2**17, 1)
    assert found.deviation == pytest.approx(np.sqrt(VARIANCE), rel=0.01)
    alone = WEIGHTS**2 / VARIANCE
    with_others = alone + np.array([1.0, 1.0, 0.0, 0.0]) * BOTH**2 / VARIANCE
    for source, first, total in zip(found.sources, alone, with_others, strict=True):
        for index, truth in ((source.first, first), (source.total, total)):
            assert abs(index.value - truth) <= 4.0 * index.standard_error
            assert index.standard_error < 0.005
    assert abs(found.together.value - BOTH**2 / VARIANCE) <= 4.0 * found.together.standard_error
    assert sum(source.first.value for source in found.sources) <= 1.0


def test_a_source_that_is_off_has_exactly_nothing() -> None:
    off = taken_apart(256, 2).sources[-1]
    assert [*off.first, *off.total] == [0.0] * 8


def test_a_figure_that_is_the_same_on_all_paths_has_no_variance_to_take_apart() -> None:
    same = np.full(64, 7.0)
    found = decompose(same, same, np.stack([same, same]))
    assert found.deviation == 0.0
    assert np.isnan([found.together.value, *(each.first.value for each in found.sources)]).all()


def test_a_figure_of_one_source_is_all_its_doing() -> None:
    first, second = np.random.default_rng(3).standard_normal((2, 512))
    found = decompose(first, second, np.stack([second, first]))
    one, other = found.sources
    assert one.first.value == pytest.approx(1.0, abs=1e-12)
    assert one.first.standard_error == pytest.approx(0.0, abs=1e-12)
    assert abs(one.total.value - 1.0) <= 4.0 * one.total.standard_error
    assert [*other.first, *other.total] == [0.0] * 8
    assert found.together.value == pytest.approx(0.0, abs=1e-12)


def test_intervals_hold_the_true_indices_as_often_as_they_promise() -> None:
    repetitions, held = 400, np.zeros(3)
    truth = np.array([9.0 / VARIANCE, (9.0 + BOTH**2) / VARIANCE, BOTH**2 / VARIANCE])
    for seed in range(repetitions):
        found = taken_apart(512, seed)
        indices = (*found.sources[0], found.together)
        held += [
            low.ci_low <= true <= low.ci_high for low, true in zip(indices, truth, strict=True)
        ]
    # The influence of a path is the leading term only, so that they are a little short.
    assert ((held / repetitions > 0.90) & (held / repetitions < 0.98)).all()


# --- runs ----------------------------------------------------------------------------------------

ASKED = 'behaviour = "until_2026_09_06"\n[decomposition]\npaths = 64\nsubnet = 4\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("decomposed")
    write_network(base / "small.csv", small_rows())
    (base / "run.toml").write_text(ASKED + CONFIG)
    run_report(read_inputs(base / "run.toml", []), base / "out", lambda done: None)
    return base / "out"


def test_a_run_takes_the_variance_of_its_figures_apart(folder: Path) -> None:
    table = load(folder).tables["decomposition"]
    assert tuple(table.columns) == DECOMPOSITION_COLUMNS
    assert set(table["source"]) == {*SOURCES, "together"}
    assert (table["n_paths"] == 64).all()
    shares = table[table["order"] != "total"].groupby("quantity")["value"].sum()
    np.testing.assert_allclose(shares.dropna(), 1.0, rtol=1e-12)
    first = table[table["order"] == "first"].pivot(
        index="quantity", columns="source", values="value"
    )
    assert (first.loc["sum_price", "demand"] > 0.8).all()
    # Nobody registers here, and nothing that is drawn sets subnets apart.
    off = table[table["source"].isin(["registrations", "subnets"])]
    moving = off[off["deviation"] > 0.0]
    assert (moving[["value", "standard_error"]] == 0.0).all(axis=None)
    assert {"emission_share", "loss_realizable"} <= set(table["quantity"])
    assert table.loc[table["quantity"] == "emission_share", "netuid"].tolist() == [4] * 13


def test_summary_and_page_tell_the_sources(folder: Path) -> None:
    summary = json.loads((folder / "summary.json").read_text())
    table = load(folder).tables["decomposition"]
    assert len(summary["decomposition"]) == len(table)
    assert summary["decomposition"][0]["source"] == "demand"
    page = (folder / "report.html").read_text()
    section = page[page.index('<section id="spread"') :]
    assert "Of the variance of the effective number" in section
    assert re.search(r"only together", section)


def test_a_run_that_is_not_asked_has_no_such_table_and_section(tmp_path: Path) -> None:
    results = load(make_run(tmp_path / "run"))
    assert "decomposition" not in results.tables
    assert 'id="spread"' not in render_report(results)


def test_a_damaged_table_is_refused_by_its_name(folder: Path) -> None:
    results = load(folder)
    table = results.tables["decomposition"]
    results.tables["decomposition"] = table[table["order"] != "interaction"]
    with pytest.raises(
        ResultsError, match="table 'decomposition', emission_effective_number: lacks"
    ):
        read(results)
    results.tables["decomposition"] = table.drop(columns="order")
    with pytest.raises(ResultsError, match=r"lacks the column\(s\) order"):
        read(results)


def test_a_subnet_that_is_not_there_is_refused() -> None:
    config = config_from_dict({"decomposition": {"subnet": 4_000}})
    with pytest.raises(ConfigError, match=r"decomposition\.subnet: names netuid 4000"):
        gather(config, "config")


def test_a_path_draws_each_source_as_on_the_path_that_it_is_taken_from() -> None:
    config = config_from_dict({"behaviour": "until_2026_09_06", "arrivals": {"rate": 2.0}})
    world = build_world(config, load_network("finney_8791253"))
    begin = eqx.filter_jit(lambda mixed, path: mixed.begin(path))

    def begun(path: int, **shifts: int) -> list[np.ndarray]:
        by_source: dict[Source, Any] = {
            source: jnp.uint32(shifts.get(source, 0)) for source in SOURCES
        }
        carry = begin(Mixed(world, by_source), jnp.uint32(path))
        return jax.tree.leaves(jax.device_get(carry))

    def differ(one: list[np.ndarray], other: list[np.ndarray]) -> bool:
        return any(not np.array_equal(a, b) for a, b in zip(one, other, strict=True))

    plain = jax.tree.leaves(jax.device_get(eqx.filter_jit(world.begin)(jnp.uint32(7))))
    assert not differ(plain, begun(7))
    assert not differ(plain, begun(3, **dict.fromkeys(SOURCES, 4)))
    shifted = {source: begun(7, **{source: 1}) for source in SOURCES}
    for source in ("demand", "selling", "owners", "root", "registrations"):
        assert differ(plain, shifted[source]), source
    # Quality and sectors are not drawn here.
    assert not differ(plain, shifted["subnets"])
