"""Whom a report speaks to: the question that it answers first, and the order of what follows."""

from dtaojax.studies.run.page.views.parts import View
from dtaojax.studies.run.page.views.view import AUDIENCES, view_of

__all__ = ["AUDIENCES", "View", "view_of"]
