"""Pages of any content in the look of the risk report: cards, tables, figures and terms.

A command that has its own question (a search, a back-test, a comparison) fills a
:class:`Document` with plain values; escaping, digits and layout are settled here.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from matplotlib.figure import Figure

from dtaojax.files.text import visible
from dtaojax.report import numerals
from dtaojax.report.charts.svg import render
from dtaojax.report.numerals import with_error
from dtaojax.report.trust import Trust
from dtaojax.results.contract import ResultsError
from dtaojax.storage import final_place, write_whole


@dataclass(frozen=True)
class Number:
    """A number in a table or on a card.

    Attributes:
        text: as it is shown.
        error: its standard error as it is shown, or nothing.
        value: by which a table sorts.
    """

    text: str
    error: str = ""
    value: float | None = None


def number(
    value: float | None, standard_error: float | None = None, factor: float = 1.0, suffix: str = ""
) -> Number:
    """A number to the digits that its standard error allows; ``factor`` 100 shows percent."""

    def scaled(amount: float | None) -> float | None:
        return None if amount is None else factor * amount

    text, error = with_error(scaled(value), scaled(standard_error))
    return Number(text + suffix, error, value)


Entry = Number | str


@dataclass(frozen=True)
class Table:
    """A table; a column whose entries are numbers is set flush right.

    Attributes:
        caption: what it shows.
        columns: headings, each with its unit.
        rows: entries, the first of which names the row.
        note: below the table.
        sortable: whether a click on a heading sorts.
        slug: identifier on the page, where something refers to it.
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Entry]]
    note: str = ""
    sortable: bool = False
    slug: str = ""

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Which columns hold numbers."""
        return tuple(
            any(isinstance(row[place], Number) for row in self.rows)
            for place in range(len(self.columns))
        )


@dataclass(frozen=True)
class Drawing:
    """A figure with its title, its caption and its text alternative.

    Attributes:
        slug: identifier on the page.
        title: what it shows, with the unit.
        caption: what to take away.
        svg: the figure.
    """

    slug: str
    title: str
    caption: str
    svg: Markup


def _numbered(netuid: int) -> str:
    return f"SN{netuid}"


def drawing(
    slug: str,
    title: str,
    caption: str,
    figure: Figure,
    description: str = "",
    name: Callable[[int], str] = _numbered,
) -> Drawing:
    """Renders a figure that was drawn within ``svg.drawing_style`` in ``svg.COLOURS``.

    Args:
        slug: unique on the page.
        title: what the figure shows, with the unit.
        caption: what to take away from it.
        figure: the drawing.
        description: text alternative with the numbers; the caption if it is empty.
        name: text for ``svg.stand_in`` in the figure, harmless; the subnet's number by default.
    """
    svg = render(figure, slug, title, description or caption, name)
    return Drawing(slug, title, caption, svg)


@dataclass(frozen=True)
class Card:
    """A question of the first screen and its answer.

    Attributes:
        question: in a few words.
        lead: the answer, which begins with ``number``.
        number: set large; may be empty.
        points: sentences that follow.
    """

    question: str
    lead: str
    number: Number | None = None
    points: Sequence[str] = ()


@dataclass(frozen=True)
class Section:
    """A part of the page, in the order of its attributes.

    Attributes:
        slug: identifier on the page.
        heading: its title.
        short: name in the navigation; the heading if it is empty.
        paragraphs: of text.
        drawings: figures side by side.
        tables: below each other.
        facts: label and text.
        terms: label and definition.
        printed: summary and text of a block that unfolds, a config for example.
    """

    slug: str
    heading: str
    short: str = ""
    paragraphs: Sequence[str] = ()
    drawings: Sequence[Drawing] = ()
    tables: Sequence[Table] = ()
    facts: Sequence[tuple[str, Entry]] = ()
    terms: Sequence[tuple[str, str]] = ()
    printed: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Document:
    """A page.

    Attributes:
        eyebrow: what kind of page, and of what.
        title: its heading.
        question: what it answers.
        cards: the first screen.
        notes: below the cards.
        warnings: what a reader must know before using a number.
        sections: the rest.
        made: by what and when, for the foot of the page.
        trust: what was back-tested of the runs behind it, on top; most pages have one badge.
        remarks: what was found wrong since it was made, above all numbers.
    """

    eyebrow: str
    title: str
    question: str
    cards: Sequence[Card]
    sections: Sequence[Section]
    notes: Sequence[str] = ()
    warnings: Sequence[str] = ()
    made: str = ""
    trust: Sequence[Trust] = ()
    remarks: Sequence[str] = ()


def render_document(document: Document) -> str:
    """The text of one HTML page that needs nothing else; the same document, the same text."""
    shallow = {field.name: getattr(document, field.name) for field in dataclasses.fields(document)}
    return fill("document.html.j2", shallow)


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
