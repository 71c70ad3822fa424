"""Calibration: a history in, a demand file and a goodness-of-fit page out."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from dtaojax.calibration import Fit, NotConvergedError, fit
from dtaojax.calibration.fit import with_drifts
from dtaojax.calibration.goodness import Comparison, goodness
from dtaojax.calibration.observations import FLOW_OF_RETURN, Observations, observe
from dtaojax.calibration.panel_statistics import FEWEST_RETURNS, NAMES
from dtaojax.execution import runtime
from dtaojax.history import HistoryError, Panel, read_panel
from dtaojax.history.panel import MATURE_DAYS
from dtaojax.history.quotes import Notice
from dtaojax.storage import files_replaced
from dtaojax.studies.calibrate.fitted_demand import (
    demand_toml,
    fitted_config,
    fitted_errors,
    parameter_rows,
)
from dtaojax.studies.calibrate.page import GoodnessPage, render_goodness_page
from dtaojax.studies.calibrate.simulated_history import drawn_curves, simulate
from dtaojax.studies.shared.outputs import refuse_overwriting

_FEWEST_FLOWS: Final = 500
_FEWEST_SERIES: Final = 10
_HISTORIES: Final = 100
_SEED: Final = 1


@dataclass(frozen=True)
class Request:
    """The order for a calibration.

    Attributes:
        history: file of the daily panel.
        out: path of the demand file; the page goes beside it, unless ``page`` says otherwise.
        page: path of the page.
        source: value of the column ``source`` of the rows that are read; all where it is None.
        first: first day to use.
        last: last day to use.
        subnets: true where the file says where each subnet stands.
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
    """Findings of a calibration, and the files that hold them.

    Attributes:
        out: path of the demand file.
        page: path of the goodness-of-fit page.
        table: figures of the history and the model, a row for each of ``names``.
        notices: notices on rows of the history that were left out, doubted, split or filled.
        names: names of the rows.
    """

    out: Path
    page: Path
    table: Comparison
    notices: tuple[Notice, ...]
    names: tuple[str, ...] = NAMES


class _Fitted(NamedTuple):
    demand: str
    page: str
    table: Comparison
    notices: tuple[Notice, ...]


def run_calibration(
    request: Request,
    progress: Callable[[str], None] = lambda what: None,
    tell: Callable[[Sequence[Notice]], None] = lambda notices: None,
) -> Calibration:
    """Fit the demand process, hold it against the history, and write both files.

    Nothing is written unless the fit converged.

    Args:
        request: what is asked for.
        progress: told what is being done.
        tell: told what was left out, doubted, split or filled in the history, once it is read.

    Raises:
        HistoryError: the history cannot be used, or the fit did not converge.
        ResultsError: a file cannot be written.
    """
    page = request.page or request.out.with_suffix(".html")
    with files_replaced(request.out, page) as (new_demand, new_page):
        found = _fitted(request, progress, tell)
        # As bytes: in text mode a system could write other line ends.
        new_page.write_bytes(found.page.encode("utf-8"))
        new_demand.write_bytes(found.demand.encode("utf-8"))
    return Calibration(request.out, page, found.table, found.notices)


def _fitted(
    request: Request,
    progress: Callable[[str], None],
    tell: Callable[[Sequence[Notice]], None],
) -> _Fitted:
    """Fit the process and hold it against the history; return both files as texts."""
    runtime.configure("float64")
    progress("reading the history")
    panel = read_panel(request.history, request.source)
    page = request.page or request.out.with_suffix(".html")
    # Only now is it known which files were read, and must not be written over.
    refuse_overwriting([request.out, page])
    panel = panel.between(request.first, request.last)
    tell(panel.notices)
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
    errors = fitted_errors(found)
    typical = fitted_config(found, panel, subnets=False)
    process = typical.build_for(_SEED, panel.netuid)
    progress(f"simulating {_HISTORIES} histories")
    # A config holds no drift, which is a figure of the past: simulated days get the real ones'.
    drift = np.asarray(found.estimate.parameters.drift)[seen.block]
    simulated = simulate(process, seen, drift, _HISTORIES)
    returns = np.where(seen.seen, seen.flow / FLOW_OF_RETURN, np.nan)
    progress("holding them against the real one")
    table = goodness(returns, simulated)
    facts = calibration_facts(request.command, request.history.name, panel, found)
    config = fitted_config(found, panel, subnets=request.subnets)
    page = render_goodness_page(
        GoodnessPage(
            title=f"Demand fitted to {request.history.name}, {panel.dates[0]} to {panel.dates[-1]}",
            facts=facts,
            names=NAMES,
            table=table,
            parameters=parameter_rows(typical, errors),
            curves=drawn_curves(returns, simulated, seen),
            histories=_HISTORIES,
            notices=[notice.as_json() for notice in panel.notices],
        )
    )
    demand = demand_toml(config, errors, file_comments(facts, panel, table))
    return _Fitted(demand, page, table, panel.notices)


