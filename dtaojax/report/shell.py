"""What all pages share: the template environment, the style sheet, and writing a file at once."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from dtaojax.files.text import visible
from dtaojax.report import numerals
from dtaojax.results.contract import ResultsError
from dtaojax.storage import final_place, write_whole

_HERE: Final = Path(__file__).parent


def fill(template: str, content: dict[str, Any]) -> str:
    """The page that a template makes of ``content``, with style sheet and script inside."""
    script = (_HERE / "assets" / "report.js").read_text(encoding="utf-8")
    shell = {
        "css": Markup((_HERE / "assets" / "report.css").read_text(encoding="utf-8")),
        "script": Markup(script),
        "script_hash": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    }
    return _environment().get_template(template).render(shell | content)


def write_page(page: str, target: Path) -> Path:
    """Writes a page, all of it or nothing; its folder is made if it does not exist.

    Returns:
        The target.

    Raises:
        ResultsError: the folder cannot be written.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, page)
    except OSError as error:
        raise ResultsError(
            f"{final_place(target)}: cannot be written ({error.strerror or error}); "
            "choose another folder"
        ) from error
    return target


def _unbreakable(value: Any) -> Markup:
    """Keeps a number together with its error and its percent sign at the end of a line."""
    text = value if isinstance(value, Markup) else escape(visible(str(value)))
    return text.replace(" %", Markup("&nbsp;%")).replace(" ± ", Markup("&nbsp;±&nbsp;"))


def _breakable(text: str) -> Markup:
    """Lets a long name in a heading end a line after an underscore."""
    return escape(visible(text)).replace("_", Markup("_<wbr>"))


@cache
def _environment() -> Environment:
    """Jinja with escaping on; every text that it writes is first made visible."""

    def show(value: Any) -> Any:
        is_raw_text = isinstance(value, str) and not isinstance(value, Markup)
        return visible(value) if is_raw_text else value

    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        finalize=show,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        amount=numerals.amount,
        breakable=_breakable,
        unbreakable=_unbreakable,
        days=numerals.days,
        value=lambda estimate: numerals.with_error(estimate.value, estimate.standard_error)[0],
        error=lambda estimate: numerals.with_error(estimate.value, estimate.standard_error)[1],
    )
    return environment
