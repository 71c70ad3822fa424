"""Pages of any content in the look of the risk report: cards, tables, figures and terms.

A command that has its own question (a search, a back-test, a comparison) fills a
:class:`Document` with plain values; escaping, digits and layout are settled here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup
from matplotlib.figure import Figure

from dtaojax.report.charts.svg import render
from dtaojax.report.numerals import with_error
from dtaojax.report.shell import fill
from dtaojax.report.trust import Trust


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