def _require(panel: Panel, seen: Observations) -> None:
    """Refuse a history that cannot tell what is asked of it."""
    flows = int(seen.seen.sum())
    of_each = seen.seen.sum(axis=0)
    with_flows = int((of_each > 0).sum())
    of_age = f"of subnets that are at least {MATURE_DAYS:g} days old"
    if with_flows < _FEWEST_SERIES:
        problem = (
            f"holds daily flows of {with_flows} subnets {of_age}; what sets subnets apart cannot "
            f"be told from fewer than {_FEWEST_SERIES}"
        )
    elif (of_each >= FEWEST_RETURNS).sum() < _FEWEST_SERIES:
        enough = int((of_each >= FEWEST_RETURNS).sum())
        problem = (
            f"holds at least {FEWEST_RETURNS} daily flows of {enough} subnets {of_age}; what sets "
            f"subnets apart cannot be told from fewer than {_FEWEST_SERIES}"
        )
    elif flows < _FEWEST_FLOWS:
        problem = f"holds {flows} daily flows {of_age}; at least {_FEWEST_FLOWS} are needed"
    else:
        return
    raise HistoryError(panel.source, [problem, *_still_standing(panel)])


def _still_standing(panel: Panel) -> list[str]:
    """List series whose price stands still on most days, with their days, at most five."""
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


Facts: TypeAlias = list[tuple[str, str]]
"""Label and text."""


def calibration_facts(command: str, history: str, panel: Panel, found: Fit) -> Facts:
    """Return facts on what was fitted to what.

    Args:
        command: that asked for it.
        history: name of the file.
        panel: what was read of it.
        found: the fit.
    """
    drift, error = found.estimate.parameters.drift, found.estimate.errors.drift
    drifts = with_drifts(found, panel)
    lean, pull = drifts.asymmetry, drifts.reversion
    reserves = "known" if np.isfinite(panel.tao_in).any() else "not known"
    return [
        ("Command", command),
        ("History", f"{history}, {panel.dates[0]} to {panel.dates[-1]}"),
        ("Daily flows", f"{found.flows:,}, of subnets at least {found.youngest:g} days old"),
        ("Pool reserves", reserves),
        ("Steps of the search", str(found.estimate.iterations)),
        (
            "Steady flow, last 30 days",
            f"{100 * float(drift[-1]):+.3f} % of tao_in a day ± {100 * float(error[-1]):.3f} %",
        ),
        ("Asymmetry", f"{lean.value:+.2g} ± {lean.error:.2g} times a day's variance"),
        ("Reversion", f"{pull.value:+.2g} ± {pull.error:.2g} a day"),
    ]


def file_comments(facts: Facts, panel: Panel, table: Comparison) -> list[str]:
    """Return lines for the head of the demand file.

    Args:
        facts: of the calibration.
        panel: to which the process was fitted.
        table: how well it fits.
    """
    told = dict(facts)
    outside = [name for name, inside in zip(NAMES, table.inside, strict=True) if not inside]
    fit_line = f"{int(table.inside.sum())} of {len(NAMES)} figures within their sampling error"
    lines = [
        "Net demand of investors, fitted to a history of prices. Made by",
        f"  {told['Command']}",
        f"History: {told['History']}.",
        f"Daily flows: {told['Daily flows']}; reserves {told['Pool reserves']}.",
        "Figures after ± are standard errors, clustered by subnet and by day. What has none was",
        "held fixed.",
        f"Goodness of fit: {fit_line}" + ("." if not outside else "; outside are"),
        *(f"  {name}" for name in outside),
        f"Steady flow in the last 30 days: {told['Steady flow, last 30 days']}. That is what",
        "sellers of emission and the chain's own buying leave; other processes and the mechanism",
        "make it, so the drift here is 0.",
        f"Beyond it the mean flow grows by {told['Asymmetry']};",
        "asymmetry_mean = 0.5 + that would bring it into a run, 0 keeps what pools are expected",
        f"to hold. Gaps of log prices to their mean close by {told['Reversion']}",
        "(cross_section).",
    ]
    if not np.isfinite(panel.tao_in).any():
        lines.append("Without reserves the scale cannot depend on depth: it is that of any pool.")
    for notice in panel.notices:
        lines += textwrap.wrap(f"Of the history: {notice.text}.", 96, subsequent_indent="  ")
    return lines
