"""What an attack answers first: its question, the cards, and what to beware of."""

from __future__ import annotations

from typing import Final

from dtaojax.report.document import Card
from dtaojax.report.numerals import plain
from dtaojax.studies.stress.page.words import (
    FOUND,
    PERCENT,
    Record,
    aims_at_gain,
    change_of_target,
    figure_of,
    outcomes_of,
    target_of,
)

_IDLE: Final = "no attack"


def question(found: Record) -> str:
    """What the attack is about."""
    attack = found["config"]["attack"]
    target, _, _ = target_of(found)
    wish = {"own_share": "raise the", "gain": "raise the"}.get(attack["target"], "make for more")
    return (
        f"How far can somebody {wish} {target} by trading for {attack['days']} days with up to "
        f"{plain(attack['budgets'][-1])} TAO, and what does it cost or bring?"
    )


def cards(found: Record) -> list[Card]:
    """How far the largest budget gets, what it brings, and what less does."""
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
    """Whom the gain is about, and of whom and which plans it says nothing."""
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
    """What a plan brings, and how far it gets where that is something else."""
    brought = f"{figure_of(outcome, 'wealth_change').text} TAO net"
    if aims_at_gain(found):
        return brought
    _, unit, factor = change_of_target(found)
    return f"{brought}, {figure_of(outcome, 'target_change', factor, f' {unit}').text} more"


def warnings(found: Record) -> list[str]:
    """What a reader must know before using a number."""
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
