"""The folder that a back-test of either kind leaves, and the facts in its manifest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from dtaojax.results.contract import SCHEMA_VERSION
from dtaojax.studies.backtest.config import BacktestFile
from dtaojax.studies.shared.study import PAGE, result_files, study_folder, write_files
from dtaojax.studies.shared.tabled import TabledResult
from dtaojax.version import __version__

Results = TypeVar("Results", bound=TabledResult)


def leave_results(
    folder: Path,
    tables: Sequence[str],
    find: Callable[[], Results],
    render: Callable[[Results], str],
) -> Path:
    """Find the results of a back-test, and leave its tables and page in a folder.

    Args:
        folder: for the results; made if it does not exist.
        tables: names of the tables.
        find: finds the results, while the folder is held against other processes.
        render: makes the page's text of them.

    Returns:
        The page's path.

    Raises:
        ResultsError: the folder cannot be written or would replace what was read, or ``find``
            finds nothing that could be judged.
    """
    names = (PAGE, "summary.json", *(f"{name}.parquet" for name in tables))
    with study_folder(folder, "backtest", names) as new:
        found = find()
        write_files(new, result_files(found, render(found)))
    return folder / PAGE


def provenance(config: BacktestFile, title: str) -> dict[str, Any]:
    """Return what the manifests of all back-tests tell; JSON types only.

    Args:
        config: config of the back-test.
        title: heading of the page where the config gives none.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "command": "backtest",
        "title": config.title or title,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "dtaojax_version": __version__,
        "config": config.model_dump(mode="json"),
        "config_hash": config.config_hash,
        "config_file": None if config.source is None else config.source.name,
    }
