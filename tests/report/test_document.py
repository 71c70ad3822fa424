"""Pages of any content: harmless, offline, and with numbers to the digits that errors allow."""

import json
import re

import pytest
from matplotlib.figure import Figure

from dtaojax.report.charts.svg import COLOURS, drawing_style, new_figure
from dtaojax.report.config_text import config_text
from dtaojax.report.document import (
    Card,
    Document,
    Section,
    Table,
    drawing,
    number,
    render_document,
)

HOSTILE = "<script>alert(1)</script>\u202e\x00"


def _figure() -> Figure:
    figure = new_figure(300, 120)
    figure.add_subplot().plot([0, 1], [0, 1], color=COLOURS["blue"])
    return figure


@pytest.fixture(scope="module")
def page() -> str:
    with drawing_style():
        picture = drawing("curve", "A curve", "It rises.", _figure(), "From 0 to 1.")
    table = Table(
        "Two rows",
        ("name", "loss [TAO]"),
        [(HOSTILE, number(-12.3456, 0.5)), ("plain", number(2.0))],
        sortable=True,
    )
    section = Section(
        "details",
        "All of it",
        paragraphs=[HOSTILE],
        drawings=[picture],
        tables=[table],
        facts=[("seed", number(7.0)), ("who", HOSTILE)],
        terms=[("loss", "what is lost")],
        printed=[("config", 'mechanism = "x"')],
    )
    card = Card("How much?", "of it is lost", number(0.251, 0.004, 100.0, " %"), [HOSTILE])
    return render_document(Document("test", HOSTILE, "Why?", [card], [section], warnings=["Few."]))


def test_text_from_outside_is_text_on_the_page(page: str) -> None:
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert "\x00" not in page
    assert page.count("&lt;script&gt;alert(1)") >= 6


def test_numbers_carry_their_errors_and_their_sort_keys(page: str) -> None:
    assert re.search(r'<data value="-12\.3456">−12\.3</data> <span class="se">±&nbsp;0\.5<', page)
    assert re.search(r'<data value="0\.251">25\.1&nbsp;%</data> <span class="se">±&nbsp;0\.4', page)


def test_a_column_of_numbers_is_flush_right_and_one_of_names_is_not(page: str) -> None:
    assert '<th scope="col">name</th>' in page
    assert '<th scope="col" class="n">loss [TAO]</th>' in page


def test_the_page_needs_nothing_from_outside(page: str) -> None:
    assert not re.search(r'(?:src|href)="(?!#|data:)', page)
    assert not re.search(r"url\((?!#)", page)


def test_a_figure_has_a_text_alternative(page: str) -> None:
    assert '<desc id="curve-desc">From 0 to 1.</desc>' in page


def test_every_section_is_in_the_navigation(page: str) -> None:
    assert '<a href="#details">All of it</a>' in page
    assert '<section id="details">' in page


def test_a_config_in_full_is_json_in_lines_that_fit_on_paper() -> None:
    config = {
        "title": "x" * 200,
        "run": {"paths": 4096, "days": [1.0, 7.0]},
        "level": {"now": {str(netuid): [0.25, -0.125] for netuid in range(128)}},
        "empty": {},
    }
    text = config_text(config)
    assert json.loads(text) == config
    lines = text.splitlines()
    assert '  "run": {"paths": 4096, "days": [1.0, 7.0]},' in lines
    assert len(lines) < 60, "entries of single subnets share lines"
    assert all(len(line) <= 100 for line in lines if "xxx" not in line)
