"""What support does for a subnet: runs with more and more of it, on the same random paths."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import pandas as pd

from dtaojax.execution.worker_pool import CrewMaker
from dtaojax.inputs import Inputs
from dtaojax.results.contract import SCHEMA_VERSION
from dtaojax.storage import holding
from dtaojax.studies.compare.compare import compare_finished
from dtaojax.studies.run.page.fates import fates_of
from dtaojax.studies.shared.batch import Job, Watcher, run_batch
from dtaojax.studies.shared.finished import Finished, read_finished, refuse_number_of_runs
from dtaojax.studies.shared.study import study_folder, write_files
from dtaojax.studies.subnet.page import render_survival
from dtaojax.version import __version__

FILES: Final = ("survival.csv", "survival.json", "report.html")
"""What the study leaves in its folder, beside its runs."""
_ENDS: Final = ("value", "standard_error", "ci_low", "ci_high")


class Case(NamedTuple):
    """A run of the study.

    Attributes:
        support: TAO that somebody spends on the subnet [TAO].
        inputs: Config and network of the run.
    """

    support: float
    inputs: Inputs

    @property
    def label(self) -> str:
        """Label of the run."""
        return f"support-{self.support:.15g}"


def survival_study(
    netuid: int,
    cases: Sequence[Case],
    folder: Path,
    progress: Callable[[int], None],
    crew_maker: CrewMaker,
) -> dict[str, Any]:
    """Run every case and write what becomes of the subnet under each.

    Args:
        netuid: Netuid of the subnet.
        cases: Cases, the first of which the others are compared with.
        folder: Folder for the results; the runs go into ``runs`` in it.
        progress: Function that receives the number of paths done so far, of all cases.
        crew_maker: Maker of the worker pool.

    Returns:
        The study, as it is in ``survival.json``.

    Raises:
        ConfigError: There are more cases than a comparison holds.
        ResultsError: The folder cannot be written or holds something else, or no path is left.
    """
    if len(cases) > 1:
        refuse_number_of_runs(len(cases))
    with study_folder(folder, "subnet", FILES) as new:
        jobs = [Job(case.inputs, folder / "runs" / case.label) for case in cases]
        run_batch(jobs, Watcher(advance=progress), crew_maker)
        runs = [
            read_finished(job.folder, case.label) for job, case in zip(jobs, cases, strict=True)
        ]
        study = _study(netuid, cases, runs)
        contents = (pd.DataFrame(study["chances"]), study, render_survival(study))
        write_files(new, dict(zip(FILES, contents, strict=True)))
        holding(new, "subnet", folder, [job.folder for job in jobs])
    return study


def _study(netuid: int, cases: Sequence[Case], runs: Sequence[Finished]) -> dict[str, Any]:
    """Return chances by support, and their differences from the first case's on the same paths."""
    evidence = runs[0].evidence
    fates, horizon = fates_of(evidence), evidence.horizon
    # On the same paths differences are known far better than the chances themselves.
    differences = compare_finished(runs).differences if len(runs) > 1 else None
    rows = []
    for case, run in zip(cases, runs, strict=True):
        for event in fates.at_the_end:
            found = run.evidence.subnets.get(event, horizon, "probability", netuid=netuid)
            if found is None:
                continue
            row = {"support": case.support, "event": event}
            row |= dict(zip(_ENDS, found[:4], strict=True))
            rows.append(row | _difference(differences, run.label, event, netuid))
    return {
        "schema_version": SCHEMA_VERSION,
        "dtaojax_version": __version__,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "netuid": netuid,
        "name": evidence.initial[netuid].name,
        "tao_in": evidence.initial[netuid].tao_in,
        "horizon_days": horizon,
        "paths": int(runs[0].used.sum()),
        "events": list(fates.at_the_end),
        "network": evidence.part("network"),
        "trust": runs[0].results.manifest.get("trust"),
        "warnings": list(runs[0].results.manifest.get("warnings") or ()),
        "chances": rows,
    }


def _difference(
    differences: pd.DataFrame | None, label: str, event: str, netuid: int
) -> dict[str, float | None]:
    """Return the paired difference from the first case; None for the first case itself."""
    names = ("difference", "difference_error", "difference_low", "difference_high")
    if differences is None:
        return dict.fromkeys(names)
    table = differences
    rows = table[(table["run"] == label) & (table["name"] == event) & (table["netuid"] == netuid)]
    if rows.empty:
        return dict.fromkeys(names)
    # The last row is that of the horizon.
    row = rows.iloc[-1]
    found = (row["difference"], row["standard_error"], row["ci_low"], row["ci_high"])
    pairs = zip(names, found, strict=True)
    return {name: None if pd.isna(each) else float(each) for name, each in pairs}
