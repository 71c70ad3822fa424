"""The view of an audience: its question, its answer, and the order of the sections."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from dtaojax.results.contract import ResultsError
from dtaojax.results.read import Evidence
from dtaojax.studies.run.page.views import designer, everybody, holder, owner
from dtaojax.studies.run.page.views.parts import View

_VIEWS: Final[Mapping[str, Callable[[Evidence], View]]] = {
    "holder": holder.view,
    "owner": owner.view,
    "designer": designer.view,
    "all": everybody.view,
}
AUDIENCES: Final = tuple(_VIEWS)
"""Whom a report can speak to, as ``report.audience`` of a config names them."""


def view_of(evidence: Evidence, audience: str | None = None, subnet: int | None = None) -> View:
    """The view of an audience.

    Args:
        evidence: of the run.
        audience: one of :data:`AUDIENCES`; by default that of the run's config.
        subnet: netuid of an owner's subnet; by default that of the run's config.

    Raises:
        ResultsError: there is no such audience, or the run has nothing for it.
    """
    config = evidence.part("config").get("report")
    asked = config if isinstance(config, Mapping) else {}
    if audience is None:
        audience = str(asked.get("audience") or "all")
        subnet = asked.get("subnet") if subnet is None else subnet
    if audience not in _VIEWS:
        raise ResultsError(f"audience '{audience}': is not one of {', '.join(AUDIENCES)}")
    if subnet is not None and audience == "owner":
        return owner.view_of_subnet(evidence, subnet)
    return _VIEWS[audience](evidence)
