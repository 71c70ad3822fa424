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
from dtaojax.report.numerals import plus_minus, with_error
from dtaojax.report.trust import Trust
from dtaojax.results.contract import ResultsError
from dtaojax.storage import final_place, write_whole


@dataclass(frozen=True)
class Number:
    """A number in a table or on a card.

    Attributes:
        text: Number as it is shown.
        error: Standard error as it is shown, or nothing.
        value: Value by which a table sorts.
    """

    text: str
    error: str = ""
    value: float | None = None

    @property
    def with_error(self) -> str:
        """The number as it stands in a sentence: ``text ± error``."""
        return plus_minus(self.text, self.error)


def number(
    value: float | None, standard_error: float | None = None, factor: float = 1.0, suffix: str = ""
) -> Number:
    """Write a number to the digits that its standard error allows; ``factor`` 100 is percent."""

    def scaled(amount: float | None) -> float | None:
        return None if amount is None else factor * amount

    text, error = with_error(scaled(value), scaled(standard_error))
    return Number(text + suffix, error, value)


Entry = Number | str


@dataclass(frozen=True)
class Table:
    """A table; a column whose entries are numbers is set flush right.

    Attributes:
        caption: Title of the table.
        columns: Headings, each with its unit.
        rows: Entries, the first of which names the row.
        note: Text below the table.
        sortable: True if a click on a heading sorts.
        slug: Identifier on the page, where something refers to it.
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Entry]]
    note: str = ""
    sortable: bool = False
    slug: str = ""

    @property
    def numeric(self) -> tuple[bool, ...]:
        """True for each column that holds numbers."""
        return tuple(
            any(isinstance(row[place], Number) for row in self.rows)
            for place in range(len(self.columns))
        )


@dataclass(frozen=True)
class Drawing:
    """A figure with its title, its caption and its text alternative.

    Attributes:
        slug: Identifier on the page.
        title: Title with the unit.
        caption: Sentence on what to take away.
        svg: Rendered figure.
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
    """Render a figure that was drawn within ``svg.drawing_style`` in ``svg.COLOURS``.

    Args:
        slug: Identifier, unique on the page.
        title: Title, with the unit.
        caption: Sentence on what to take away.
        figure: Drawn figure.
        description: Text alternative with the numbers; the caption if it is empty.
        name: Text for ``svg.stand_in`` in the figure, harmless; the subnet's number by default.
    """
    svg = render(figure, slug, title, description or caption, name)
    return Drawing(slug, title, caption, svg)


@dataclass(frozen=True)
class Card:
    """A question of the first screen and its answer.

    Attributes:
        question: Question in a few words.
        lead: Answer, which begins with ``number``.
        number: Number that is set large; may be missing.
        points: Sentences that follow.
    """

    question: str
    lead: str
    number: Number | None = None
    points: Sequence[str] = ()


@dataclass(frozen=True)
class Section:
    """A part of the page, in the order of its attributes.

    Attributes:
        slug: Identifier on the page.
        heading: Title of the section.
        short: Name in the navigation; the heading if it is empty.
        paragraphs: Paragraphs of text.
        drawings: Figures side by side.
        tables: Tables below each other.
        facts: Pairs of label and text.
        terms: Pairs of label and definition.
        printed: Summary and text of a block that unfolds, a config for example.
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
        eyebrow: Kind of page and its subject, above the title.
        title: Heading of the page.
        question: Question that the page answers.
        cards: First screen.
        notes: Paragraphs below the cards.
        warnings: Facts that a reader must know before using a number.
        sections: Rest of the page.
        made: Origin of the page, for its foot.
        trust: Badges of the runs behind the page, on top; most pages have one.
        remarks: Faults found since the page was made, above all numbers.
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
    """Render one HTML page that needs nothing else; the same document gives the same text."""
    shallow = {field.name: getattr(document, field.name) for field in dataclasses.fields(document)}
    return fill("document.html.j2", shallow)


_HERE: Final = Path(__file__).parent


def fill(template: str, content: dict[str, Any]) -> str:
    """Fill a template with ``content``, with style sheet and script inside."""
    script = (_HERE / "assets" / "report.js").read_text(encoding="utf-8")
    shell = {
        "css": Markup((_HERE / "assets" / "report.css").read_text(encoding="utf-8")),
        "script": Markup(script),
        # The page's own policy lets this script run and no other, whatever a name smuggles in.
        "script_hash": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    }
    return _environment().get_template(template).render(shell | content)


def write_page(page: str, target: Path) -> Path:
    """Write a page, all of it or nothing; its folder is made if it does not exist.

    Returns:
        The target.

    Raises:
        ResultsError: The folder cannot be written.
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
    """Keep a number together with its error and its percent sign at the end of a line."""
    text = value if isinstance(value, Markup) else escape(visible(str(value)))
    return text.replace(" %", Markup("&nbsp;%")).replace(" ± ", Markup("&nbsp;±&nbsp;"))


def _breakable(text: str) -> Markup:
    """Let a long name in a heading end a line after an underscore."""
    return escape(visible(text)).replace("_", Markup("_<wbr>"))


@cache
def _environment() -> Environment:
    """Return Jinja with escaping on; every text that it writes is first made visible."""

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
