"""A ledger of forecasts: runs written down, and held against what came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from dtaojax.api.run import Run
from dtaojax.studies.ledger.badge import record_in_words
from dtaojax.studies.ledger.ledger import add_run, report_ledger
from dtaojax.studies.ledger.record import TrackRecord, record_of
from dtaojax.studies.ledger.scoring import TOLERANCE, score
from dtaojax.studies.ledger.store import read_ledger


class Ledger:
    """Forecasts that were written down, in one file.

    Attributes:
        file: File of the ledger; made when the first run is added.
    """

    def __init__(self, file: str | Path) -> None:
        self.file = Path(file)

    def add(self, run: Run | str | Path) -> str:
        """Add a finished run; one that is there already changes nothing.

        Returns:
            The digest of all that was ever added.

        Raises:
            ResultsError: The run is damaged or says nothing that can be scored, or the ledger is
                not as it was written.
        """
        folder = run.folder if isinstance(run, Run) else Path(run)
        return add_run(self.file, folder, datetime.now(UTC)).head

    def score(
        self,
        *networks: str | Path,
        start: Sequence[str | Path] = (),
        tolerance: float = TOLERANCE,
    ) -> pd.DataFrame:
        """Score all forecasts that have come due against later states.

        Args:
            networks: States, embedded or files.
            start: Networks that forecasts start from, where weights alone are known.
            tolerance: How far a report day may lie from a state [days].

        Returns:
            One row a state and forecast: ``forecast``, ``title``, ``file``, ``block``, ``fate``,
            ``why``.

        Raises:
            NetworkError: A state is wrong.
            ResultsError: The ledger is not as it was written.
        """
        from dtaojax.execution import runtime

        runtime.configure("float64")
        now = datetime.now(UTC)
        found = score(self.file, networks, now, start=start, tolerance=tolerance)
        return pd.DataFrame([vars(each) for each in found])

    @property
    def coverage(self) -> pd.DataFrame:
        """Coverage of intervals, by figure, horizon and whether it counts."""
        return self._tables().coverage

    @property
    def cases(self) -> pd.DataFrame:
        """Every figure that was held against what came, one a row."""
        return self._tables().cases

    @property
    def events(self) -> pd.DataFrame:
        """Every probability that was held against what came, one a row."""
        return self._tables().events

    @property
    def record(self) -> dict[str, Any]:
        """Record of the ledger, as a trust badge has it."""
        return record_in_words(read_ledger(self.file), self.file.name)

    def report(self, folder: str | Path) -> Path:
        """Draw the track record into a folder; returns the page's path."""
        return report_ledger(self.file, Path(folder), datetime.now(UTC))

    def _tables(self) -> TrackRecord:
        return record_of(read_ledger(self.file))

    def __repr__(self) -> str:
        return f"<Ledger {self.file}>"
