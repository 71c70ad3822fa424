"""The view for everybody: the answers of all views, in a sentence each."""

from __future__ import annotations

from dtaojax.results.read import Evidence
from dtaojax.studies.run.page.answer import cards
from dtaojax.studies.run.page.views import designer, holder, owner
from dtaojax.studies.run.page.views.parts import View


def view(evidence: Evidence) -> View:
    """The view."""
    answers = (designer.answer(evidence), owner.answer(evidence), holder.answer(evidence))
    return View(
        audience="",
        question="",
        sentences=[sentence for sentence in answers if sentence],
        cards=cards(evidence),
        order=("portfolio", "concentration", "gate", "prices", "cohorts"),
    )
