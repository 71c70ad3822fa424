"""The plain data of a study that leaves tables, a summary and a manifest."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class TabledResult(ABC):
    """Tables of a study, and how they came about.

    Attributes:
        manifest: facts on how the numbers were made; JSON types only.
        tables: tables by their names.
    """

    manifest: dict[str, Any]
    tables: dict[str, pd.DataFrame]

    @abstractmethod
    def summary(self) -> dict[str, Any]:
        """Return the headline numbers as JSON types."""
