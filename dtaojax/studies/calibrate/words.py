"""What is said of a calibration: facts for its page, and comments for its demand file."""

from __future__ import annotations

import textwrap
from typing import TypeAlias

import numpy as np

from dtaojax.calibration import Fit
from dtaojax.calibration.drifting import with_drifts
from dtaojax.calibration.goodness.figures import NAMES
from dtaojax.calibration.goodness.goodness import Comparison
from dtaojax.history import Panel

Facts: TypeAlias = list[tuple[str, str]]
"""Label and text."""


def calibration_facts(command: str, history: str, panel: Panel, found: Fit) -> Facts:
    """What was fitted to what.

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
    """Lines for the head of the demand file.

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
