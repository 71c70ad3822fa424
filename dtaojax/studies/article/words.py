"""What a claim and a run are, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dtaojax.assembly.inputs import Inputs
from dtaojax.config.differences import config_differences
from dtaojax.mechanism.presets import since_then
from dtaojax.studies.article.config import ClaimConfig, ExperimentConfig

_STATISTICS = {
    "mean": "mean over paths",
    "probability": "part of the paths",
}


def number_words(config: ExperimentConfig, claim: ClaimConfig) -> str:
    """What a claim's number is: which arms, which statistic, which parameters."""
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
    """The threshold; empty where there is none."""
    side, bound = ("above", claim.above) if claim.above is not None else ("below", claim.below)
    if bound is None:
        return ""
    return f"{side} {100.0 * bound:g} %" if claim.percent else f"{side} {bound:g}"


def facts(runs: Mapping[tuple[str, str], Inputs]) -> list[tuple[str, str]]:
    """How an experiment was run, and what differs between its runs."""
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
    """Tables of the config in which runs differ; rules as a whole where presets do."""
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
