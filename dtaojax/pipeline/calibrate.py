"""Calibration: a history in, a demand file and a goodness-of-fit page out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, SupportsFloat

import numpy as np

from dtaojax.build.stochastic_variance import build_stochastic_variance
from dtaojax.calibration import Fit, NotConvergedError, fit
from dtaojax.calibration.figures import NAMES
from dtaojax.calibration.goodness import Comparison, goodness
from dtaojax.calibration.observations import FLOW_OF_RETURN, Observations, observe
from dtaojax.config import ComponentConfig, StochasticVarianceFlowConfig
from dtaojax.history import HistoryError, Panel, read_panel
from dtaojax.history.panel import MATURE_DAYS
from dtaojax.pipeline import runtime
from dtaojax.pipeline.demand_file import demand_toml, write_text
from dtaojax.pipeline.goodness_curves import drawn_curves
from dtaojax.pipeline.simulated_history import simulate
from dtaojax.report.goodness_page import GoodnessPage, write_goodness_page

_FEWEST_FLOWS: Final = 500
_FEWEST_SERIES: Final = 10
_HISTORIES: Final = 100
_SEED: Final = 1
_DIGITS: Final = 4


@dataclass(frozen=True)
class Request:
    """What is to be calibrated.

    Attributes:
        history: the file.
        out: where the demand file goes; the page goes beside it, unless ``page`` says otherwise.
        page: where the page goes.
        source: reads only rows of this source.
        first: first day to use.
        last: last day to use.
        subnets: whether the file says where each subnet stands.
    """

    history: Path
    out: Path
    page: Path | None = None
    source: str | None = None
    first: str | None = None
    last: str | None = None
    subnets: bool = True

    @property
    def command(self) -> str:
        """The command that asks for this, to be found again in the file."""
        options = (
            ("--source", self.source),
            ("--from", self.first),
            ("--to", self.last),
        )
        given = [f"{name} {value}" for name, value in options if value is not None]
        if not self.subnets:
            given.append("--typical")
        return " ".join(["dtaojax calibrate", self.history.name, f"--out {self.out}", *given])


@dataclass(frozen=True, eq=False)
class Calibration:
    """What a calibration found and where it was written.

    Attributes:
        out: the demand file.
        page: the goodness-of-fit page.
        table: figures of the history and the model, a row for each of ``names``.
        names: what the rows are.
    """

    out: Path
    page: Path
    table: Comparison
    names: tuple[str, ...] = NAMES


def run_calibration(
    request: Request, progress: Callable[[str], None] = lambda what: None
) -> Calibration:
    """Fits the demand process, holds it against the history, and writes both files.

    Nothing is written unless the fit converged.

    Raises:
        HistoryError: the history cannot be used, or the fit did not converge.
        ResultsError: a file cannot be written.
    """
    runtime.configure("float64")
    progress("reading the history")
    panel = read_panel(request.history, request.source)
    panel = panel.between(request.first, request.last)
    seen = observe(panel, MATURE_DAYS)
    _require(panel, seen)
    progress(f"fitting {int(seen.seen.sum()):,} daily flows")
    try:
        found = fit(panel)
    except NotConvergedError as error:
        text = (
            f"the fit did not converge: {error}. Nothing was written; use a longer history, or "
            "look for wrong rows in it"
        )
        raise HistoryError(str(request.history), [text]) from None
    typical = fitted_config(found, panel, subnets=False)
    process = build_stochastic_variance(typical, _SEED, panel.netuid)
    progress(f"simulating {_HISTORIES} histories")
    drift = np.asarray(found.estimate.parameters.drift)[seen.block]
    simulated = simulate(process, seen, drift, _HISTORIES)
    returns = np.where(seen.seen, seen.flow / FLOW_OF_RETURN, np.nan)
    progress("holding them against the real one")
    table = goodness(returns, simulated)
    page = request.page or request.out.with_suffix(".html")
    comments = _comments(request, panel, found, table)
    config = fitted_config(found, panel, subnets=request.subnets)
    write_goodness_page(
        GoodnessPage(
            title=f"Demand fitted to {request.history.name}, {panel.dates[0]} to {panel.dates[-1]}",
            facts=_facts(request, panel, found),
            names=NAMES,
            table=table,
            parameters=_parameters(typical, _errors(found)),
            curves=drawn_curves(returns, simulated, seen),
            histories=_HISTORIES,
        ),
        page,
    )
    write_text(demand_toml(config, _errors(found), comments), request.out)
    return Calibration(request.out, page, table)


def _require(panel: Panel, seen: Observations) -> None:
    """Refuses a history that cannot tell what is asked of it."""
    flows = int(seen.seen.sum())
    with_flows = int((seen.seen.sum(axis=0) > 0).sum())
    of_age = f"of subnets that are at least {MATURE_DAYS:g} days old"
    if with_flows < _FEWEST_SERIES:
        problem = (
            f"holds daily flows of {with_flows} subnets {of_age}; what sets subnets apart cannot "
            f"be told from fewer than {_FEWEST_SERIES}"
        )
    elif flows < _FEWEST_FLOWS:
        problem = f"holds {flows} daily flows {of_age}; at least {_FEWEST_FLOWS} are needed"
    else:
        return
    raise HistoryError(panel.source, [problem, *still_standing(panel)])


def still_standing(panel: Panel) -> list[str]:
    """Series whose price stands still on most days, with their days, at most five."""
    change = np.diff(panel.close, axis=0)
    still, known = change == 0.0, np.isfinite(change)
    found = []
    for series in np.flatnonzero(2 * still.sum(axis=0) > known.sum(axis=0))[:5]:
        days = panel.dates[1:][still[:, series]]
        found.append(
            f"netuid {panel.netuid[series]}: close stands still on {len(days)} days from {days[0]} "
            f"to {days[-1]}, which are left out: the pool is not traded, or its feed is dead"
        )
    return found


def fitted_config(found: Fit, panel: Panel, *, subnets: bool) -> StochasticVarianceFlowConfig:
    """The process that was fitted, its figures to four digits.

    Args:
        found: the fit.
        panel: what it was fitted to.
        subnets: whether to say where each subnet stands that is quoted on the last day.
    """
    fitted = found.estimate.parameters
    level_now: dict[int, tuple[float, float]] = {}
    swing_now: dict[int, tuple[float, float]] = {}
    if subnets:
        level, swing = found.standing(panel)
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
    )


def _errors(found: Fit) -> dict[str, float]:
    """Standard errors by key of the config; of logarithms by the delta method."""
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


def _parameters(
    config: StochasticVarianceFlowConfig, errors: dict[str, float]
) -> list[tuple[str, float, float | None]]:
    """Key, value and error of each figure."""
    rows = []
    for key, value in config:
        if isinstance(value, float):
            rows.append((key, value, errors.get(key)))
        elif isinstance(value, ComponentConfig):
            for inner in ("sd", "half_life_days"):
                name = f"{key}.{inner}"
                rows.append((name, getattr(value, inner), errors.get(name)))
    return rows


def _facts(request: Request, panel: Panel, found: Fit) -> list[tuple[str, str]]:
    drift, error = found.estimate.parameters.drift, found.estimate.errors.drift
    reserves = "known" if np.isfinite(panel.tao_in).any() else "not known"
    return [
        ("Command", request.command),
        ("History", f"{request.history.name}, {panel.dates[0]} to {panel.dates[-1]}"),
        ("Daily flows", f"{found.flows:,}, of subnets at least {found.youngest:g} days old"),
        ("Pool reserves", reserves),
        ("Steps of the search", str(found.estimate.iterations)),
        (
            "Steady flow, last 30 days",
            f"{100 * float(drift[-1]):+.3f} % of tao_in a day ± {100 * float(error[-1]):.3f} %",
        ),
    ]


def _comments(request: Request, panel: Panel, found: Fit, table: Comparison) -> list[str]:
    facts = dict(_facts(request, panel, found))
    outside = [name for name, inside in zip(NAMES, table.inside, strict=True) if not inside]
    fit_line = f"{int(table.inside.sum())} of {len(NAMES)} figures within their sampling error"
    lines = [
        "Net demand of investors, fitted to a history of prices. Made by",
        f"  {facts['Command']}",
        f"History: {facts['History']}.",
        f"Daily flows: {facts['Daily flows']}; reserves {facts['Pool reserves']}.",
        "Figures after ± are standard errors, clustered by subnet and by day. What has none was",
        "held fixed.",
        f"Goodness of fit: {fit_line}" + ("." if not outside else "; outside are"),
        *(f"  {name}" for name in outside),
        f"Steady flow in the last 30 days: {facts['Steady flow, last 30 days']}. That is what",
        "sellers of emission and the chain's own buying leave; other processes and the mechanism",
        "make it, so the drift here is 0.",
    ]
    if not np.isfinite(panel.tao_in).any():
        lines.append("Without reserves the scale cannot depend on depth: it is that of any pool.")
    return lines


def _pair(mean: float, sd: float) -> tuple[float, float]:
    return (round(float(mean), 3), round(float(sd), 3))


def _short(value: SupportsFloat) -> float:
    """A value to the digits that a file shows, so that file and page say the same."""
    return float(f"{float(value):.{_DIGITS}g}")
