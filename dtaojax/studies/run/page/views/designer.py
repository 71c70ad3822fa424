"""The view of the network's designer: concentration, churn, selling, and who starves."""

from __future__ import annotations

from markupsafe import Markup

from dtaojax.report.numerals import days
from dtaojax.results.read import Evidence
from dtaojax.studies.run.page.answer import Card, concentration, gate
from dtaojax.studies.run.page.fates import fates_of
from dtaojax.studies.run.page.phrases import band, changes, number, today
from dtaojax.studies.run.page.subnet_ranks import can_earn
from dtaojax.studies.run.page.views.parts import View, at_horizon


def view(evidence: Evidence) -> View:
    """The view."""
    sentence = answer(evidence)
    return View(
        audience="for designers of the network",
        question=(
            f"Over the next {days(evidence.horizon)}, how concentrated does TAO emission become, "
            "does it move on to others, how much of it is sold, and which subnets starve?"
        ),
        sentences=[sentence] if sentence else [],
        cards=[concentration(evidence), _churn(evidence), _selling(evidence), gate(evidence)],
        order=("concentration", "gate", "cohorts", "prices", "portfolio"),
    )


def answer(evidence: Evidence) -> Markup | None:
    """How concentrated emission becomes, and how many starve."""
    shared = at_horizon(evidence, "emission_effective_number", "subnets")
    if shared is None:
        return None
    text = Markup("In {} TAO emission is as concentrated as if {} shared it equally{}").format(
        days(evidence.horizon), shared, today(evidence, "emission_effective_number")
    )
    starved = starving(evidence)
    return text + (Markup("; ") + starved if starved else Markup("")) + "."


def starving(evidence: Evidence) -> Markup | None:
    """How many subnets that may earn are below the bar."""
    able = sum(map(can_earn, evidence.initial.values()))
    starved = at_horizon(evidence, "starved_subnets", f"of {able} subnets with emission enabled")
    if starved is None:
        return None
    return starved + Markup(" are {} on day {:g}{}").format(
        fates_of(evidence).starved, evidence.horizon, today(evidence, "starved_subnets")
    )


def _churn(evidence: Evidence) -> Card | None:
    quantity = "emission_turnover"
    moved = evidence.network.get(quantity, evidence.horizon)
    if moved is None:
        return None
    return Card(
        "How much does the emission move between subnets?",
        number(quantity, moved),
        Markup("% of the TAO emission goes to other subnets on day {:g} than today").format(
            evidence.horizon
        ),
        band(evidence, quantity) + " %",
        tuple(
            changes(
                evidence,
                ("Subnets deregistered", "deregistrations"),
                ("Subnets registered", "registrations"),
                ("Cost of a registration", "lock_cost"),
            )
        ),
    )


def _selling(evidence: Evidence) -> Card | None:
    quantity = "emission_on_sale"
    sold = evidence.network.get(quantity, evidence.horizon)
    if sold is None:
        return None
    points = [
        Markup(
            "So much alpha do the receivers of emission put on sale, in TAO at spot prices; at "
            "100 % it is worth what emission brings in."
        )
    ]
    points += changes(
        evidence,
        ("Emission with which the chain buys alpha", "chain_buy_share"),
        ("TAO in all pools", "total_tao_in"),
    )
    return Card(
        "How much of the emission is sold?",
        number(quantity, sold),
        Markup("% of the TAO emission until day {:g} comes back on sale").format(evidence.horizon),
        band(evidence, quantity) + " %",
        tuple(points),
    )
