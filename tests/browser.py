"""Pages in a real browser: Debian's chromium without a window, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Playwright

Answer = TypeVar("Answer")

DESK: Final = {"width": 1200, "height": 900}
PHONE: Final = {"width": 400, "height": 800}
PAPER: Final = {"width": 688, "height": 1017}
"""What margins of 14 mm leave of A4, at 96 pixels an inch."""
_CHECKS: Final = (Path(__file__).parent / "page_checks.js").read_text(encoding="utf-8")


class Chromium:
    """A browser for all pages of a process, started when it is first needed.

    It lives in a thread of its own, since Playwright leaves an event loop running in the thread
    that it is used in, which other libraries do not expect.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._running: tuple[Playwright, Browser] | None = None

    def visit(self, file: Path, look: Callable[[Page], Answer]) -> tuple[Answer, list[str]]:
        """Opens a page from disk, looks at it, and closes it.

        Returns:
            What was seen, and what the page complained of or asked for.
        """
        return self._thread.submit(self._visit, file, look).result()

    def close(self) -> None:
        """Ends the browser."""
        self._thread.submit(self._close).result()
        self._thread.shutdown()

    def _visit(self, file: Path, look: Callable[[Page], Answer]) -> tuple[Answer, list[str]]:
        if self._running is None:
            self._running = _start()
        heard: list[str] = []
        with self._running[1].new_page(viewport=DESK) as page:
            page.on("console", lambda message: heard.append(f"{message.type}: {message.text}"))
            page.on("pageerror", lambda error: heard.append(f"error: {error}"))
            page.on("request", lambda request: heard.append(f"asked for {request.url}"))
            page.goto(file.as_uri())
            answer = look(page)
        heard.remove(f"asked for {file.as_uri()}")
        return answer, heard

    def _close(self) -> None:
        if self._running is not None:
            driver, browser = self._running
            browser.close()
            driver.stop()


def _start() -> tuple[Playwright, Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        text = "chromium is not installed, so the page cannot be opened in a browser"
        if os.environ.get("DTAOJAX_NEEDS_BROWSER"):
            pytest.fail(text)
        pytest.skip(text)
    # Slow to load, and most processes open no page.
    from playwright.sync_api import sync_playwright

    driver = sync_playwright().start()
    return driver, driver.chromium.launch(executable_path=chromium)


def complaints(chromium: Chromium, file: Path) -> list[str]:
    """What is wrong with a page, nothing where all is well.

    It is opened from disk and asks for nothing else; its tables sort; text can be read in a light
    room, in a dark one and on paper, where nothing is left out; and it fits on a phone.
    """
    found, heard = chromium.visit(file, _inspect)
    return heard + found


def _inspect(page: Page) -> list[str]:
    found = [*_ask(page, "links"), *_ask(page, "width"), *_ask(page, "sorting")]
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {each}" for each in _ask(page, "contrast")]
    page.set_viewport_size(PHONE)
    found += [f"phone: {each}" for each in _ask(page, "width")]
    page.set_viewport_size(PAPER)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for name in ("paper", "width", "contrast"):
        found += [f"paper: {each}" for each in _ask(page, name)]
    return found


def _ask(page: Page, check: str) -> list[str]:
    return page.evaluate(f"{_CHECKS.strip()}.{check}()")
