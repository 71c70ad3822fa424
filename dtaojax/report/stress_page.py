"""The page of an attack: how far it gets with how much, what it costs, and how it is done."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dtaojax.report.document import (
    Card,
    Document,
    Drawing,
    Number,
    Section,
    Table,
    drawing,
    number,
    render_document,
)
from dtaojax.report.numerals import compact, plain
from dtaojax.report.svg import COLOURS, drawing_style, new_figure

Record = Mapping[str, Any]

_PERCENT: Final = 100.0
_FOUND: Final = "found"
_IDLE: Final = "no attack"
_TICKS: Final = 6
_TONES: Final = ("blue", "orange", "teal", "violet", "red", "green")

_TARGETS: Final = {
    "own_share": ("emission share of {it}", "%", _PERCENT),
    "gain": ("wealth of the attacker", "TAO", 1.0),
    "rival_below_bar": ("days of {it} below the bar", "%", _PERCENT),
    "rival_pruned": ("days of {it} next to be pruned", "%", _PERCENT),
}
"""What is aimed at, its unit and the factor to it, by the config's word."""


def render_stress(found: Record) -> str:
    """The page for what ``pipeline/stress_result.py`` writes into ``stress.json``."""
    with drawing_style():
        sections = [_curves(found), _outcomes(found), _plan(found), _search(found), _terms(found)]
    made = found["made"]
    attack = found["config"]["attack"]
    target, _, _ = _target(found)
    wish = {"own_share": "raise the", "gain": "raise the"}.get(attack["target"], "make for more")
    document = Document(
        eyebrow=(
            f"dtaojax attack · network {found['network']} · {', '.join(found['rules'])} · "
            f"{found['horizon_days']:g} days ahead"
        ),
        title=found["title"],
        question=(
            f"How far can somebody {wish} {target} by trading for {attack['days']} days with up to "
            f"{plain(attack['budgets'][-1])} TAO, and what does it cost or bring?"
        ),
        cards=_cards(found),
        notes=[
            "Net gain is what the attacker has after selling everything at the horizon, slippage "
            "and fees paid, less what it would have had without any attack on the same demand "
            "paths. ± is the Monte Carlo standard error over "
            f"{found['config']['verify']['paths']:,} fresh paths, which the search has not seen. "
            "Nobody reacts to the attack but by the rules and the demand of the config, and no "
            "subnet is registered meanwhile. A better plan than the one found may exist: a target "
            "reached is a lower bound on what the budget can do."
        ],
        warnings=_warnings(found),
        sections=[section for section in sections if section is not None],
        made=f"Made by dtaojax {made['dtaojax_version']} on {made['created']}.",
    )
    return render_document(document)


def _name(found: Record, netuid: int) -> str:
    return f"{found['names'][str(netuid)]} (SN{netuid})"


def _target(found: Record) -> tuple[str, str, float]:
    """What is aimed at in words, its unit, and the factor to the unit."""
    words, unit, factor = _TARGETS[found["config"]["attack"]["target"]]
    return words.format(it=_name(found, found["aimed_at"])), unit, factor


def _aims_at_gain(found: Record) -> bool:
    return found["config"]["attack"]["target"] == "gain"


def _rows(found: Record, rules: str, strategy: str) -> list[Record]:
    return [
        each
        for each in found["outcomes"]
        if each["rules"] == rules and each["strategy"] == strategy
    ]


def _figure(record: Record, name: str, factor: float = 1.0, suffix: str = "") -> Number:
    return number(record[f"{name}_value"], record[f"{name}_standard_error"], factor, suffix)


