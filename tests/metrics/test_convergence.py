"""Whether numbers have settled: the same estimates from fewer paths, and where the page says it."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest
from report_fixture import make_results

from dtaojax.metrics.convergence import Watched, convergence_rows
from dtaojax.metrics.estimate import mean_of_sample
from dtaojax.metrics.tables import frame
from dtaojax.metrics.tail import expected_shortfall
from dtaojax.studies.run.page.page import render_report

MEAN = Watched("sum_price", "network", "mean", np.nan, 90.0, "TAO/alpha")
TAIL = Watched("loss_realizable", "portfolio", "es", 0.95, 90.0, "TAO")


def sample(paths: int = 512) -> np.ndarray:
    return np.random.default_rng(8).standard_t(4, paths) + 10.0


def test_each_row_is_the_estimate_from_the_first_paths() -> None:
    values = sample()
    # Below 200 paths an expected shortfall of 95 % is withheld.
    for watched, estimated, sizes in (
        (MEAN, mean_of_sample, [32, 64, 128, 256, 512]),
        (TAIL, lambda part: expected_shortfall(part, 0.95), [256, 512]),
    ):
        table = frame(list(convergence_rows(watched, values)))
        assert table["n_paths"].tolist() == sizes
        for row in table.itertuples():
            expected = estimated(values[: row.n_paths])
            assert row.value == expected.value
            assert row.standard_error == expected.standard_error
    errors = frame(list(convergence_rows(MEAN, values)))["standard_error"]
    # Sixteen times the paths leave a quarter of the error, within its own sampling error.
    assert errors.iloc[0] / errors.iloc[-1] == pytest.approx(4.0, rel=0.5)


def test_few_paths_are_told_once() -> None:
    assert [row[10] for row in convergence_rows(MEAN, sample(16))] == [16]
    assert [row[10] for row in convergence_rows(MEAN, sample(5))] == [5]


def test_a_count_that_is_the_same_on_all_paths_is_as_certain_as_they_make_it() -> None:
    watched = Watched("starved_subnets", "network", "mean", np.nan, 90.0, "subnets")
    table = frame(list(convergence_rows(watched, np.full(512, 28.0), most_subnets=128)))
    errors = table["standard_error"].to_numpy()
    assert (errors > 0.0).all()
    assert (np.diff(errors) < 0.0).all()
    assert frame(list(convergence_rows(watched, np.full(512, 28.0))))["ci_high"].isna().all()


def test_page_tells_whether_the_numbers_have_settled() -> None:
    rows = [row for each in (MEAN, TAIL) for row in convergence_rows(each, sample())]
    made = make_results()
    settled = dataclasses.replace(made, tables=made.tables | {"convergence": frame(rows)})
    page = render_report(settled)
    section = page[page.index('<section id="convergence">') :].split("</section>")[0]
    shown = [float(value) for value in re.findall(r'<data value="([^"]+)">', section)]
    assert shown == [row[6] for row in rows]
    assert "Realizable loss, ES 95 %" in section.replace("&nbsp;", " ")
    assert '<a href="#convergence">' in page
    assert 'id="convergence"' not in render_report(made)
