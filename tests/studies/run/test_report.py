"""The report: one harmless, offline, reproducible page whose numbers are those of the run."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import itertools
import json
import math
import re
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np
import pandas as pd
import pytest
from browser import Chromium, complaints
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from report_fixture import make_results

from dtaojax.files.text import NAME_LENGTH, subnet_name, visible
from dtaojax.report.charts.histogram import MeasureLine, common_limits, count_outside
from dtaojax.report.charts.timeline import count_chart, spread
from dtaojax.report.display import quantiles
from dtaojax.report.glossary import QUANTITIES
from dtaojax.report.numerals import compact, percent, plain, probability, with_error
from dtaojax.results.contract import Results, ResultsError, load, save
from dtaojax.results.estimates import StoredEstimate, Trajectory
from dtaojax.results.read import Histogram, read
from dtaojax.studies.run.page.cards import cards
from dtaojax.studies.run.page.fates import BY_PAY
from dtaojax.studies.run.page.page import render_report, write_report
from dtaojax.studies.run.page.subnet_table import MAX_ROWS

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

HOSTILE_NAMES = {
    4: "<script>alert(1)</script>",
    9: "evil\u202egnp.exe",
    51: "a\x00b\x1b[31mc\nd\u200b",
    64: "$x^2$ \\frac{a}{ & \"quoted\" 'name'",
    120: "<img src=x onerror=alert(1)>",
    3: "]]></style></svg><b>bold</b>",
    44: "z" + "\u0301" * 40,
    56: "\ue000 שלום 模型 🦄",
}
VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """What a test wants to know about a page; refuses elements that are closed out of turn."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.texts: dict[str, list[str]] = {}
        self.rows: list[tuple[dict[str, str], list[str], list[str]]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._start(tag, attrs)
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._start(tag, attrs)

    def _start(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        found = {name: value or "" for name, value in attrs}
        self.attributes += [(tag, name, value) for name, value in found.items()]
        self.ids += [found["id"]] if "id" in found else []
        if tag == "tr":
            self.rows.append((found, [], []))
        elif tag == "data" and "tr" in self._open:
            self.rows[-1][2].append(found["value"])

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, text: str) -> None:
        if not self._open:
            return
        self.texts.setdefault(self._open[-1], []).append(text)
        if "tr" in self._open and text.strip():
            self.rows[-1][1].append(text.strip())


@pytest.fixture(scope="module")
def results() -> Results:
    return make_results(names=HOSTILE_NAMES)


@pytest.fixture(scope="module")
def written(results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(results, tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def text(written: Path) -> str:
    return written.read_bytes().decode("utf-8")


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def changed(results: Results, table: str, **columns: object) -> Results:
    """``results`` with columns of a table replaced."""
    frame = results.tables[table].assign(**columns)
    return dataclasses.replace(results, tables=results.tables | {table: frame})


@pytest.fixture(scope="module")
def plain_results() -> Results:
    """Results with the names of the chain."""
    return make_results()


@pytest.fixture(scope="module")
def few_figures(plain_results: Results) -> Results:
    """Results whose report is quickly made: no portfolio, hardly anything to draw."""
    tables = {
        name: plain_results.tables[name].query(
            "quantity in ('emission_hhi', 'emission_gini', 'below_bar')"
        )
        for name in ("network", "subnets")
    }
    initial = plain_results.tables["initial"].assign(position_alpha=0.0)
    manifest = {"schema_version": 1}
    return Results(manifest, plain_results.metrics, tables | {"initial": initial})


# --- one offline file ----------------------------------------------------------------------------


def test_page_refers_to_nothing_outside_itself(page: Page, text: str) -> None:
    references = [
        value
        for tag, name, value in page.attributes
        if name in ("src", "href", "srcset", "action", "data", "poster", "xlink:href")
    ]
    assert references
    assert all(value.startswith("#") or value == "data:," for value in references)
    assert page.tags.keys().isdisjoint({"img", "iframe", "object", "embed", "form", "base"})
    assert re.search(r"https?:|//[a-z]|@import|url\((?!#)", text) is None


def test_every_link_inside_the_page_leads_somewhere(page: Page) -> None:
    targets = [
        value[1:] for _, name, value in page.attributes if name == "href" and value[0] == "#"
    ]
    targets += re.findall(r"url\(#([^)]+)\)", " ".join(value for *_, value in page.attributes))
    assert set(targets) <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_file_is_small_and_alone(written: Path) -> None:
    assert written.stat().st_size < 1_000_000
    assert [file.name for file in written.parent.iterdir()] == ["report.html"]


def test_same_results_give_the_same_bytes_whatever_the_settings(
    results: Results, text: str
) -> None:
    with matplotlib.rc_context({"font.size": 30.0, "lines.linewidth": 9.0, "svg.fonttype": "path"}):
        assert render_report(results) == text
        assert matplotlib.rcParams["font.size"] == 30.0


def test_another_process_makes_the_same_bytes_from_the_folder_without_jax(
    plain_results: Results, tmp_path: Path
) -> None:
    save(plain_results, tmp_path)
    program = (
        "import sys; from pathlib import Path; "
        "from dtaojax.studies.run.page.page import write_report; "
        "from dtaojax.results.contract import load; folder = Path(sys.argv[1]); "
        "write_report(load(folder), folder); "
        "print([name for name in sys.modules if name.split('.')[0] in ('jax', 'jaxlib')])"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
    assert (tmp_path / "report.html").read_bytes() == render_report(load(tmp_path)).encode()


def test_figures_take_every_colour_and_font_from_the_page(text: str) -> None:
    figures = "".join(re.findall(r"<svg.*?</svg>", text, flags=re.DOTALL))
    assert "var(--blue)" in figures
    assert re.search(r"#[0-9a-f]{6}\b|font-family", figures) is None
    style = text[text.index("<style>") : text.index("</style>")]
    for variable in set(re.findall(r"var\((--\w+)\)", text)):
        assert len(re.findall(rf"{variable}:", style)) == 2, f"{variable} for light and dark"


# --- names from outside --------------------------------------------------------------------------


def test_hostile_names_show_as_text_and_add_no_element(plain_results: Results, page: Page) -> None:
    harmless = Page(render_report(plain_results))
    assert page.tags == harmless.tags
    shown = [text.strip() for texts in page.texts.values() for text in texts]
    for wanted in (
        "<script>alert(1)</script>",
        r"evil\u202egnp.exe",
        r"a\x00b\x1b[31mc\nd\u200b",
        "<img src=x onerror=alert(1)>",
        "]]></style></svg><b>bold</b>",
        r"\ue000 שלום 模型 🦄",
    ):
        assert wanted in shown
    assert "SN4 · <script>alert(1)</scr…" in page.texts["text"]
    assert "SN9 · evil\\u202egnp.exe" in page.texts["text"]


def test_page_holds_no_character_that_cannot_be_seen(text: str) -> None:
    assert [character for character in set(text) if not character.isprintable()] == ["\n"]


def test_hostile_texts_of_the_manifest_add_no_element(few_figures: Results) -> None:
    def page_with(text: str) -> Page:
        manifest = {
            "schema_version": 1,
            "title": text,
            "question": text,
            "warnings": [text],
            "config": {"title": text},
            "assumptions": [{"topic": text, "text": text}],
            "mechanism": {"preset": text, "summary": text},
            "network": {"name": text, "file": text, "block": text},
            "versions": {text: text},
            "paths": {"requested": text, "lost": text, "lost_reasons": {text: text}},
            "limited": {text: text},
        }
        return Page(render_report(dataclasses.replace(few_figures, manifest=manifest)))

    hostile = page_with('</title></style>"><script>alert(1)</script>{{ 7 * 7 }}\u202e')
    assert hostile.tags == page_with("harmless").tags
    assert '</title></style>"><script>alert(1)</script>{{ 7 * 7 }}\\u202e' in hostile.texts["bdi"]


def test_only_the_own_script_may_run(text: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)[1]
    script = re.search(r"<script>(.*?)</script>", text, flags=re.DOTALL)[1]
    digest = hashlib.sha256(script.encode()).digest()
    allowed = re.search(r"script-src 'sha256-([^']+)'", policy)[1]
    assert base64.b64decode(allowed) == digest
    assert "default-src 'none'" in policy


@given(st.text(st.characters(), max_size=40))
def test_visible_text_can_be_seen_encoded_and_is_left_alone_the_second_time(text: str) -> None:
    shown = visible(text)
    shown.encode("utf-8")
    assert all(character.isprintable() or character in "\n\t" for character in shown)
    assert visible(shown) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Targon", "Targon"),
        ("hoτfloaτ", "hoτfloaτ"),
        ("  two   spaces ", "two spaces"),
        ("", "unnamed"),
        (math.nan, "unnamed"),
        (None, "unnamed"),
        ("e\u0301", "e\u0301"),
        ("\u0301", "\\u0301"),
        ("\u3164", "\\u3164"),
        ("\t", "\\t"),
        ("\ud800", "\\ud800"),
        ("x" * 60, "x" * (NAME_LENGTH - 1) + "…"),
    ],
)
def test_subnet_name_is_short_and_on_one_line(name: object, shown: str) -> None:
    assert subnet_name(name) == shown


# --- numbers -------------------------------------------------------------------------------------


def _rows_of(page: Page, quantity: str) -> list[tuple[list[str], list[str]]]:
    return [
        (texts, values)
        for attributes, texts, values in page.rows
        if attributes.get("data-metric") == quantity
    ]


def test_every_number_of_network_and_portfolio_equals_its_estimate(
    results: Results, page: Page
) -> None:
    shown = Counter()
    for attributes, texts, values in page.rows:
        # The label, the day and the value with its error begin a row of the table of all days.
        if "data-metric" in attributes and re.fullmatch(r"[\d.]+", texts[1]):
            shown[attributes["data-metric"], float(texts[1]), float(values[0])] += 1
    expected = Counter()
    for name in ("network", "portfolio"):
        frame = results.tables[name]
        for row in frame[frame["scope"] == name].itertuples():
            if row.statistic != "quantile":
                tail = "" if row.statistic == "mean" else f"_{row.statistic}_{100 * row.level:g}"
                expected[row.quantity + tail, row.day, row.value] += 1
    assert shown.keys() >= expected.keys()
    assert len(expected) > 200


def test_headline_has_one_row_a_quantity_and_fits_on_a_screen(page: Page, text: str) -> None:
    table = re.search(r'<table class="headline">.*?</table>', text, flags=re.DOTALL)[0]
    names = re.findall(r'data-metric="(\w+)"', table)
    assert len(names) == len(set(names)) == 19
    assert names[0] == "emission_effective_number"
    assert names[-2:] == ["max_drawdown", "exit_days"]
    assert "05 %" not in table


def test_headline_row_holds_now_mean_interval_and_spread(results: Results, page: Page) -> None:
    frame = results.tables["network"].query("quantity == 'emission_top10_share'")
    now = frame.query("day == 0 and statistic == 'mean'").iloc[0]
    then = frame.query("day == 90 and statistic == 'mean'").iloc[0]
    error = 100.0 * then["standard_error"]
    texts, values = _rows_of(page, "emission_top10_share")[0]
    expected = [
        "Share of the ten largest",
        with_error(100.0 * now["value"], error)[0],
        with_error(100.0 * then["value"], error)[0],
        f"±\u00a0{with_error(100.0 * then['value'], error)[1]}",
        " to ".join(with_error(100.0 * then[end], error)[0] for end in ("ci_low", "ci_high")),
    ]
    assert texts[:5] == expected
    assert [float(value) for value in values] == [then["value"]]
    spread_then = frame.query("day == 90 and statistic == 'quantile'").set_index("level")
    for shown, level in zip(texts[5:8], (0.05, 0.5, 0.95), strict=True):
        worst = 100.0 * spread_then.loc[[0.05, 0.5, 0.95], "standard_error"].max()
        assert abs(float(shown) - 100.0 * spread_then.loc[level, "value"]) <= 0.5 * worst
    assert texts[8] == "%"


def test_cards_answer_every_part_of_the_question(results: Results, text: str) -> None:
    cards = re.search(r'<ul class="cards">(.*?)</ul>', text, flags=re.DOTALL)[1]
    assert re.findall(r"<h3>([^<]+)</h3>", cards) == [
        "How concentrated does TAO emission become?",
        "Which subnets fall below the gate’s bar or come up for deregistration?",
        "What do prices and pools do?",
        "What could the portfolio lose?",
    ]
    values = {float(value) for value in re.findall(r'<data value="([^"]+)"', cards)}
    of_day = {metric.name: metric.value for metric in results.metrics if metric.day == 90.0}
    assert values == {
        abs(of_day[name])
        for name in (
            "emission_effective_number",
            "emission_nakamoto",
            "emission_top10_share",
            "starved_subnets",
            "sum_price",
            "total_tao_in",
            "chain_buy_share",
            "loss_realizable",
            "loss_realizable_var_95",
            "loss_realizable_es_99",
        )
    }


def test_cards_name_the_subnets_likeliest_to_fall_and_to_be_pruned(
    plain_results: Results,
) -> None:
    evidence = read(plain_results)
    points = str(Markup(" ").join(cards(evidence)[1].points))
    frame = plain_results.tables["subnets"]
    frame = frame[frame["statistic"] == "probability"]
    start = frame[(frame["quantity"] == "below_bar") & (frame["day"] == 0.0)]
    above = set(start[start["value"] == 0.0]["netuid"])
    for quantity, allowed in (("below_bar", above), ("next_pruned", set(frame["netuid"]))):
        then = frame[(frame["quantity"] == quantity) & (frame["day"] == 90.0)]
        can_earn = plain_results.tables["initial"].query("emission_enabled and in_emit_set")
        then = then[then["netuid"].isin(allowed)]
        if quantity == "below_bar":
            then = then[then["netuid"].isin(can_earn["netuid"])]
        assert f"<bdi>{evidence.label(then.nlargest(1, 'value')['netuid'].item())}" in points


@pytest.mark.parametrize(
    ("now", "low", "high", "said"),
    [
        (20.0, 15.0, 16.0, "becomes more concentrated"),
        (10.0, 15.0, 16.0, "becomes less concentrated"),
        (15.5, 15.0, 16.0, "about as today"),
    ],
)
def test_a_change_is_claimed_only_beyond_the_monte_carlo_interval(
    plain_results: Results, now: float, low: float, high: float, said: str
) -> None:
    network = plain_results.tables["network"]
    is_mean = (network["quantity"] == "emission_effective_number") & (
        network["statistic"] == "mean"
    )
    at_start, at_end = is_mean & (network["day"] == 0.0), is_mean & (network["day"] == 90.0)
    spoiled = changed(
        plain_results,
        "network",
        value=network["value"].where(~at_start, now),
        ci_low=network["ci_low"].where(~at_end, low),
        ci_high=network["ci_high"].where(~at_end, high),
    )
    assert said in cards(read(spoiled))[0].points[0]


def test_subnet_table_has_every_subnet_with_its_estimates(results: Results, page: Page) -> None:
    rows = {texts[0]: texts for attributes, texts, _ in page.rows if not attributes}
    assert all(str(netuid) in rows for netuid in results.tables["initial"]["netuid"])
    frame = results.tables["subnets"]
    of_subnet = frame[(frame["netuid"] == 34) & (frame["day"] == 90.0)]
    below = of_subnet[of_subnet["quantity"] == "below_bar"].iloc[0]
    depth = of_subnet[(of_subnet["quantity"] == "tao_in") & (of_subnet["statistic"] == "mean")]
    now = results.tables["initial"].set_index("netuid").loc[34]
    change = with_error(
        100.0 * (depth["value"].item() / now["tao_in"] - 1.0),
        100.0 * depth["standard_error"].item() / now["tao_in"],
    )
    assert rows["34"][1] == "BitMind"
    assert with_error(100.0 * below["value"], 100.0 * below["standard_error"])[0] in rows["34"]
    assert rows["34"][-2:] == [change[0], f"±{change[1]}"]


def test_a_gain_at_risk_is_worded_as_a_gain(results: Results) -> None:
    portfolio = results.tables["portfolio"]
    is_var = (portfolio["statistic"] == "var") & (portfolio["quantity"] == "loss_realizable")
    gains = portfolio["value"].where(~is_var, -12.0)
    card = cards(read(changed(results, "portfolio", value=gains)))[-1]
    assert '<data value="12.0">12</data>' in card.number
    assert "the gain that 5 % of paths fall short of" in card.what


def test_unknown_numbers_are_said_to_be_missing(few_figures: Results) -> None:
    network = few_figures.tables["network"]
    is_gini = network["quantity"] == "emission_gini"
    unknown = {
        column: network[column].where(~is_gini, np.nan)
        for column in ("value", "standard_error", "ci_low", "ci_high")
    }
    page = Page(render_report(changed(few_figures, "network", **unknown)))
    texts, _ = _rows_of(page, "emission_gini")[0]
    assert texts[1:4] == ["n/a", "n/a", "not known to not known"]
    assert any(text.startswith("Now n/a.") for text in page.texts["figcaption"])


@pytest.mark.parametrize(
    ("value", "error", "shown"),
    [
        (18.9312, 0.1234, ("18.93", "0.12")),
        (18.9312, 0.0412, ("18.93", "0.04")),
        (1875961.4, 1104.2, ("1,876,000", "1,100")),
        (20497.0, 8.1, ("20,497", "8")),
        (14.27, 38.0, ("10", "40")),
        (0.0595412, 0.00014, ("0.05954", "0.00014")),
        (-3.456, 0.5, ("−3.5", "0.5")),
        (-0.001, 0.5, ("0.0", "0.5")),
        (0.5, 0.0, ("0.5000", "")),
        (55.0, 0.0, ("55", "")),
        (0.0, 0.25, ("0.00", "0.25")),
        (123.456, 1e-9, ("123.456", "1e−09")),
        (math.nan, 0.1, ("n/a", "")),
        (1.5, math.nan, ("1.500", "not known")),
    ],
)
def test_digits_follow_the_standard_error(
    value: float, error: float, shown: tuple[str, str]
) -> None:
    assert with_error(value, error) == shown


@given(
    st.floats(-1e9, 1e9, allow_nan=False).filter(lambda value: abs(value) > 1e-3),
    st.floats(1e-4, 1e6),
)
def test_shown_value_is_within_half_a_standard_error(value: float, error: float) -> None:
    text, _ = with_error(value, error)
    rounded = float(text.replace(",", "").replace("−", "-"))
    assert abs(rounded - value) <= max(0.5 * error, 1e-5 * abs(value), 0.5 * (error > 1.0))


def test_plain_percent_and_compact_numbers() -> None:
    assert [plain(value) for value in (123456.7, 0.012345, -2.0, 6.0)] == [
        "123,457", "0.0123", "−2", "6",
    ]  # fmt: skip
    assert [percent(value) for value in (0.12345, 1.0, 0.0, 1e-6, -1e-6)] == [
        "12.3 %", "100 %", "0 %", "<0.01 %", ">−0.01 %",
    ]  # fmt: skip
    assert [compact(value) for value in (2.05e6, 12_340.0, 0.0123, 0.0, -1.5, 3e-7)] == [
        "2.05M", "12.34k", "0.0123", "0", "−1.5", "3.0e−07",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("estimate", "shown"),
    [
        ((0.0, 0.0005, 0.0, 0.00187), ("<0.19", "")),
        ((1.0, 0.0053, 0.985216, 1.0), (">98.5", "")),
        ((1.0, 0.00009, 0.99964, 1.0), (">99.964", "")),
        ((0.0, 0.0, 0.0, 0.0), ("0", "")),
        ((1.0, 0.0, 1.0, 1.0), ("100", "")),
        ((0.4063, 0.0307, 0.35, 0.47), ("40.6", "3.1")),
    ],
)
def test_probability_that_no_or_every_path_shows_is_given_by_its_bound(
    estimate: tuple[float, float, float, float], shown: tuple[str, str]
) -> None:
    assert probability(*estimate) == shown


def test_band_of_a_count_ends_at_counts_and_a_band_has_one_rounding() -> None:
    found = {
        level: StoredEstimate(value, error, value, value, "subnets")
        for level, value, error in ((0.05, 53.75, 0.3), (0.5, 54.5, 0.1), (0.95, 56.2, 0.3))
    }
    assert quantiles("starved_subnets", found) == {0.05: "53", 0.5: "54.5", 0.95: "57"}
    assert list(quantiles("sum_price", found).values()) == ["53.75", "54.50", "56.20"]
    assert list(quantiles("max_drawdown", found).values()) == ["5,375", "5,450", "5,620"]


def test_quantile_of_which_only_a_bound_is_known_is_written_as_that() -> None:
    known = StoredEstimate(0.0123, 0.0004, 0.0115, 0.0131, "ratio")
    at_most = StoredEstimate(2e-9, math.nan, -math.inf, 0.004, "ratio")
    at_least = StoredEstimate(0.9, math.nan, 0.5, math.inf, "ratio")
    found = {0.05: at_most, 0.5: known, 0.95: at_least}
    assert list(quantiles("emission_share", found).values()) == ["≤0.000000200", "1.23", "≥90"]
    alone = StoredEstimate(3.0, math.nan, 3.0, 3.0, "ratio")
    assert quantiles("price", {0.5: alone}) == {0.5: "3"}


def test_count_chart_draws_cells_of_whole_counts_around_each_day() -> None:
    levels = {0.05: [6.0, 5.2], 0.25: [6.0, 6.0], 0.5: [6.0, 6.0], 0.75: [6.0, 6.0]}
    trajectory = Trajectory(
        days=np.array([0.0, 10.0]),
        mean=np.array([6.0, 5.9]),
        mean_low=np.array([6.0, 5.8]),
        mean_high=np.array([6.0, 6.0]),
        quantiles={
            level: np.array(values) for level, values in (levels | {0.95: [6.0, 6.0]}).items()
        },
        unit="subnets",
    )
    axes = count_chart(trajectory, "blue").axes[0]
    (outer_top, edges, outer_bottom), (top, _, bottom), (median, *_) = (
        [None if part is None else part.tolist() for part in patch.get_data()]
        for patch in axes.patches
    )
    assert edges == [0.0, 5.0, 10.0]
    assert (outer_bottom, outer_top) == ([5.5, 4.5], [6.5, 6.5])
    assert (bottom, top) == ([5.5, 5.5], [6.5, 6.5])
    assert median == [6.0, 6.0]
    low, high = axes.get_ylim()
    assert high - low >= 4.0
    assert all(tick == round(tick) for tick in axes.get_yticks())
    assert [text.get_text() for text in axes.texts] == ["5", "6"]


@given(st.lists(st.floats(0.0, 200.0), min_size=1, max_size=3).map(sorted))
def test_labels_are_moved_apart_in_order(heights: list[float]) -> None:
    placed = spread(heights, 12.0)
    assert all(later - earlier > 11.0 for earlier, later in itertools.pairwise(placed))
    assert sum(placed) == pytest.approx(sum(heights), abs=1e-6)


def test_loss_chart_hides_at_most_the_highest_hundredth_of_gains_and_counts_them() -> None:
    histogram = Histogram((-900.0, -800.0, -50.0, 0.0, 5.0, 40.0), (1, 0, 54, 90, 55))
    low, high = common_limits([histogram], [MeasureLine("ES 99 %", 60.0, "red", dashed=False)])
    assert -60.0 < low < -50.0
    assert high > 60.0
    assert count_outside(histogram, (low, high)) == 1
    assert count_outside(histogram, (-1000.0, high)) == 0
    unbounded = Histogram((-math.inf, -50.0, 0.0, math.inf), (3, 100, 2))
    assert count_outside(unbounded, common_limits([unbounded], [])) == 5


# --- what a reader needs -------------------------------------------------------------------------


def test_every_figure_has_a_text_alternative_and_a_caption(page: Page, text: str) -> None:
    figures = re.findall(r"<figure .*?</figure>", text, flags=re.DOTALL)
    assert len(figures) == page.tags["figure"] > 40
    for figure in figures:
        assert re.search(r'<svg [^>]*role="img" aria-labelledby="([\w-]+)-title \1-desc"', figure)
        assert re.search(r"<title [^>]*>[^<]+</title><desc [^>]*>[^<]*\d[^<]*</desc>", figure)
        assert re.search(r"<h4><bdi>[^<]+</bdi></h4>", figure)
        assert re.search(r"<figcaption>[^<]+\.</figcaption>", figure)


def test_glossary_defines_every_quantity_of_the_tables(results: Results, text: str) -> None:
    glossary = text[text.index('id="glossary"') :]
    quantities = {
        quantity
        for name in ("network", "subnets", "portfolio")
        for quantity in results.tables[name]["quantity"]
    }
    # A run has figures in dollars only where it follows the price of TAO, which this one does not.
    in_dollars = {name for name in QUANTITIES if "usd" in name}
    # Nor is there pay in place of a bar where there is a bar.
    by_pay = {BY_PAY.stands, BY_PAY.falls, BY_PAY.always, BY_PAY.ever}
    assert quantities == QUANTITIES.keys() - in_dollars - by_pay
    for quantity in quantities:
        assert f"<small>{quantity}</small>" in glossary


def test_lost_paths_and_limited_trades_are_told(page: Page) -> None:
    rows = {tuple(texts) for _, texts, _ in page.rows}
    assert ("path lost: non finite price", "2") in rows
    assert ("sales cut to the alpha that holders have", "17") in rows
    assert any("3 of\n403 paths were lost" in text for text in page.texts["strong"])


def test_config_is_embedded_exactly(results: Results, page: Page) -> None:
    assert json.loads("".join(page.texts["pre"])) == results.manifest["config"]


def test_report_without_portfolio_speaks_of_none(few_figures: Results) -> None:
    page = Page(render_report(few_figures))
    assert "portfolio" not in page.ids
    assert not any("lose" in text for text in page.texts["h3"])


def test_report_needs_nothing_of_the_manifest_but_its_version(few_figures: Results) -> None:
    bare = dataclasses.replace(few_figures, manifest={"schema_version": 1})
    page = Page(render_report(bare))
    assert any("no headline quantity" in text for text in page.texts["p"])


def test_large_network_is_cut_and_says_so(few_figures: Results) -> None:
    initial = few_figures.tables["initial"]
    copies = [
        initial.assign(netuid=initial["netuid"] + 200 * copy, tao_in=initial["tao_in"] / (1 + copy))
        for copy in range(5)
    ]
    large = dataclasses.replace(
        few_figures, tables=few_figures.tables | {"initial": pd.concat(copies, ignore_index=True)}
    )
    text = render_report(large)
    left_out = 5 * len(initial) - MAX_ROWS
    assert f"{left_out} subnets with shallower pools are left out" in text


# --- refusals ------------------------------------------------------------------------------------


def _without(results: Results, table: str, column: str) -> Results:
    frame = results.tables[table].drop(columns=column)
    return dataclasses.replace(results, tables=results.tables | {table: frame})


def _first(results: Results, table: str, column: str, value: object) -> Results:
    frame = results.tables[table]
    values = frame[column].astype(object).tolist()
    return changed(results, table, **{column: [value, *values[1:]]})


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda r: dataclasses.replace(r, manifest={"schema_version": 2}), "schema version 2"),
        (
            lambda r: dataclasses.replace(
                r, tables={k: v for k, v in r.tables.items() if k != "subnets"}
            ),
            "table 'subnets': is missing",
        ),
        (
            lambda r: dataclasses.replace(
                r, tables={k: v for k, v in r.tables.items() if k != "portfolio"}
            ),
            "table 'portfolio': is missing",
        ),
        (
            lambda r: dataclasses.replace(
                r, manifest=r.manifest | {"run": {"report_days": [1.0, 120.0]}}
            ),
            r"run.report_days: names the day\(s\) \[120.0\]",
        ),
        (lambda r: _without(r, "network", "ci_low"), "'network': lacks the column.* ci_low"),
        (lambda r: _without(r, "initial", "tao_in"), "'initial': lacks the column.* tao_in"),
        (lambda r: _without(r, "losses", "count"), "'losses': lacks the column.* count"),
        (lambda r: _first(r, "network", "value", "many"), "column 'value': holds something else"),
        (lambda r: _first(r, "network", "statistic", "mode"), "row 0: has an unknown statistic"),
        (lambda r: _first(r, "network", "standard_error", -1.0), "row 0: has a negative error"),
        (lambda r: _first(r, "network", "day", None), "row 0: has no day"),
        (lambda r: _first(r, "subnets", "netuid", 999), r"netuid\(s\) \[999\]"),
        (lambda r: _first(r, "initial", "netuid", 2), "row 1: netuid 2 is missing or stands"),
        (lambda r: _first(r, "losses", "bin_high", -1e9), "the bins leave gaps or overlap"),
        (lambda r: _first(r, "losses", "valuation", "dream"), "valuation 'dream' is not one of"),
        (
            lambda r: dataclasses.replace(
                r, tables=r.tables | {"network": pd.concat([r.tables["network"]] * 2)}
            ),
            "stands there twice",
        ),
    ],
)
def test_broken_contract_is_refused_and_the_old_report_stays(
    results: Results, tmp_path: Path, spoil, message: str
) -> None:
    (tmp_path / "report.html").write_text("old")
    with pytest.raises(ResultsError, match=message):
        write_report(spoil(results), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").read_text() == "old"


def test_folder_that_cannot_be_written_is_named(few_figures: Results, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ResultsError, match=r"report\.html: cannot be written"):
        write_report(few_figures, tmp_path / "file")


# --- in a browser --------------------------------------------------------------------------------


def test_browser_opens_the_report_without_complaint(written: Path, chromium: Chromium) -> None:
    assert complaints(chromium, written) == []


def test_browser_refuses_a_script_that_is_not_the_pages_own(
    text: str, tmp_path: Path, chromium: Chromium
) -> None:
    bad = tmp_path / "bad.html"
    bad.write_text(text.replace("</main>", "<script>alert(1)</script></main>"), encoding="utf-8")
    (said,) = chromium.visit(bad, lambda page: None)[1]
    assert "Content Security Policy" in said


def test_tables_sort_by_click_and_by_key(
    plain_results: Results, tmp_path: Path, chromium: Chromium
) -> None:
    def look(page: Page) -> dict[str, Any]:
        subnets, days = page.locator("table.subnets"), page.locator("table.days")

        def heading(table: Locator, at: int) -> Locator:
            return table.locator("thead th").nth(at)

        def first_netuids() -> list[str]:
            return subnets.locator("tbody td:first-child").all_inner_texts()[:3]

        found: dict[str, Any] = {}
        heading(subnets, 2).get_by_role("button").click()
        found |= {"dear": first_netuids(), "mark": heading(subnets, 2).get_attribute("aria-sort")}
        heading(subnets, 2).get_by_role("button").click()
        found["cheap"] = first_netuids()
        heading(subnets, 1).get_by_role("button").press("Enter")
        found["names"] = heading(subnets, 1).get_attribute("aria-sort")
        found["others"] = heading(subnets, 2).get_attribute("aria-sort")
        page.get_by_label("Find a subnet by name or number").fill("BitMind")
        found["filtered"] = subnets.locator("tbody tr:visible").count()
        page.get_by_text("All numbers of the network").click()
        heading(days, 2).get_by_role("button").click()
        found["largest"] = days.locator("tbody tr:first-child data").get_attribute("value")
        heading(days, 4).get_by_role("button").click()
        spread = days.locator("tbody td:nth-child(5)").all_inner_texts()
        found["empty_last"] = not any(spread[spread.index("") :])
        return found

    found, heard = chromium.visit(write_report(plain_results, tmp_path), look)
    assert heard == []
    by_price = plain_results.tables["initial"].sort_values("price")["netuid"].astype(str).tolist()
    means = plain_results.tables["network"].query("statistic == 'mean'")["value"]
    assert float(found.pop("largest")) == means.max()
    assert found == {
        "dear": by_price[::-1][:3],
        "mark": "descending",
        "cheap": by_price[:3],
        "names": "ascending",
        "others": None,
        "filtered": 1,
        "empty_last": True,
    }
