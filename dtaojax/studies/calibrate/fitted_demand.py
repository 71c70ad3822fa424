"""Demand as a calibration fits it, and the file that configs copy it from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, SupportsFloat

import numpy as np

from dtaojax.calibration import Fit
from dtaojax.demand.stochastic_variance.config import ComponentConfig, StochasticVarianceFlowConfig
from dtaojax.history import Panel

_DIGITS: Final = 4


def fitted_config(found: Fit, panel: Panel, *, subnets: bool) -> StochasticVarianceFlowConfig:
    """Return the process that was fitted, its figures to four digits.

    Args:
        found: the fit.
        panel: what it was fitted to.
        subnets: whether to say where each subnet stands that is quoted on the last day.
    """
    fitted = found.estimate.parameters
    level_now: dict[int, tuple[float, float]] = {}
    swing_now: dict[int, tuple[float, float]] = {}
    if subnets:
        level, swing = found.components(panel)
        for place in np.flatnonzero(np.isfinite(panel.close[-1])):
            netuid = int(panel.netuid[place])
            level_now[netuid] = _pair(level.mean[place], level.sd[place])
            swing_now[netuid] = _pair(swing.mean[place], swing.sd[place])
    return StochasticVarianceFlowConfig(
        scale_at_1000_tao=_short(np.exp(fitted.log_scale)),
        depth_exponent=_short(fitted.depth_exponent),
        age_exponent=_short(fitted.age_exponent),
        degrees_of_freedom=_short(fitted.degrees_of_freedom),
        max_sd=_short(found.largest_sd.value),
        common_share=_short(found.share.value),
        level=ComponentConfig(
            sd=_short(np.exp(fitted.log_level_sd)),
            half_life_days=_short(np.exp(fitted.log_level_half_life)),
            now=dict(sorted(level_now.items())),
        ),
        swing=ComponentConfig(
            sd=_short(np.exp(fitted.log_swing_sd)),
            half_life_days=_short(np.exp(fitted.log_swing_half_life)),
            now=dict(sorted(swing_now.items())),
        ),
        fitted_until=str(panel.dates[-1].astype("datetime64[D]")),
    )


def fitted_errors(found: Fit) -> dict[str, float]:
    """Return standard errors by key of the config; of logarithms by the delta method."""
    at, error = found.estimate.parameters, found.estimate.errors
    logs = {
        "scale_at_1000_tao": "log_scale",
        "level.sd": "log_level_sd",
        "level.half_life_days": "log_level_half_life",
        "swing.sd": "log_swing_sd",
        "swing.half_life_days": "log_swing_half_life",
        "degrees_of_freedom": "log_freedom",
    }
    errors = {
        key: float(np.exp(getattr(at, name)) * getattr(error, name)) for key, name in logs.items()
    }
    plain = ("depth_exponent", "age_exponent")
    errors |= {name: float(getattr(error, name)) for name in plain}
    errors["common_share"] = found.share.error
    errors["max_sd"] = found.largest_sd.error
    return {key: value for key, value in errors.items() if value > 0.0}


def parameter_rows(
    config: StochasticVarianceFlowConfig, errors: dict[str, float]
) -> list[tuple[str, float, float | None]]:
    """Return key, value and error of each figure."""
    rows = []
    for key, value in config:
        if isinstance(value, float):
            rows.append((key, value, errors.get(key)))
        elif isinstance(value, ComponentConfig):
            for inner in ("sd", "half_life_days"):
                name = f"{key}.{inner}"
                rows.append((name, getattr(value, inner), errors.get(name)))
    return rows


def _pair(mean: float, sd: float) -> tuple[float, float]:
    return (round(float(mean), 3), round(float(sd), 3))


def _short(value: SupportsFloat) -> float:
    """Round a value to the digits that a file shows, so that file and page say the same."""
    return float(f"{float(value):.{_DIGITS}g}")


Errors = dict[str, float]
"""Standard errors by key; a key of a component is dotted. What was held fixed is missing."""


def demand_toml(
    config: StochasticVarianceFlowConfig, errors: Errors, comments: Sequence[str]
) -> str:
    """Return the text of the file.

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
