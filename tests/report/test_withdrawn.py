"""Committed pages say what was found wrong in them, and claim no more than their numbers."""

import json
import re
import runpy
from html import unescape

import pytest
from places import ROOT

from dtaojax.studies.sensitivity.page.page import FEWEST_POINTS, render_sensitivity
from dtaojax.studies.stress.page.page import render_stress
from dtaojax.studies.tune.page.page import render_tune

REPORTS = ROOT / "reports"


def shown(page: str) -> str:
    """The words of a page, on one line."""
    text = re.sub(r"<(style|script).*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", "", text)).replace("\xa0", " ").split())


def found(folder: str, file: str) -> dict:
    return json.loads((REPORTS / folder / file).read_text(encoding="utf-8"))


def test_committed_pages_are_drawn_from_their_results_with_what_was_withdrawn() -> None:
    pages = runpy.run_path(str(ROOT / "scripts" / "reports.py"))["pages"]()
    assert set(pages) == {"tune", "sensitivity", "attack", "article"}
    for name, page in pages.items():
        assert "Withdrawn: " in page[: page.index('<ul class="cards">')], name
        text = shown(page)
        committed = shown((REPORTS / name / "report.html").read_text(encoding="utf-8"))
        assert committed == text, f"draw reports/{name} again with scripts/reports.py"


@pytest.mark.parametrize(
    "claim",
    [
        "no cost of merit.**",
        "does not pay under the live rules**",
        "3 hold and 17 depend on",
    ],
)
def test_readme_makes_no_withdrawn_claim(claim: str) -> None:
    assert claim not in (ROOT / "README.md").read_text(encoding="utf-8")


def test_a_page_shows_sobol_indices_only_of_designs_whose_intervals_cover() -> None:
    study = found("sensitivity", "sensitivity.json")
    assert 0 < study["config"]["sobol"]["points"] < FEWEST_POINTS
    few = shown(render_sensitivity(study))
    assert "Sobol indices are left out" in few
    assert "first order 95 % interval" not in few
    study["config"]["sobol"]["points"] = FEWEST_POINTS
    enough = shown(render_sensitivity(study))
    assert "Sobol indices are left out" not in enough
    assert "first order 95 % interval" in enough


def test_changes_of_a_share_are_told_in_points_and_of_whom_the_gain_is() -> None:
    attack = found("attack", "stress.json")
    text = shown(render_stress(attack))
    assert not re.search(r"\d %[^.]{0,12} more\b", text)
    assert "points more" in text
    assert "more than without [points]" in text
    assert "It is the gain of one attacker, who gets its owner's cut" in text
    attack["config"]["attack"]["owner"] = False
    assert "who gets no owner's cut" in shown(render_stress(attack))


def test_a_search_for_one_index_says_that_no_other_was_looked_at() -> None:
    search = found("tune", "tune.json")
    alone = shown(render_tune(search))
    assert "only this one was looked at" in alone
    gini = dict(search["held_out"][0], measure="emission_gini")
    search["held_out"].append(gini)
    search["glossary"]["emission_gini"] = search["glossary"]["emission_hhi"]
    beside = shown(render_tune(search))
    assert "only this one was looked at" not in beside
    assert "emission gini: change" in beside.lower()
