"""The page of an attack: its reach by budget, its gain or cost, and its plan."""

from __future__ import annotations

from typing import Final

from dtaojax.report.charts.svg import drawing_style
from dtaojax.report.config_text import config_text
from dtaojax.report.document import Card, Document, Section, Table, number, render_document
from dtaojax.report.notes import made_by, made_with, rules_note
from dtaojax.report.numerals import plain
from dtaojax.report.trust import trust_of
from dtaojax.studies.stress.page.exhibits import (
    FOUND,
    PERCENT,
    Record,
    aims_at_gain,
    change_of_target,
    curve,
    figure_of,
    outcomes_of,
    plan_drawing,
    subnet_name,
    target_of,
)


def render_stress(found: Record) -> str:
    """Render the page of ``stress.json``."""
    with drawing_style():
        sections = [_curves(found), _outcomes(found), _plan(found), _search(found), _terms(found)]
    document = Document(
        eyebrow=(
            f"dtaojax attack · network {found['network']} · {', '.join(found['rules'])} · "
            f"{found['horizon_days']:g} days ahead"
        ),
        title=found["title"],
        question=question(found),
        cards=cards(found),
        notes=[
            "Net gain is what the attacker has after selling everything at the horizon, slippage "
            "and fees paid, less what it would have had without any attack on the same demand "
            "paths. ± is the Monte Carlo standard error over "
            f"{found['config']['verify']['paths']:,} fresh paths, which the search has not seen. "
            "Nobody reacts to the attack but by the rules and the demand of the config, and no "
            "subnet is registered meanwhile. A better plan than the one found may exist: a target "
            "reached is a lower bound on what the budget can do.",
            *rules_note(found),
        ],
        warnings=warnings(found),
        sections=sections,
        made=made_by(found["made"]),
        trust=[trust_of(found)],
        remarks=found.get("remarks", ()),
    )
    return render_document(document)


def _curves(found: Record) -> Section:
    target, unit, factor = change_of_target(found)
    drawings = []
    if not aims_at_gain(found):
        drawings.append(
            curve(found, "target_change", factor, f"more {target} [{unit}]", "target-curve")
        )
    drawings.append(curve(found, "wealth_change", 1.0, "net gain [TAO]", "gain-curve"))
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


