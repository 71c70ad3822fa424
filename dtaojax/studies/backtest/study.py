"""The folder that a back-test of either kind leaves, and the facts in its manifest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from dtaojax.results.contract import SCHEMA_VERSION
from dtaojax.storage import result_folder, write_json, write_whole, writing
from dtaojax.studies.backtest.config import BacktestFile
from dtaojax.studies.backtest.page import FILE_NAME
from dtaojax.studies.backtest.result import BacktestTables
from dtaojax.studies.shared.outputs import refuse_replacing
from dtaojax.version import __version__

Results = TypeVar("Results", bound=BacktestTables)


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
    # Before the folder is claimed: a back-test that is refused must not have made it.
    refuse_replacing(folder, (FILE_NAME, "summary.json", *(f"{name}.parquet" for name in tables)))
    with result_folder(folder, "backtest") as new:
        results = find()
        with writing(new):
            for name, table in results.tables.items():
                table.to_parquet(new / f"{name}.parquet", index=False)
            write_json(new / "summary.json", results.summary())
            write_json(new / "manifest.json", results.manifest)
            write_whole(new / FILE_NAME, render(results))
    return folder / FILE_NAME


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
