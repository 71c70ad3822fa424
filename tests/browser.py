"""Pages in a real browser: Debian's chromium without a window."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest


def browse(page: Path, profile: Path) -> tuple[str, str]:
    """The page after its scripts ran, and what the browser logged."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        text = "chromium is not installed, so the page cannot be opened in a browser"
        if os.environ.get("DTAOJAX_NEEDS_BROWSER"):
            pytest.fail(text)
        pytest.skip(text)
    done = subprocess.run(
        [
            chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
            "--disable-background-networking", "--enable-logging=stderr", "--dump-dom",
            f"--user-data-dir={profile}", page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )  # fmt: skip
    return done.stdout, done.stderr
