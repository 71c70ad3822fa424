"""How soon a browser shows pages that lie on disk: ./scripts/bench/pages [PAGE ...] [--repeats 7]

Every page is opened in a fresh profile of a running chromium without a window. *First paint* is
when something can be read, *loaded* when the page's script is done too, both counted from the
request [ms]; medians of the repeats, which are interleaved. A browser that has to be started first
takes as much longer as the last line says.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[2]
TIMES = """() => {
  const [visit] = performance.getEntriesByType("navigation");
  const [paint] = performance.getEntriesByName("first-contentful-paint");
  return paint && visit.loadEventEnd ? [paint.startTime, visit.loadEventEnd] : null;
}"""


def main() -> None:
    """Measures and prints."""
    options = _options()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("chromium is not installed; on Debian: apt install chromium")
    with sync_playwright() as driver:
        began = time.perf_counter()
        browser = driver.chromium.launch(executable_path=chromium)
        start = 1000.0 * (time.perf_counter() - began)
        _opened(browser, options.pages[0])
        rounds = [
            [_opened(browser, page) for page in options.pages] for _ in range(options.repeats)
        ]
        browser.close()
    width = max(len(str(page)) for page in options.pages)
    lines = [f"{'page':{width}}  size [kB]  first paint [ms]  loaded [ms]"]
    for page, times in zip(options.pages, zip(*rounds, strict=True), strict=True):
        paint, loaded = (statistics.median(each) for each in zip(*times, strict=True))
        size = page.stat().st_size / 1000
        lines.append(f"{page!s:{width}}  {size:9.0f}  {paint:16.0f}  {loaded:11.0f}")
    lines.append(f"starting the browser: {start:.0f} ms")
    print("\n".join(lines))  # noqa: T201 the answer


def _opened(browser: Browser, page: Path) -> Sequence[float]:
    """First paint and end of loading [ms]."""
    with browser.new_page(viewport={"width": 1200, "height": 900}) as tab:
        tab.goto(page.resolve().as_uri())
        return tab.wait_for_function(TIMES).json_value()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("pages", nargs="*", type=Path, default=sorted(_committed()))
    parser.add_argument("--repeats", type=int, default=7)
    return parser.parse_args()


def _committed() -> list[Path]:
    here = Path.cwd()
    found = (ROOT / "reports").glob("**/report.html")
    return [page.relative_to(here) if page.is_relative_to(here) else page for page in found]


if __name__ == "__main__":
    main()
