"""What a view is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from dtaojax.report.charts.chart import Group
from dtaojax.report.document import Table
from dtaojax.results.read import Evidence
from dtaojax.studies.run.page.answer import Card
from dtaojax.studies.run.page.phrases import with_interval


@dataclass(frozen=True)
class Part:
    """A section that only this view has.

    Attributes:
        slug: identifier on the page.
        heading: its title.
        short: name in the navigation.
        groups: figures.
        tables: below them.
    """

    slug: str
    heading: str
    short: str
    groups: Sequence[Group] = ()
    tables: Sequence[Table] = ()


@dataclass(frozen=True)
class View:
    """What an audience reads first.

    Attributes:
        audience: for whom it is, to stand above the title; empty for everybody.
        question: that is answered; that of the run where it is empty.
        sentences: the answer, with its interval.
        cards: the parts of the answer.
        order: names of the sections, the most important first.
        parts: sections of its own, which come before the others.
        headline: heading with which a group of headline numbers begins that is to stand first.
    """

    audience: str
    question: str
    sentences: Sequence[Markup]
    cards: Sequence[Card | None]
    order: Sequence[str]
    parts: Sequence[Part] = field(default=())
    headline: str = ""


def at_horizon(evidence: Evidence, quantity: str, unit: str = "") -> Markup | None:
    """The mean at the horizon with its interval; None where the run left none."""
    found = evidence.network.get(quantity, evidence.horizon)
    return None if found is None else with_interval(quantity, found, unit)
