"""Views of the report: each audience finds its own answer first, with its interval."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import Chromium, complaints
from report_fixture import PATHS, make_results
from typer.testing import CliRunner

from dtaojax.cli import app
from dtaojax.results.contract import Results, ResultsError, save
from dtaojax.results.read import Evidence, read
from dtaojax.studies.run.page.page import AUDIENCES, render_report, view_of
from dtaojax.studies.run.page.subnet_cards import buying_where_below
from dtaojax.studies.run.page.subnet_page import render_subnet

HOSTILE = "<script>alert(1)</script>\u202e"
TAGS = re.compile(r"<[^>]+>")
LEADS = {
    "all": ("portfolio", "concentration", "gate", "prices"),
    "holder": ("portfolio", "prices", "gate", "concentration"),
    "owner": ("standings", "gate", "prices", "concentration", "portfolio"),
    "designer": ("concentration", "gate", "prices", "portfolio"),
}
"""In which order each view has its sections."""
ANSWERS = {
    "holder": r"probability of 5 % the portfolio loses more than ([\d,.]+) ± [\d.]+ TAO "
    r"\(95 % interval: ([\d,.]+) to ([\d,.]+)\) in 90 days",
    "owner": r"([\d.]+) ± [\d.]+ subnets \(95 % interval: ([\d.]+) to ([\d.]+)\) are deregistered",
    "designer": r"as if ([\d.]+) ± [\d.]+ subnets \(95 % interval: ([\d.]+) to ([\d.]+)\) shared",
}
"""The answer of a view: a number and the ends of its interval."""
NUMBERS = {
    "holder": ("portfolio", "loss_realizable", "var", 0.95),
    "owner": ("network", "deregistrations", "mean", None),
    "designer": ("network", "emission_effective_number", "mean", None),
}


def with_config(results: Results, **tables: Any) -> Results:
    config = results.manifest["config"] | tables
    return dataclasses.replace(results, manifest=results.manifest | {"config": config})


@pytest.fixture(scope="module")
def results() -> Results:
    rule = {"preset": "gate_rank_2026", "weight_rule": {"kind": "ema_price_burn"}}
    return with_config(make_results(names={19: HOSTILE}), mechanism=rule)


@pytest.fixture(scope="module")
def pages(results: Results) -> dict[str, str]:
    return {audience: render_report(results, audience) for audience in AUDIENCES}


def words(page: str) -> str:
    return TAGS.sub("", page).replace("&nbsp;", " ")


def sentences(page: str) -> str:
    return words("\n".join(re.findall(r'<p class="sentence">(.*?)</p>', page, flags=re.DOTALL)))


@pytest.mark.parametrize("audience", ["holder", "owner", "designer"])
def test_view_answers_first_in_a_sentence_with_its_interval(
    results: Results, pages: dict[str, str], audience: str
) -> None:
    page = pages[audience]
    assert page.index('class="sentence"') < page.index('<ul class="cards">')
    table, *key = NUMBERS[audience]
    found = getattr(read(results), table).get(key[0], 90.0, *key[1:])
    said = re.search(ANSWERS[audience], sentences(page))
    assert said is not None, sentences(page)
    shown = [float(text.replace(",", "")) for text in said.groups()]
    expected = [found.value, found.ci_low, found.ci_high]
    np.testing.assert_allclose(shown, expected, atol=found.standard_error)
    assert re.search(ANSWERS[audience], sentences(pages["all"]))


@pytest.mark.parametrize("audience", AUDIENCES)
def test_views_order_the_same_sections_by_what_matters(
    pages: dict[str, str], audience: str
) -> None:
    order = re.findall(r'<section id="([\w-]+)">', pages[audience])
    assert order[:2] == ["answer", "headline"]
    own = [slug for slug in order if slug in LEADS[audience]]
    assert tuple(own) == LEADS[audience]
    assert set(order) - {"standings"} == set(re.findall(r'<section id="([\w-]+)">', pages["all"]))
    links = re.findall(r'<a href="#([\w-]+)">', pages[audience].split("</nav>")[0])
    assert [link for link in links if link in LEADS[audience]] == own


@pytest.mark.parametrize("audience", AUDIENCES)
def test_views_are_small_and_need_nothing_from_outside(
    pages: dict[str, str], audience: str
) -> None:
    page = pages[audience]
    assert len(page.encode()) < 3_000_000
    assert not re.search(r'(?:src|href)="(?!#|data:)', page)
    identifiers = re.findall(r' id="([^"]+)"', page)
    assert len(identifiers) == len(set(identifiers))
    assert page.count("<script") == 1


def test_holder_reads_what_each_position_adds_and_how_long_it_takes(
    pages: dict[str, str],
) -> None:
    first = words(pages["holder"].split('<section id="headline">')[0])
    for question in (
        "What could the portfolio lose?",
        "What does selling it bring?",
        "Which positions carry the risk?",
        "How long does leaving take?",
    ):
        assert question in first
    assert re.search(r"SN64 · Chutes: −?[\d,.]+ ± [\d.]+ TAO", first)
    assert "Time to exit [days]" in pages["holder"]


def test_config_chooses_the_view(results: Results) -> None:
    of_owner = with_config(results, report={"audience": "owner", "subnet": 19})
    page = render_report(of_owner)
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert re.search(r"SN19 · .*is below the gate’s bar on day 90 on", sentences(page))
    assert "Where does it rank?" in page
    assert "a TAO of net buying gains it" in page


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (("miner", None), "audience 'miner': is not one of holder, owner, designer, all"),
        (("owner", 999), r"holds no subnet 999; give one of \d+ netuids"),
        (("holder", None), r"the run holds nothing; add a \[portfolio\]"),
    ],
)
def test_a_view_that_cannot_be_made_is_refused(asked: tuple[str, int | None], message: str) -> None:
    with pytest.raises(ResultsError, match=message):
        render_report(make_results(with_portfolio=False), *asked)


def test_runs_without_the_figures_of_a_view_are_shown_without_them(results: Results) -> None:
    further = ["rank", "buying_to_bar", "emission_turnover", "emission_on_sale", "exit_days"]
    tables = {
        name: table[~table["quantity"].isin(further)] if "quantity" in table else table
        for name, table in results.tables.items()
    }
    tables["initial"] = tables["initial"].drop(columns=["emission_per_tao", "rank"])
    older = dataclasses.replace(results, tables=tables)
    page = render_report(older, "owner", 19)
    assert "Where does it rank?" not in page
    assert "Time to exit" not in page
    evidence = read(older)
    cards = [*view_of(evidence, "holder").cards, *view_of(evidence, "designer").cards]
    assert sum(card is None for card in cards) == 3


def test_buying_where_below_is_the_mean_over_those_paths(results: Results) -> None:
    random = np.random.default_rng(3)
    below = random.random(PATHS) < 0.3
    bought = np.where(below, random.lognormal(5.0, 1.0, PATHS), 0.0)
    table = results.tables["subnets"].copy()
    for quantity, sample in (("buying_to_bar", bought), ("below_bar", below.astype(float))):
        rows = (table["netuid"] == 19) & (table["quantity"] == quantity) & (table["day"] == 90.0)
        rows &= table["statistic"] != "quantile"
        columns = ["value", "standard_error"]
        table.loc[rows, columns] = [sample.mean(), sample.std(ddof=1) / PATHS**0.5]
    changed = dataclasses.replace(results, tables=results.tables | {"subnets": table})
    found = buying_where_below(read(changed), 19)
    assert found is not None
    assert found.value == pytest.approx(bought[below].mean(), rel=1e-12)
    # Linearised: the residuals b - R 1 over P have this standard error of their mean.
    residuals = (bought - found.value * below) / below.mean()
    assert found.standard_error == pytest.approx(residuals.std() / PATHS**0.5, rel=5e-3)


def test_command_makes_the_view_that_is_asked_for(results: Results, tmp_path: Path) -> None:
    save(results, tmp_path)
    done = CliRunner().invoke(app, ["report", str(tmp_path), "--audience", "designer", "-q"])
    assert done.exit_code == 0, done.output
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert re.search(ANSWERS["designer"], sentences(page))
    assert "for designers of the network" in page
    refused = CliRunner().invoke(
        app, ["report", str(tmp_path), "--audience", "holder", "--subnet", "4"]
    )
    assert refused.exit_code == 2


def test_evidence_reads_what_owners_need(results: Results) -> None:
    evidence: Evidence = read(results)
    rows = results.tables["initial"].set_index("netuid")
    assert evidence.initial[64].rank == rows.loc[64, "rank"]
    assert evidence.initial[64].emission_per_tao == rows.loc[64, "emission_per_tao"]
    assert evidence.block_emission == pytest.approx(0.5, rel=1e-12)
    assert json.dumps(evidence.part("config"))


@pytest.mark.parametrize(
    "view",
    [
        "all",
        "subnet",
        *(pytest.param(view, marks=pytest.mark.exhaustive) for view in AUDIENCES if view != "all"),
    ],
)
def test_browser_opens_every_view_without_complaint(
    results: Results, pages: dict[str, str], view: str, tmp_path: Path, chromium: Chromium
) -> None:
    file = tmp_path / "report.html"
    page = render_subnet(results, 19) if view == "subnet" else pages[view]
    file.write_text(page, encoding="utf-8")
    assert complaints(chromium, file) == []