def _cards(found: Record) -> list[Card]:
    target, unit, factor = _target(found)
    rules = found["rules"][0]
    idle = _rows(found, rules, _IDLE)[0]
    largest = _rows(found, rules, _FOUND)[-1]
    budget = plain(largest["budget"])
    others = [
        each
        for each in found["outcomes"]
        if each["rules"] == rules
        and each["budget"] == largest["budget"]
        and each["strategy"] != _FOUND
    ]
    suffix = f" {unit}"
    cards = []
    if not _aims_at_gain(found):
        cards.append(
            Card(
                "How far does it get?",
                f"more {target} with {budget} TAO under {rules}",
                _figure(largest, "target_change", factor, suffix),
                [
                    f"From {_figure(idle, 'target', factor, suffix).text} without an attack to "
                    f"{_figure(largest, 'target', factor, suffix).text}.",
                    *(
                        f"The plain plan, {each['strategy']}: "
                        f"{_figure(each, 'target_change', factor, suffix).text} more."
                        for each in others
                    ),
                ],
            )
        )
    cards.append(
        Card(
            "What does it bring or cost?",
            f"TAO net with a budget of {budget} TAO under {rules}"
            + (", with the plan that was found" if others else ""),
            _figure(largest, "wealth_change"),
            [
                f"Paid {_figure(largest, 'spent').text} TAO, got "
                f"{_figure(largest, 'received').text} TAO before the end; the rest is sold there.",
                *(
                    f"The plain plan, {each['strategy']}: "
                    f"{_figure(each, 'wealth_change').text} TAO net."
                    for each in others
                ),
            ],
        )
    )
    points = [
        f"{plain(each['budget'])} TAO: {_brought(found, each)}"
        for each in _rows(found, rules, _FOUND)
    ]
    cards.append(Card("And with less?", f"under {rules}:", None, points))
    if len(found["rules"]) > 1:
        points = [
            f"{name}: {_brought(found, _rows(found, name, _FOUND)[-1])}" for name in found["rules"]
        ]
        lead = f"with {budget} TAO, what was found:"
        cards.append(Card("Which rules resist?", lead, None, points))
    return cards


def _brought(found: Record, outcome: Record) -> str:
    """What a plan brings, and how far it gets where that is something else."""
    brought = f"{_figure(outcome, 'wealth_change').text} TAO net"
    if _aims_at_gain(found):
        return brought
    _, unit, factor = _target(found)
    return f"{brought}, {_figure(outcome, 'target_change', factor, f' {unit}').text} more"


def _warnings(found: Record) -> list[str]:
    refused = [each for each in found["outcomes"] if each["refused_change_value"] > 0.0]
    texts = []
    if refused:
        most = max(refused, key=lambda each: each["refused_change_value"])
        texts.append(
            "Pools refused or cut more trades than without an attack, of the attacker or of "
            f"others: up to {plain(most['refused_change_value'])} a path "
            f"({most['rules']}, {plain(most['budget'])} TAO, {most['strategy']}). The attacker's "
            "own books take its trades as done."
        )
    if found["starting_empty"]:
        texts.append(
            f"Shares of {', '.join(found['starting_empty'])} follow averages of flows. A network "
            "file does not hold them, so they begin at 0, and the first to buy meet little that "
            f"others have built up: here after {plain(found['config']['attack']['day'])} days. "
            "Take these figures for those of a network whose past flows do not count."
        )
    smooth = found["config"]["attack"]["target"].startswith("rival")
    if smooth:
        gaps = [
            (each["smooth_value"] - each["target_value"], each)
            for each in found["outcomes"]
            if each["strategy"] == _FOUND
        ]
        gap, worst = max(gaps, key=lambda pair: abs(pair[0]))
        texts.append(
            "The target jumps, so the search climbed a smooth one, with edges "
            f"{plain(found['config']['attack']['smoothing'])} wide in the logarithm. What is "
            "reported is the true one; the two differ most under "
            f"{worst['rules']} at {plain(worst['budget'])} TAO: {plain(_PERCENT * gap, 2)} points."
        )
    return texts


def _curves(found: Record) -> Section:
    target, unit, factor = _target(found)
    drawings = []
    if not _aims_at_gain(found):
        drawings.append(
            _curve(found, "target_change", factor, f"more {target} [{unit}]", "target-curve")
        )
    drawings.append(_curve(found, "wealth_change", 1.0, "net gain [TAO]", "gain-curve"))
    return Section(
        "curves",
        "What does how much do?",
        "Curves",
        paragraphs=[
            "The plan that was found for each budget, measured on fresh paths against no attack on "
            "the same paths. Below zero, manipulation costs more than it brings."
        ],
        drawings=drawings,
    )


def _curve(found: Record, name: str, factor: float, axis: str, slug: str) -> Drawing:
    figure: Figure = new_figure(480, 280)
    axes: Axes = figure.add_subplot()
    words = []
    for rules, tone in zip(found["rules"], cycle(_TONES), strict=False):
        rows = _rows(found, rules, _FOUND)
        label = rules if len(found["rules"]) > 1 else _FOUND
        _line(axes, rows, name, factor, label, tone, "-")
        words += [
            f"{rules}, {plain(each['budget'])} TAO: {_figure(each, name, factor).text}"
            for each in rows
        ]
    if len(found["rules"]) == 1:
        for strategy, tone in (("at once", "orange"), ("evenly", "teal")):
            rows = _rows(found, found["rules"][0], strategy)
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


