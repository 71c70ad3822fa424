"""Pages in a browser: what is looked at on every page can be seen to fail, and what was committed.

Pages that the present code makes are opened where they are made, in the tests of each command.
"""

from pathlib import Path

import pytest
from browser import Chromium, complaints
from places import ROOT

COMMITTED = sorted((ROOT / "reports").glob("**/report.html"))

SOUND = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>t</title><link rel="icon" href="data:,">
<style>
  body {{ color: #222; background: #fff }}
  @media screen and (prefers-color-scheme: dark) {{ body {{ color: #eee; background: #111 }} }}
  @media print {{ nav {{ display: none }} }}
  {style}
</style></head>
<body><nav><a href="#end" style="color: inherit">end</a></nav>
<main><p id="end">Text</p>{body}</main>
<script>{script}</script></body></html>"""

TABLE = """<table class="sortable"><caption>T</caption>
<thead><tr><th class="n"><span role="button">price</span></th></tr></thead>
<tbody><tr><td class="n">1</td></tr><tr><td class="n">2</td></tr></tbody></table>"""


def sound(file: Path, style: str = "", body: str = "", script: str = "") -> Path:
    """Writes a plain page with something added."""
    file.write_text(SOUND.format(style=style, body=body, script=script), encoding="utf-8")
    return file


def test_a_plain_page_has_nothing_to_complain_of(tmp_path: Path, chromium: Chromium) -> None:
    assert complaints(chromium, sound(tmp_path / "page.html")) == []


@pytest.mark.parametrize(
    ("added", "complaint"),
    [
        ({"script": "console.log('here')"}, "log: here"),
        ({"script": "null.x"}, "error: Cannot read"),
        ({"body": '<img alt="" src="data.png">'}, "data.png"),
        ({"script": "fetch('https://example.invalid/x')"}, "asked for https://example.invalid/x"),
        ({"body": '<a href="https://example.invalid">x</a>'}, "leads away: https://example"),
        ({"body": '<a href="#nowhere">x</a>'}, "leads nowhere: #nowhere"),
        ({"body": TABLE}, "not in order by T: price"),
        ({"body": TABLE.replace(' role="button"', "")}, "no click on T: price"),
        ({"body": '<p style="color: #999">grey</p>'}, "light: faint, 2.85"),
        ({"body": '<p style="color: #555">grey</p>'}, "dark: faint"),
        ({"style": "body { color: #eee; background: #111 }"}, "the paper is not white"),
        ({"body": '<div style="width: 500px">wide</div>'}, "phone: the page is"),
        ({"style": "@media print { p { display: none } }"}, "paper: not printed: <p> “Text”"),
        ({"body": "<details><summary>s</summary><p>kept</p></details>"}, "not printed: <p> “kept”"),
        ({"body": '<pre style="max-height: 9px; overflow: auto">x</pre>'}, "paper: cut off"),
    ],
)
def test_what_is_wrong_is_complained_of(
    added: dict[str, str], complaint: str, tmp_path: Path, chromium: Chromium
) -> None:
    found = complaints(chromium, sound(tmp_path / "page.html", **added))
    assert any(complaint in each for each in found), found


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, marks=[pytest.mark.exhaustive] if place else [])
        for place, page in enumerate(COMMITTED)
    ],
    ids=[page.parent.name for page in COMMITTED],
)
def test_committed_pages_open_without_complaint(page: Path, chromium: Chromium) -> None:
    assert complaints(chromium, page) == []
