"""A claim from the figures of paths to its number, its verdict and its words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from dtaojax.config.differences import config_differences
from dtaojax.inputs import Inputs
from dtaojax.mechanism.presets import since_then
from dtaojax.metrics.estimate import Estimate, mean_of_sample, probability, quantile_of_sample
from dtaojax.metrics.paired import (
    mean_difference,
    mean_ratio,
    quantile_difference,
    shortfall_difference,
)
from dtaojax.metrics.tail import expected_shortfall
from dtaojax.studies.article.config import ClaimConfig, ExperimentConfig
from dtaojax.studies.article.measures.measure import PerPath


def estimate_claim(claim: ClaimConfig, ours: PerPath, theirs: PerPath | None) -> Estimate:
    """Estimate the number of a claim.

    Args:
        claim: claim whose number is estimated.
        ours: figure of each path in the claim's arm.
        theirs: figures of the same paths in the arm that it is compared with, where there is one.
    """
    level = 0.0 if claim.level is None else claim.level
    if claim.over is not None and theirs is not None:
        return mean_ratio(theirs, ours)
    match claim.statistic, theirs:
        case "quantile", None:
            return quantile_of_sample(ours, level)
        case "quantile", other:
            return quantile_difference(other, ours, level)
        case "shortfall", None:
            return expected_shortfall(ours, level)
        case "shortfall", other:
            return shortfall_difference((other, other), (ours, ours), level)
        case "probability", None:
            return probability(ours.sum(), len(ours))
        case _, None:
            return mean_of_sample(ours)
        case _, other:
            return mean_difference(other, ours)


class Verdict(StrEnum):
    """The verdict of the numbers; the value is its word in the report."""

    SUPPORTED = "supported"
    REFUTED = "not supported"
    UNDECIDED = "undecided"
    DEPENDS = "depends"


def judge(estimate: Estimate, above: float | None, below: float | None) -> Verdict:
    """Judge whether the whole 95 % interval lies on one side of a threshold.

    Args:
        estimate: estimate with its interval; an interval that is not known decides nothing.
        above: supported if it is larger than this; exactly one of the two is given.
        below: supported if it is smaller than this.
    """
    low, high = float(estimate.ci_low), float(estimate.ci_high)
    if above is not None:
        is_right, is_wrong = low > above, high <= above
    else:
        assert below is not None
        is_right, is_wrong = high < below, low >= below
    return Verdict.SUPPORTED if is_right else Verdict.REFUTED if is_wrong else Verdict.UNDECIDED


def of_case(claims: Iterable[Verdict]) -> Verdict:
    """Combine the verdicts on a case's claims: all must hold, and one that fails refutes."""
    found = set(claims)
    if Verdict.REFUTED in found:
        return Verdict.REFUTED
    return Verdict.UNDECIDED if Verdict.UNDECIDED in found else Verdict.SUPPORTED


def of_statement(cases: Sequence[Verdict]) -> Verdict:
    """Return the verdict of all cases where they agree.

    Where some support the statement and others refute it, it depends on what the cases vary; where
    nothing refutes it but not all support it, it is undecided, and likewise the other way round.
    """
    found = set(cases)
    if len(found) == 1:
        return cases[0]
    if {Verdict.SUPPORTED, Verdict.REFUTED} <= found:
        return Verdict.DEPENDS
    return Verdict.UNDECIDED


_STATISTICS = {
    "mean": "mean over paths",
    "probability": "part of the paths",
}


def number_words(config: ExperimentConfig, claim: ClaimConfig) -> str:
    """Describe a claim's number: its arms, its statistic and its parameters."""
    labels, level = config.labels, 100.0 * (claim.level or 0.0)
    sides = labels[claim.arm]
    if claim.minus:
        sides += f" less {labels[claim.minus]}"
    if claim.over:
        sides += f" over {labels[claim.over]}"
    statistic = {
        "quantile": f"{level:g} % quantile over paths",
        "shortfall": f"mean of the largest {100.0 - level:g} % of paths",
        **_STATISTICS,
    }[claim.statistic]
    given = ", ".join(f"{name} {_shown(value)}" for name, value in claim.parameters.items())
    when = "" if claim.day is None else f" on day {claim.day:g}"
    return f"{sides}{when}; {statistic}" + (f"; {given}" if given else "")


def criterion_words(claim: ClaimConfig) -> str:
    """Describe the threshold; empty where there is none."""
    side, bound = ("above", claim.above) if claim.above is not None else ("below", claim.below)
    if bound is None:
        return ""
    return f"{side} {100.0 * bound:g} %" if claim.percent else f"{side} {bound:g}"


def facts(runs: Mapping[tuple[str, str], Inputs]) -> list[tuple[str, str]]:
    """Describe how an experiment was run, and the differences between its runs."""
    first = next(iter(runs.values())).config.run
    networks = dict.fromkeys(
        f"{inputs.network.name} ({inputs.network.n_subnets} subnets)" for inputs in runs.values()
    )
    rules = dict.fromkeys(inputs.config.mechanism.preset for inputs in runs.values())
    return [
        ("Rules", ", ".join(rules)),
        *(("Since then", text) for text in since_then(rules)),
        ("Network", "; ".join(networks)),
        ("Horizon", f"{first.horizon_days:g} days in steps of {first.step_blocks} blocks"),
        ("Seed", str(first.seed)),
        ("Differences between runs", ", ".join(_differing(list(runs.values()))) or "none"),
    ]


def _differing(runs: Sequence[Inputs]) -> list[str]:
    """List the tables of the config in which runs differ; rules as one where presets do."""
    configs = [inputs.config.model_dump(mode="json") for inputs in runs]
    other_rules = len({config["mechanism"]["preset"] for config in configs}) > 1
    tables = [".".join(key.split(".")[:2]) for key in config_differences(configs)]
    return list(
        dict.fromkeys(
            "rules" if other_rules and table.startswith("mechanism.") else table for table in tables
        )
    )


def _shown(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_shown, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
