"""The plain-data contract of a ledger's track record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dtaojax.studies.shared.tabled import TabledResult


@dataclass(frozen=True)
class LedgerResults(TabledResult):
    """Track record of a ledger's forecasts.

    Attributes:
        manifest: facts on how the numbers were made, and ``record``, the words of a badge; JSON
            types only.
        tables: ``forecasts``, ``states``, ``cases``, ``events``, ``coverage``, ``briers`` and
            ``places``; those of scores are empty where nothing was scored.
    """

    def summary(self) -> dict[str, Any]:
        """Return the record and the tables by figure and horizon as JSON."""
        return {
            "schema_version": self.manifest["schema_version"],
            "record": self.manifest["record"],
            **{
                name: self.tables[name].to_dict("records")
                for name in ("forecasts", "states", "coverage", "briers")
            },
        }