def _outcomes(found: Record) -> Section:
    target, unit, factor = _target(found)
    tables = []
    for rules in found["rules"]:
        rows = []
        for each in found["outcomes"]:
            if each["rules"] != rules:
                continue
            row = [
                each["strategy"],
                number(each["budget"]),
                _figure(each, "target", factor),
                _figure(each, "target_change", factor),
                _figure(each, "wealth_change"),
                _figure(each, "spent"),
                _figure(each, "received"),
            ]
            rows.append(tuple(row[:2] + row[4:] if _aims_at_gain(found) else row))
        columns = ["plan", "budget [TAO]", f"{target} [{unit}]", "more than without"]
        columns += ["net gain [TAO]", "paid [TAO]", "got before the end [TAO]"]
        if _aims_at_gain(found):
            columns[2:4] = []
        tables.append(
            Table(
                f"{rules}, steps of {found['step_blocks'][rules]} blocks",
                tuple(columns),
                rows,
                sortable=True,
            )
        )
    return Section("outcomes", "What does each plan do?", "Outcomes", tables=tables)


def _plan(found: Record) -> Section:
    rules = found["rules"][0]
    budget = found["config"]["attack"]["budgets"][-1]
    rows = [
        each
        for each in found["plans"]
        if (each["rules"], each["budget"], each["strategy"]) == (rules, budget, _FOUND)
    ]
    days = found["config"]["attack"]["period_days"]
    table = Table(
        f"The plan that was found for {plain(budget)} TAO under {rules}",
        ("subnet", "from day", "buy for [TAO]", "sell of what is held [%]"),
        [
            (
                _name(found, each["netuid"]),
                number(float(each["period"] * days)),
                number(round(each["spend"], 3)),
                number(round(_PERCENT * each["sell"], 2)),
            )
            for each in sorted(rows, key=lambda each: (each["period"], each["netuid"]))
            if each["spend"] > 1e-4 * budget or each["sell"] > 1e-3
        ],
        sortable=True,
    )
    return Section(
        "plan",
        "How is it done?",
        "Plan",
        paragraphs=["Each amount is traded evenly over its period; plans.csv has all of them."],
        drawings=[_plan_drawing(found, rows, rules, budget, days)],
        tables=[table],
    )


def _plan_drawing(
    found: Record, rows: Sequence[Record], rules: str, budget: float, days: int
) -> Drawing:
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


def _search(found: Record) -> Section:
    _, _, factor = _target(found)
    rows = [
        (
            each["rules"],
            number(each["budget"]),
            each["start"],
            number(each["first"], None, factor),
            number(each["best"], None, factor),
            "yes" if each["taken"] else "",
        )
        for each in found["searches"]
    ]
    search = found["config"]["search"]
    return Section(
        "search",
        "How was it searched?",
        "Search",
        paragraphs=[
            "Gradients of the target by every amount of the plan, backwards through the whole "
            f"simulation, on {search['paths']} demand paths that are the same in every evaluation; "
            f"up to {search['iterations']} steps from each start, each projected onto the plans "
            "within the budget and taken only if it pays. The best plan of all is measured on "
            "fresh paths."
        ],
        tables=[
            Table(
                "Target on the search's paths, made smooth",
                ("rules", "budget [TAO]", "start", "there", "best from it", "taken"),
                rows,
                sortable=True,
            )
        ],
    )


def _terms(found: Record) -> Section:
    made = found["made"]
    return Section(
        "making",
        "What is assumed, and how it was made",
        "Making",
        terms=[
            (
                "Budget",
                "TAO that the attacker may pay for alpha in all, fees included. What it gets for "
                "alpha does not add to it.",
            ),
            (
                "Income",
                "What is held is staked with a validator of the attacker's own and earns that "
                "subnet's dividends, as any holder would; the owner of a subnet gets its cut. All "
                "of it is kept, and sold by the plan or at the horizon, with and without the "
                "attack.",
            ),
            (
                "Order",
                "In a step the attacker trades first, as if alone; others trade at the prices that "
                "it leaves.",
            ),
            (
                "The end",
                "At the horizon all that is left is sold at once, subnet by subnet, and pays the "
                "slippage and the fee of that.",
            ),
        ],
        facts=[
            ("Device", made["device"]),
            ("Time", f"{made['seconds']:.1f} s"),
            *[(f"Hash of {name}", text) for name, text in found["config_hashes"].items()],
            *[(name, version) for name, version in made["versions"].items()],
        ],
        printed=[
            ("The attack's config", json.dumps(found["config"], indent=2, ensure_ascii=False))
        ],
    )
