"""``dtaojax article``: every experiment is run, and one report is written."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from dtaojax.execution import runtime
from dtaojax.files.spreadsheet import write_table
from dtaojax.results.contract import SCHEMA_VERSION
from dtaojax.storage import result_folder, write_json, writing
from dtaojax.studies.article.experiment import run_experiment
from dtaojax.studies.article.inputs import Experiment
from dtaojax.studies.article.page.page import FILE_NAME, write_article_page
from dtaojax.studies.article.result import ArticleResults, ExperimentResult
from dtaojax.studies.shared.outputs import refuse_replacing
from dtaojax.studies.shared.trust import trust_of_study


def article_report(
    experiments: Sequence[Experiment], folder: Path, tell: Callable[[str], None]
) -> Path:
    """Runs the experiments, and writes ``article.json``, ``claims.csv`` and the page.

    Args:
        experiments: as read.
        folder: for the results.
        tell: receives a line now and again.

    Returns:
        The page's path.

    Raises:
        ConfigError: a measure needs what the runs do not record.
        ResultsError: an experiment has no number, or the folder cannot be written.
    """
    refuse_replacing(folder, ("claims.csv", "article.json", FILE_NAME))
    with result_folder(folder, "article") as new:
        _fill(experiments, new, tell)
    return folder / FILE_NAME


def _fill(experiments: Sequence[Experiment], new: Path, tell: Callable[[str], None]) -> None:
    begun = time.perf_counter()
    runtime.configure("float64")
    found = []
    for experiment in experiments:
        result = run_experiment(experiment, tell)
        tell(f"{result.id}: {result.verdict} ({result.seconds:.0f} s)")
        found.append(result)
    manifest = {
        "schema_version": SCHEMA_VERSION,
        **runtime.made(),
        "trust": trust_of_study(
            {each.config.id: [run.config for run in each.runs.values()] for each in experiments},
            "statements",
        ),
        "seconds": time.perf_counter() - begun,
    }
    results = ArticleResults(found, manifest)
    with writing(new):
        claims = pd.DataFrame(row for result in found for row in _rows(result))
        write_table(claims, new / "claims.csv")
        write_json(new / "article.json", dataclasses.asdict(results))
    write_article_page(results, new)


def _rows(result: ExperimentResult) -> Iterator[dict[str, Any]]:
    """One row a claim and case."""
    for claim in result.claims:
        verdicts = claim.verdicts or [""] * len(result.cases)
        for (case, _), number, verdict in zip(result.cases, claim.found, verdicts, strict=True):
            yield {
                "id": result.id,
                "case": case,
                "claim": claim.text,
                "measure": claim.measure,
                "of": claim.of,
                "value": number.value,
                "standard_error": number.standard_error,
                "ci_low": number.low,
                "ci_high": number.high,
                "n_paths": result.paths,
                "unit": claim.unit,
                "criterion": claim.criterion,
                "verdict": verdict,
            }
