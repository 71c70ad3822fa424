"""The statements of 2024 put to the test: each experiment is simulated, its criteria judged."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from dtaojax.execution import runtime
from dtaojax.metrics.estimate import Estimate
from dtaojax.results.contract import SCHEMA_VERSION, ResultsError
from dtaojax.schema.errors import ConfigError, Problem
from dtaojax.studies.article.claims import (
    Verdict,
    criterion_words,
    estimate_claim,
    facts,
    judge,
    number_words,
    of_case,
    of_statement,
)
from dtaojax.studies.article.config import ClaimConfig, ExperimentConfig
from dtaojax.studies.article.figures import Columns, Wanted, figure_result, wanted_by
from dtaojax.studies.article.inputs import Experiment, read_experiments
from dtaojax.studies.article.measures.registry import MEASURES
from dtaojax.studies.article.page.page import render_article
from dtaojax.studies.article.record import Record
from dtaojax.studies.article.result import ArticleResults, ClaimResult, ExperimentResult, Interval
from dtaojax.studies.shared.study import PAGE, Files, Progress, Study
from dtaojax.studies.shared.trace import trace
from dtaojax.studies.shared.trust import trust_of_study


def judged(experiments: Sequence[Experiment], tell: Progress) -> Files:
    """Run the experiments, and judge the statements.

    Args:
        experiments: experiments as read, in the order of the report.
        tell: Receives a line now and again.

    Returns:
        The content of every file of the study's folder.

    Raises:
        ConfigError: a measure needs what the runs do not record.
        ResultsError: an experiment has no number.
    """
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
    return {
        "claims.csv": pd.DataFrame(row for result in found for row in _rows(result)),
        "article.json": dataclasses.asdict(results),
        PAGE: render_article(results),
    }


def _rows(result: ExperimentResult) -> Iterator[dict[str, Any]]:
    """Yield one row a claim and case."""
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


def run_experiment(experiment: Experiment, tell: Callable[[str], None]) -> ExperimentResult:
    """Simulate every arm in every case, and judge the claims.

    Args:
        experiment: experiment as read.
        tell: receives a line before each run.

    Raises:
        ConfigError: a measure needs what the runs do not record.
        ResultsError: no path stayed finite in all runs, or a measure is not finite.
    """
    begun = time.perf_counter()
    config = experiment.config
    columns, used = _simulate(experiment, tell)
    claims = [_judged(config, claim, columns) for claim in config.claim]
    cases = [
        of_case(Verdict(claim.verdicts[place]) for claim in claims if claim.verdicts)
        for place in range(len(config.case))
    ]
    first = next(iter(experiment.runs.values())).config.run
    measures = dict.fromkeys([*(claim.measure for claim in config.claim), config.figure.measure])
    return ExperimentResult(
        id=config.id,
        title=config.title,
        statement=config.statement,
        simulated=config.simulated,
        hangs_on=config.hangs_on,
        depends_on=config.depends_on,
        verdict=of_statement(cases).value,
        cases=[(case.name, found.value) for case, found in zip(config.case, cases, strict=True)],
        claims=claims,
        figure=figure_result(config, columns, (0.0, *first.report_days)),
        terms=[(name, MEASURES[name].words) for name in measures],
        facts=facts(experiment.runs),
        seconds=time.perf_counter() - begun,
        paths=int(used.sum()),
        lost=int((~used).sum()),
        config=experiment.file.read_text(encoding="utf-8"),
    )


def _simulate(experiment: Experiment, tell: Callable[[str], None]) -> tuple[Columns, np.ndarray]:
    """Return the values of all measures on the paths that stayed finite in every run.

    A record is dropped once it was looked at, since it holds every subnet on every path. Runs that
    a case leaves as they were are simulated once.
    """
    wanted, found, finite = wanted_by(experiment.config), {}, []
    alike: dict[str, list[tuple[str, str]]] = {}
    for setting, inputs in experiment.runs.items():
        alike.setdefault(json.dumps(inputs.digests(), sort_keys=True), []).append(setting)
    for number, settings in enumerate(alike.values(), 1):
        asked = [each for each in wanted if (each.arm, each.case) in settings]
        if not asked:
            continue
        arm, case = settings[0]
        tell(f"{experiment.config.id}: {arm}, {case} ({number} of {len(alike)})")
        record = trace(experiment.runs[settings[0]])
        finite.append(record.finite)
        known: dict[tuple[str, str], np.ndarray] = {}
        for each in asked:
            key = (each.measure, each.parameters)
            with _recorded(experiment, each):
                if key not in known:
                    known[key] = _value(record, each)
                on_day = (...,) if each.day is None else (slice(None), record.moment(each.day))
            found[each] = known[key][on_day]
    # A path is used where it stayed finite in all runs: arms are compared path by path, and one
    # that lost its wildest paths would look calmer than it is.
    used = np.logical_and.reduce(finite)
    if not used.any():
        raise ResultsError(
            f"{experiment.file}: no path stayed finite in all runs, so nothing can be compared; "
            "calm the demand of the arm whose paths are lost"
        )
    columns = {each: column[used] for each, column in found.items()}
    for each, column in columns.items():
        missing = int((~np.isfinite(column)).reshape(len(column), -1).any(axis=1).sum())
        if missing:
            raise ResultsError(
                f"{experiment.file}: {each.measure} is not a number on {missing} of {len(column)} "
                f"paths of arm {each.arm} in case {each.case}; ask for it where it has a meaning"
            )
    return columns, used


def _value(record: Record, wanted: Wanted) -> np.ndarray:
    measure, parameters = MEASURES[wanted.measure], json.loads(wanted.parameters)
    return np.asarray(measure(record, **parameters), dtype=np.float64)


@contextmanager
def _recorded(experiment: Experiment, wanted: Wanted) -> Iterator[None]:
    """Turn a measure's complaint that something was not recorded into a message with the place."""
    try:
        yield
    except KeyError as error:
        text = f"{wanted.measure} cannot be measured in arm {wanted.arm}: {error.args[0]}"
        raise ConfigError(str(experiment.file), [Problem("", text)]) from error


def _judged(config: ExperimentConfig, claim: ClaimConfig, columns: Columns) -> ClaimResult:
    estimates: list[Estimate] = []
    for case in config.case:
        ours, *theirs = (
            columns[Wanted.of(arm, case.name, claim, claim.parameters)] for arm in claim.arms
        )
        estimates.append(estimate_claim(claim, ours, theirs[0] if theirs else None))
    verdicts: Sequence[str] = ()
    if claim.above is not None or claim.below is not None:
        verdicts = [judge(each, claim.above, claim.below).value for each in estimates]
    return ClaimResult(
        text=claim.text,
        measure=claim.measure,
        unit="times" if claim.over else MEASURES[claim.measure].unit,
        of=number_words(config, claim),
        criterion=criterion_words(claim),
        percent=claim.percent,
        found=[Interval(*map(float, each)) for each in estimates],
        verdicts=verdicts,
    )


STUDY: Final = Study(
    "article",
    files=("claims.csv", "article.json", PAGE),
    read=read_experiments,
    find=judged,
    output_folder=lambda experiments: Path("runs") / "article",
)
