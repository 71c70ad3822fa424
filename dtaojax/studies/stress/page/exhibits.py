"""Charts of an attack, and the words of its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any, Final, TypeAlias

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dtaojax.report.charts.svg import COLOURS, new_figure
from dtaojax.report.document import Drawing, Number, drawing, number
from dtaojax.report.numerals import compact, plain

Record: TypeAlias = Mapping[str, Any]
"""The result or a part of it, as in ``stress.json``."""

PERCENT: Final = 100.0
FOUND: Final = "found"
"""The strategy of the plan that the search found."""

_TARGETS: Final = {
    "own_share": ("emission share of {it}", "%", PERCENT),
    "gain": ("wealth of the attacker", "TAO", 1.0),
    "rival_below_bar": ("days of {it} below the bar", "%", PERCENT),
    "rival_pruned": ("days of {it} next to be pruned", "%", PERCENT),
}
"""The target in words, its unit and the factor to it, by the config's word."""


def subnet_name(found: Record, netuid: int) -> str:
    """Return a subnet's name and number."""
    return f"{found['names'][str(netuid)]} (SN{netuid})"


def target_of(found: Record) -> tuple[str, str, float]:
    """Return the target in words, its unit, and the factor to the unit."""
    words, unit, factor = _TARGETS[found["config"]["attack"]["target"]]
    return words.format(it=subnet_name(found, found["aimed_at"])), unit, factor


def change_of_target(found: Record) -> tuple[str, str, float]:
    """Return :func:`target_of` for a change: parts in per cent change by points."""
    words, unit, factor = target_of(found)
    return words, "points" if unit == "%" else unit, factor


def aims_at_gain(found: Record) -> bool:
    """Return whether wealth itself is the target."""
    return found["config"]["attack"]["target"] == "gain"


def outcomes_of(found: Record, rules: str, strategy: str) -> list[Record]:
    """List the outcomes under some rules with a strategy, by rising budget."""
    return [
        each
        for each in found["outcomes"]
        if each["rules"] == rules and each["strategy"] == strategy
    ]


def figure_of(record: Record, name: str, factor: float = 1.0, suffix: str = "") -> Number:
    """Write a figure of an outcome with its standard error."""
    return number(record[f"{name}_value"], record[f"{name}_standard_error"], factor, suffix)


_TICKS: Final = 6
_TONES: Final = ("blue", "orange", "teal", "violet", "red", "green")


def curve(found: Record, name: str, factor: float, axis: str, slug: str) -> Drawing:
    """Draw a figure by budget, a line for each of the rules, or for each strategy under one."""
    figure: Figure = new_figure(480, 280)
    axes: Axes = figure.add_subplot()
    words = []
    for rules, tone in zip(found["rules"], cycle(_TONES), strict=False):
        rows = outcomes_of(found, rules, FOUND)
        label = rules if len(found["rules"]) > 1 else FOUND
        _line(axes, rows, name, factor, label, tone, "-")
        words += [
            f"{rules}, {plain(each['budget'])} TAO: {figure_of(each, name, factor).text}"
            for each in rows
        ]
    if len(found["rules"]) == 1:
        for strategy, tone in (("at once", "orange"), ("evenly", "teal")):
            rows = outcomes_of(found, found["rules"][0], strategy)
            _line(axes, rows, name, factor, strategy, tone, "--")
    axes.axhline(0.0, color=COLOURS["muted"], linewidth=0.8)
    budgets = found["config"]["attack"]["budgets"]
    if len(budgets) > 2:
        axes.set_xscale("log")
    if len(budgets) <= _TICKS:
        axes.set_xticks(budgets)
    axes.xaxis.set_major_formatter(lambda value, _: compact(value))
    axes.xaxis.set_minor_formatter(lambda value, _: "")
    axes.yaxis.set_major_formatter(lambda value, _: compact(value))
    axes.set_xlabel("budget [TAO]")
    axes.legend(frameon=False, fontsize=9.5)
    figure.set_layout_engine("constrained")
    title = axis[0].upper() + axis[1:]
    return drawing(slug, title, "Bars are 95 % Monte Carlo intervals.", figure, "; ".join(words))


def _line(
    axes: Axes, rows: Sequence[Record], name: str, factor: float, label: str, tone: str, style: str
) -> None:
    axes.errorbar(
        [each["budget"] for each in rows],
        [factor * each[f"{name}_value"] for each in rows],
        yerr=[1.96 * factor * (each[f"{name}_standard_error"] or 0.0) for each in rows],
        color=COLOURS[tone],
        linestyle=style,
        marker="o",
        markersize=4,
        linewidth=1.4,
        elinewidth=0.9,
        label=label,
    )


def plan_drawing(
    found: Record, rows: Sequence[Record], rules: str, budget: float, days: int
) -> Drawing:
    """Draw the purchases of a plan in each period, subnet on subnet."""
    figure: Figure = new_figure(480, 240)
    axes = figure.add_subplot()
    periods = sorted({each["period"] for each in rows})
    base = [0.0] * len(periods)
    bought = dict.fromkeys(each["netuid"] for each in rows if each["spend"] > 0.0)
    for netuid, tone in zip(bought, cycle(_TONES), strict=False):
        spend = [each["spend"] for each in rows if each["netuid"] == netuid]
        axes.bar(
            [days * (period + 0.5) for period in periods],
            spend,
            width=0.8 * days,
            bottom=base,
            color=COLOURS[tone],
            label=f"SN{netuid}",
        )
        base = [below + amount for below, amount in zip(base, spend, strict=True)]
    axes.set_xlabel("day")
    axes.set_ylabel("TAO paid")
    if bought:
        axes.legend(frameon=False, fontsize=9.5)
    figure.set_layout_engine("constrained")
    return drawing(
        "plan-bars",
        f"Purchases of the plan for {plain(budget)} TAO under {rules} [TAO]",
        f"{plain(sum(base))} TAO in all, by subnet.",
        figure,
    )
