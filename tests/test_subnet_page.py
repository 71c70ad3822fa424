"""The page of one subnet: its numbers, its distance to the bar, and names as text."""

from __future__ import annotations

import dataclasses
import re

import pytest
from report_fixture import REPORT_DAYS, make_results

from dtaojax.report.display import written
from dtaojax.report.estimates import EstimateTable
from dtaojax.report.fan import fan_chart
from dtaojax.report.subnet_answer import buying_to_the_bar
from dtaojax.report.subnet_page import render_subnet
from dtaojax.report.svg import drawing_style, render
from dtaojax.results import Results, ResultsError

WORDS = re.compile(r"<[^>]+>")


@pytest.fixture(scope="module")
def results() -> Results:
    """With the rule and the bar that the distance needs, as a run leaves them."""
    made = make_results()
    mechanism = {"preset": "gate_rank_2026", "weight_rule": {"kind": "ema_price_burn"}}
    config = made.manifest["config"] | {"mechanism": mechanism}
    return dataclasses.replace(made, manifest=made.manifest | {"config": config})


@pytest.fixture(scope="module")
def page(results: Results) -> str:
    return render_subnet(results, 19)


@pytest.mark.parametrize(("share", "bar"), [(0.004, 0.0082), (0.05, 0.0082), (0.3, 0.4)])
def test_buying_brings_the_share_to_the_bar(share: float, bar: float) -> None:
    tao, alpha, others = 1000.0, 50_000.0, 3.0
    weight = others * share / (1.0 - share)
    price = tao / alpha
    bought = buying_to_the_bar(tao, share, bar)
    after = (tao + bought) ** 2 / (tao * alpha)
    moved = weight * after / price
    assert moved / (moved + others) == pytest.approx(bar, rel=1e-12)
    assert (bought > 0.0) == (bar > share)


def test_page_holds_the_subnets_own_estimates(results: Results, page: str) -> None:
    table = EstimateTable.from_frame("subnets", results.tables["subnets"])
    text = WORDS.sub("", page).replace("&nbsp;", " ")
    for quantity in ("price", "tao_in", "emission_share"):
        for day in REPORT_DAYS:
            found = table.get(quantity, day, netuid=19)
            assert found is not None
            assert written(quantity, found)[0] in text
    start = results.tables["initial"].set_index("netuid").loc[19]
    bar = results.manifest["network"]["gate_bar"]
    needed = buying_to_the_bar(start["tao_in"], start["pre_gate_share"], bar)
    said = re.search(r"Net (\w+) of ([\d,]+) TAO would bring it there", text)
    assert said is not None
    assert said[1] == ("buying" if needed > 0.0 else "selling")
    assert float(said[2].replace(",", "")) == pytest.approx(abs(needed), rel=0.01)


def test_page_answers_first_and_needs_nothing_else(page: str) -> None:
    first = page[: page.index('id="figures"')]
    for question in ("Does it stay above the bar?", "What does it earn?", "Does it survive?"):
        assert question in first
    assert "TAO a day" in first
    assert not re.search(r"(src|href)=\"(?!#|data:)", page)
    assert len(page.encode()) < 500_000


def test_distance_is_told_only_where_price_makes_the_weight(results: Results) -> None:
    mechanism = {"preset": "taoflow_2025", "weight_rule": {"kind": "user_flow"}}
    config = results.manifest["config"] | {"mechanism": mechanism}
    other = dataclasses.replace(results, manifest=results.manifest | {"config": config})
    assert "would bring it there" not in render_subnet(other, 19)


def test_hostile_names_are_text() -> None:
    page = render_subnet(make_results(names={19: "<script>alert(1)</script>\u202e\x1b"}), 19)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert page.count("<script") == 1
    assert not {"\u202e", "\x1b"} & set(page)


@pytest.mark.parametrize("netuid", [0, 999])
def test_a_subnet_that_is_not_there_is_refused(results: Results, netuid: int) -> None:
    with pytest.raises(ResultsError, match=f"holds no subnet {netuid}; give one of 12. netuids"):
        render_subnet(results, netuid)


def test_a_logarithmic_axis_is_labelled_in_plain_numbers(results: Results) -> None:
    table = EstimateTable.from_frame("subnets", results.tables["subnets"])
    trajectory = table.trajectory("price", 19)
    assert trajectory is not None
    wide = {
        level: values * 20.0 ** ((level - 0.5) * trajectory.days / trajectory.days[-1])
        for level, values in trajectory.quantiles.items()
    }
    with drawing_style():
        figure = fan_chart(dataclasses.replace(trajectory, quantiles=wide), "blue")
        svg = render(figure, "wide", "", "", str)
    assert figure.axes[0].get_yscale() == "log"
    assert "mathdefault" not in svg