def _outcomes(found: Record) -> Section:
    target, unit, factor = target_of(found)
    _, change_unit, _ = change_of_target(found)
    tables = []
    for rules in found["rules"]:
        rows = []
        for each in found["outcomes"]:
            if each["rules"] != rules:
                continue
            row = [
                each["strategy"],
                number(each["budget"]),
                figure_of(each, "target", factor),
                figure_of(each, "target_change", factor),
                figure_of(each, "wealth_change"),
                figure_of(each, "spent"),
                figure_of(each, "received"),
            ]
            rows.append(tuple(row[:2] + row[4:] if aims_at_gain(found) else row))
        columns = [
            "plan",
            "budget [TAO]",
            f"{target} [{unit}]",
            f"more than without [{change_unit}]",
        ]
        columns += ["net gain [TAO]", "paid [TAO]", "got before the end [TAO]"]
        if aims_at_gain(found):
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
        if (each["rules"], each["budget"], each["strategy"]) == (rules, budget, FOUND)
    ]
    days = found["config"]["attack"]["period_days"]
    table = Table(
        f"The plan that was found for {plain(budget)} TAO under {rules}",
        ("subnet", "from day", "buy for [TAO]", "sell of what is held [%]"),
        [
            (
                subnet_name(found, each["netuid"]),
                number(float(each["period"] * days)),
                number(round(each["spend"], 3)),
                number(round(PERCENT * each["sell"], 2)),
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
        drawings=[plan_drawing(found, rows, rules, budget, days)],
        tables=[table],
    )


def _search(found: Record) -> Section:
    _, _, factor = target_of(found)
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
        facts=made_with(
            found["made"],
            ("Time", f"{found['made']['seconds']:.1f} s"),
            *((f"Hash of {name}", text) for name, text in found["config_hashes"].items()),
        ),
        printed=[("The attack's config", config_text(found["config"]))],
    )


_IDLE: Final = "no attack"


def question(found: Record) -> str:
    """Ask the question that the attack answers."""
    attack = found["config"]["attack"]
    target, _, _ = target_of(found)
    wish = {"own_share": "raise the", "gain": "raise the"}.get(attack["target"], "make for more")
    return (
        f"How far can somebody {wish} {target} by trading for {attack['days']} days with up to "
        f"{plain(attack['budgets'][-1])} TAO, and what does it cost or bring?"
    )


def cards(found: Record) -> list[Card]:
    """Show how far the largest budget gets, its gain or cost, and smaller budgets."""
    target, unit, factor = target_of(found)
    rules = found["rules"][0]
    idle = outcomes_of(found, rules, _IDLE)[0]
    largest = outcomes_of(found, rules, FOUND)[-1]
    budget = plain(largest["budget"])
    others = [
        each
        for each in found["outcomes"]
        if each["rules"] == rules
        and each["budget"] == largest["budget"]
        and each["strategy"] != FOUND
    ]
    suffix = f" {unit}"
    _, change_unit, _ = change_of_target(found)
    more = f" {change_unit}"
    cards = []
    if not aims_at_gain(found):
        cards.append(
            Card(
                "How far does it get?",
                f"more {target} with {budget} TAO under {rules}",
                figure_of(largest, "target_change", factor, more),
                [
                    f"From {figure_of(idle, 'target', factor, suffix).text} without an attack to "
                    f"{figure_of(largest, 'target', factor, suffix).text}.",
                    *(
                        f"The plain plan, {each['strategy']}: "
                        f"{figure_of(each, 'target_change', factor, more).text} more."
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
            figure_of(largest, "wealth_change"),
            [
                f"Paid {figure_of(largest, 'spent').text} TAO, got "
                f"{figure_of(largest, 'received').text} TAO before the end; the rest is sold "
                "there.",
                *(
                    f"The plain plan, {each['strategy']}: "
                    f"{figure_of(each, 'wealth_change').text} TAO net."
                    for each in others
                ),
                _reach(found),
            ],
        )
    )
    points = [
        f"{plain(each['budget'])} TAO: {_brought(found, each)}"
        for each in outcomes_of(found, rules, FOUND)
    ]
    cards.append(Card("And with less?", f"under {rules}:", None, points))
    if len(found["rules"]) > 1:
        points = [
            f"{name}: {_brought(found, outcomes_of(found, name, FOUND)[-1])}"
            for name in found["rules"]
        ]
        lead = f"with {budget} TAO, what was found:"
        cards.append(Card("Which rules resist?", lead, None, points))
    return cards


def _reach(found: Record) -> str:
    """Tell whom the gain is about, and of whom and which plans it says nothing."""
    attack = found["config"]["attack"]
    income = "its owner's cut with and without the attack" if attack["owner"] else "no owner's cut"
    plan = (
        "The plan was searched for gain."
        if aims_at_gain(found)
        else "The plan was searched for its target, not for gain: another may bring more."
    )
    return (
        f"It is the gain of one attacker, who gets {income} and no miners' pay, from this plan at "
        f"this place. {plan} What other subnets' buyers or owners gain is another question."
    )


def _brought(found: Record, outcome: Record) -> str:
    """Tell the gain of a plan, and how far it gets where that is something else."""
    brought = f"{figure_of(outcome, 'wealth_change').text} TAO net"
    if aims_at_gain(found):
        return brought
    _, unit, factor = change_of_target(found)
    return f"{brought}, {figure_of(outcome, 'target_change', factor, f' {unit}').text} more"


def warnings(found: Record) -> list[str]:
    """List what a reader must know before using a number."""
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
            f"Shares of {', '.join(found['starting_empty'])} follow averages of flows. The network "
            "file does not hold them, so they begin at 0, and the first to buy meet little that "
            f"others have built up: here after {plain(found['config']['attack']['day'])} days. "
            "Take these figures for those of a network whose past flows do not count."
        )
    smooth = found["config"]["attack"]["target"].startswith("rival")
    if smooth:
        gaps = [
            (each["smooth_value"] - each["target_value"], each)
            for each in found["outcomes"]
            if each["strategy"] == FOUND
        ]
        gap, worst = max(gaps, key=lambda pair: abs(pair[0]))
        texts.append(
            "The target jumps, so the search climbed a smooth one, with edges "
            f"{plain(found['config']['attack']['smoothing'])} wide in the logarithm. What is "
            "reported is the true one; the two differ most under "
            f"{worst['rules']} at {plain(worst['budget'])} TAO: {plain(PERCENT * gap, 2)} points."
        )
    return texts
