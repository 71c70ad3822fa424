"""The page of one subnet: its numbers, its distance to the bar, and names as text."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest
from report_fixture import REPORT_DAYS, make_results

from dtaojax.report.charts.svg import drawing_style, render
from dtaojax.report.charts.timeline import fan_chart
from dtaojax.report.display import written
from dtaojax.results.contract import Results, ResultsError
from dtaojax.results.estimates import EstimateTable
from dtaojax.results.read import read
from dtaojax.studies.run.page.fates import fallen
from dtaojax.studies.run.page.page import view_of
from dtaojax.studies.run.page.subnet_cards import buying_to_the_bar
from dtaojax.studies.run.page.subnet_page import render_subnet
from dtaojax.studies.run.page.subnet_table import subnet_table

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


FATES = ("above_bar", "below_bar", "deregistered")
ENDS = {19: (0.01, 0.295, 0.695), 4: (0.0, 1.0, 0.0), 64: (1.0, 0.0, 0.0), 34: (0.6, 0.4, 0.0)}
"""Above, below and gone, of subnets whose end is made up."""


@pytest.fixture(scope="module")
def doomed(results: Results) -> Results:
    """With the ends of a few subnets replaced."""
    table = results.tables["subnets"].copy()
    at_end = (table["day"] == 90.0) & (table["statistic"] == "probability")
    for netuid, chances in ENDS.items():
        for event, chance in zip(FATES, chances, strict=True):
            row = at_end & (table["netuid"] == netuid) & (table["quantity"] == event)
            error = (chance * (1.0 - chance) / 400) ** 0.5
            columns = ["value", "standard_error", "ci_low", "ci_high"]
            ends = [chance - 1.96 * error, chance + 1.96 * error]
            table.loc[row, columns] = [chance, error, *ends]
    return dataclasses.replace(results, tables=results.tables | {"subnets": table})


def words_before(mark: str, page: str) -> str:
    """The words of a page until a mark in its source."""
    return WORDS.sub("", page[: page.index(mark)]).replace("&nbsp;", " ")


def test_ends_of_every_subnet_add_up_to_one_on_every_day(results: Results) -> None:
    table = results.tables["subnets"]
    chances = table[table["quantity"].isin(FATES)].groupby(["netuid", "day"])["value"].sum()
    np.testing.assert_allclose(chances, 1.0, rtol=1e-12)


def test_all_three_ends_are_said_with_their_errors(doomed: Results) -> None:
    first = words_before('id="figures"', render_subnet(doomed, 19))
    assert re.search(r"1\.0 % ?± ?0\.5\s+of paths end at or above the gate’s bar on day 90", first)
    assert (
        "It ends below the gate’s bar on 29.5 % ± 2.3, and deregistered on 69.5 % ± 2.3 of paths"
        in first
    )
    sentence = WORDS.sub("", str(view_of(read(doomed), "owner", 19).sentences[0]))
    for said in (
        "is at or above the gate’s bar on day 90 on 1.0",
        "it is below the gate’s bar on day 90 on 29.5",
        "and it is deregistered by day 90 on 69.5",
    ):
        assert said in sentence.replace("&nbsp;", " ")


def test_the_table_of_all_subnets_sorts_the_dying_first_by_each_of_the_three(
    doomed: Results,
) -> None:
    table = subnet_table(read(doomed))
    heads = [heading for heading, _ in table.columns]
    rows = {row.netuid: row.cells for row in table.rows if row.netuid in ENDS}
    worst_first = [19, 4, 34, 64]
    for head, falling in (
        ("Above the bar, day 90", False),
        ("Below the bar, day 90", True),
        ("Gone by day 90", True),
    ):
        column = heads.index(head)
        keys = {netuid: cells[column].key for netuid, cells in rows.items()}
        assert sorted(keys, key=keys.__getitem__, reverse=falling) == worst_first
    for netuid, chances in ENDS.items():
        first = heads.index("Above the bar, day 90")
        shown = [cell.text for cell in rows[netuid][first : first + 3]]
        for text, chance in zip(shown, chances, strict=True):
            assert float(text.strip("<>")) == pytest.approx(100.0 * chance, abs=0.5)


def test_a_subnet_that_may_be_gone_is_named_among_those_that_fall(doomed: Results) -> None:
    """Above the bar today and gone on most paths: it is the likeliest not to be there."""
    evidence = read(doomed)
    found = fallen(evidence, "above_bar")
    assert found[19].value == pytest.approx(0.99)
    assert found[64].value == 0.0
    assert found[19].ci_low <= found[19].value <= found[19].ci_high


def test_without_a_gate_the_page_speaks_of_pay_and_never_of_a_bar(results: Results) -> None:
    by_pay = {
        "above_bar": "paid", "below_bar": "unpaid", "always_above_bar": "always_paid",
        "ever_below_bar": "ever_unpaid",
    }  # fmt: skip
    table = results.tables["subnets"]
    table = table[table["quantity"] != "buying_to_bar"]
    table = table.assign(quantity=table["quantity"].replace(by_pay))
    mechanism = {"preset": "taoflow_2025", "weight_rule": {"kind": "user_flow"}}
    config = results.manifest["config"] | {"mechanism": mechanism}
    manifest = results.manifest | {"config": config, "question": ""}
    other = dataclasses.replace(
        results, manifest=manifest, tables=results.tables | {"subnets": table}
    )
    first = words_before('id="glossary"', render_subnet(other, 19))
    assert "Does it stay paid?" in first
    assert "of paths end paid TAO emission on day 90" in first
    assert " bar " not in first
    heads = [heading for heading, _ in subnet_table(read(other)).columns]
    assert "Paid, day 90" in heads
    assert "Unpaid, day 90" in heads


@pytest.mark.parametrize(
    ("towards", "said"),
    [
        (0.0, r"%, below the bar of [\d.]+ %\. Net buying of"),
        (None, r"Today its share is just the bar, [\d.]+ %, where half of it is kept\."),
        (1.0, r"%, above the bar of [\d.]+ %\. Net selling of"),
    ],
)
def test_a_share_of_just_the_bar_is_neither_below_nor_above(
    results: Results, towards: float | None, said: str
) -> None:
    bar = results.manifest["network"]["gate_bar"]
    share = bar if towards is None else np.nextafter(bar, towards)
    initial = results.tables["initial"].copy()
    initial.loc[initial["netuid"] == 19, "pre_gate_share"] = share
    at_it = dataclasses.replace(results, tables=results.tables | {"initial": initial})
    text = WORDS.sub("", render_subnet(at_it, 19)).replace("&nbsp;", " ")
    assert re.search(said, text)
    assert ("would bring it there" in text) == (towards is not None)


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
