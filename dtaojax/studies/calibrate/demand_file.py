"""The TOML file that a calibration leaves: a demand process that a config can include."""

from __future__ import annotations

from collections.abc import Sequence

from dtaojax.demand.flow.variance_config import ComponentConfig, StochasticVarianceFlowConfig

Errors = dict[str, float]
"""Standard errors by key; a key of a component is dotted. What was held fixed is missing."""


def demand_toml(
    config: StochasticVarianceFlowConfig, errors: Errors, comments: Sequence[str]
) -> str:
    """The text of the file.

    Args:
        config: the fitted process.
        errors: standard errors of its figures.
        comments: lines that say where it comes from.
    """
    lines = [*(f"# {comment}".rstrip() for comment in comments), ""]
    lines += ["[[demand]]", f'process = "{config.process}"']
    for key, value in config:
        if isinstance(value, float):
            lines.append(_line(key, value, errors.get(key)))
    lines.append(f'fitted_until = "{config.fitted_until}"')
    for name, component in (("level", config.level), ("swing", config.swing)):
        lines += ["", f"[demand.{name}]", *_component(name, component, errors)]
    return "\n".join(lines) + "\n"


def _component(name: str, component: ComponentConfig, errors: Errors) -> list[str]:
    lines = [
        _line(key, getattr(component, key), errors.get(f"{name}.{key}"))
        for key in ("sd", "half_life_days")
    ]
    if component.now:
        lines += ["", f"[demand.{name}.now]"]
        lines += [f"{netuid} = [{mean}, {sd}]" for netuid, (mean, sd) in component.now.items()]
    return lines


def _line(key: str, value: float, error: float | None) -> str:
    note = "" if error is None else f"  # ± {error:.2g}"
    return f"{key} = {value}{note}"
