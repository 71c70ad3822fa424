"""The page of an attack: how far it gets with how much, what it costs, and how it is done."""

from __future__ import annotations

from dtaojax.report.charts.svg import drawing_style
from dtaojax.report.config_text import config_text
from dtaojax.report.document import Document, Section, Table, number, render_document
from dtaojax.report.notes import made_by, made_with, rules_note
from dtaojax.report.numerals import plain
from dtaojax.report.trust import trust_of
from dtaojax.studies.stress.page.answer import cards, question, warnings
from dtaojax.studies.stress.page.charts import curve, plan_drawing
from dtaojax.studies.stress.page.words import (
    FOUND,
    PERCENT,
    Record,
    aims_at_gain,
    change_of_target,
    figure_of,
    subnet_name,
    target_of,
)


def render_stress(found: Record) -> str:
    """The page for what ``pipeline/stress_result.py`` writes into ``stress.json``."""
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
