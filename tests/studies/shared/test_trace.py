"""A trace: the same paths as a run's, with every subnet written down."""

from collections.abc import Callable

import numpy as np
import pytest

from dtaojax.config.load import config_from_dict
from dtaojax.inputs import Inputs, gather
from dtaojax.studies.article.record import Record
from dtaojax.studies.run.simulate import run_report
from dtaojax.studies.shared.finished import read_finished
from dtaojax.studies.shared.trace import trace
from dtaojax.world.observation import GAUGES

DAYS = [0.5, 1.0]


RULES = {
    "preset": "gate_rank_2026",
    "registration": {"limit": 6, "immunity_blocks": 0, "rate_limit_blocks": 0},
}
"""A registration prunes the subnet of the lowest price average, a newborn."""

CONFIG = {
    "mechanism": RULES,
    "network": {"synthetic": {"subnets": 6, "newborn": 2}},
    "latent": {"quality": {"kind": "drawn"}, "sector": {"kind": "drawn", "size": 2}},
    "arrivals": {"rate": 0.0, "waves": [{"day": 0.6, "count": 1}], "budget_median": 1e5},
    "portfolio": {"root_tao": 10.0, "alpha": {"2": 5.0, "4": 1.0}},
    "run": {"paths": 8, "block_paths": 4, "horizon_days": 1.0, "report_days": DAYS},
}


@pytest.fixture(scope="module")
def inputs() -> Inputs:
    return gather(config_from_dict(CONFIG), "test")


@pytest.fixture(scope="module")
def traced(inputs: Inputs) -> Record:
    return trace(inputs)


def test_a_trace_sees_what_a_run_sees(
    inputs: Inputs, traced: Record, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("run")
    run_report(inputs, folder, lambda done: None)
    found = read_finished(folder, "run")
    for moment, day in enumerate(traced.days):
        for name, netuid, column in (
            ("emission_hhi", None, "emission_hhi"),
            ("value_spot", 4, "value_spot[4]"),
            ("value_realizable", 0, "value_realizable[0]"),
        ):
            # Programs of their own may round differently.
            np.testing.assert_allclose(
                traced.scalars[column][:, moment],
                found.figures.sample(name, float(day), netuid),
                rtol=1e-9,
            )
    subnets = found.results.tables["subnets"]
    means = subnets[(subnets["quantity"] == "price") & (subnets["statistic"] == "mean")]
    last = means[means["day"] == 1.0].sort_values("netuid")
    np.testing.assert_allclose(traced.gauges["price"][:, -1].mean(axis=0), last["value"])
    np.testing.assert_array_equal(last["netuid"], traced.netuid)


def test_figures_of_a_record_belong_to_each_other(traced: Record) -> None:
    assert traced.finite.all()
    gauges, scalars = traced.gauges, traced.scalars
    whole = traced.days < 1.0
    np.testing.assert_allclose(
        gauges["tao_in"].sum(axis=-1)[:, whole], scalars["total_tao_in"][:, whole]
    )
    price = gauges["tao_in"][:, whole] / gauges["alpha_in"][:, whole]
    # The weights of a pool that was injected into differ from a half.
    np.testing.assert_allclose(gauges["price"][:, whole], price, rtol=1e-2)
    value = scalars["alpha_held[4]"] * gauges["price"][:, :, traced.place(4)]
    np.testing.assert_allclose(scalars["value_spot[4]"], value + scalars["paid[4]"], rtol=1e-12)
    assert (np.diff(scalars["alpha_held[4]"]) > 0.0).all(), "stake earns"
    assert (np.diff(scalars["total_issuance"]) > 0.0).all()


def test_quality_and_sector_are_each_path_own(traced: Record) -> None:
    assert traced.quality.shape == traced.sector.shape == (8, 6)
    assert len(np.unique(traced.quality)) == 48
    for dealt in traced.sector:
        assert sorted(dealt) == [0, 0, 1, 1, 2, 2]


@pytest.mark.parametrize(
    ("ask", "answer"),
    [(lambda r: r.moment(2.0), "day 2 .* 0, 0.5, 1"), (lambda r: r.place(9), "no subnet 9")],
)
def test_what_was_not_recorded_is_named(
    traced: Record, ask: Callable[[Record], int], answer: str
) -> None:
    with pytest.raises(KeyError, match=answer):
        ask(traced)


def test_a_subnet_that_is_gone_leaves_nothing_behind(traced: Record) -> None:
    gone = traced.events["deregistered"]
    np.testing.assert_array_equal(gone.sum(axis=-1), [[0, 0, 1]] * 8)
    for name in (*GAUGES, "alpha_in", "alpha_out"):
        assert (traced.gauges[name][gone] == 0.0).all()
    for name in ("price", "tao_in", "alpha_in", "alpha_out"):
        assert (traced.gauges[name][~gone] > 0.0).all()
