"""Whom a report speaks to: the question that it answers first, and the order of what follows."""

from dtaojax.report.views.parts import View
from dtaojax.report.views.view import AUDIENCES, view_of

__all__ = ["AUDIENCES", "View", "view_of"]
