"""Views: the question that an audience asks first, its answer, and the order of what follows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from markupsafe import Markup

from dtaojax.report import display
from dtaojax.report.charts.chart import Group
from dtaojax.report.charts.timeline import OUTER
from dtaojax.report.document import Table
from dtaojax.report.numerals import days, plain
from dtaojax.results.contract import ResultsError, why_withheld
from dtaojax.results.read import Evidence
from dtaojax.studies.run.page.cards import (
    AnswerCard,
    band,
    changes,
    concentration_card,
    gate_card,
    in_other_units,
    number,
    portfolio_card,
    today,
    with_interval,
)
from dtaojax.studies.run.page.fates import can_earn, fates_of
from dtaojax.studies.run.page.portfolio import last_day, value_now


@dataclass(frozen=True)
class Part:
    """A section that only this view has.

    Attributes:
        slug: Identifier on the page.
        heading: Title of the section.
        short: Name in the navigation.
        groups: Figures of the section.
        tables: Tables below the figures.
    """

    slug: str
    heading: str
    short: str
    groups: Sequence[Group] = ()
    tables: Sequence[Table] = ()


@dataclass(frozen=True)
class View:
    """What an audience reads first.

    Attributes:
        audience: Words for the audience above the title; empty for everybody.
        question: Question that is answered; that of the run where it is empty.
        sentences: Answer with its interval.
        cards: Parts of the answer.
        order: Names of the sections, the most important first.
        parts: Sections that only this view has, which come before the others.
        headline: Beginning of the heading of the group of headline numbers that is to stand first.
    """

    audience: str
    question: str
    sentences: Sequence[Markup]
    cards: Sequence[AnswerCard | None]
    order: Sequence[str]
    parts: Sequence[Part] = field(default=())
    headline: str = ""


def at_horizon(evidence: Evidence, quantity: str, unit: str = "") -> Markup | None:
    """Write the mean at the horizon with its interval; None where the run left none."""
    found = evidence.network.get(quantity, evidence.horizon)
    return None if found is None else with_interval(quantity, found, unit)


def designer_view(evidence: Evidence) -> View:
    """Return the view."""
    sentence = designer_sentence(evidence)
    return View(
        audience="for designers of the network",
        question=(
            f"Over the next {days(evidence.horizon)}, how concentrated does TAO emission become, "
            "does it move on to others, how much of it is sold, and which subnets starve?"
        ),
        sentences=[sentence] if sentence else [],
        cards=[
            concentration_card(evidence),
            _churn(evidence),
            _selling(evidence),
            gate_card(evidence),
        ],
        order=("concentration", "gate", "cohorts", "prices", "portfolio"),
    )


def designer_sentence(evidence: Evidence) -> Markup | None:
    """Write how concentrated emission becomes, and how many subnets starve."""
    shared = at_horizon(evidence, "emission_effective_number", "subnets")
    if shared is None:
        return None
    text = Markup("In {} TAO emission is as concentrated as if {} shared it equally{}").format(
        days(evidence.horizon), shared, today(evidence, "emission_effective_number")
    )
    starved = starving(evidence)
    return text + (Markup("; ") + starved if starved else Markup("")) + "."


def starving(evidence: Evidence) -> Markup | None:
    """Write how many subnets that may earn are below the bar."""
    able = sum(map(can_earn, evidence.initial.values()))
    starved = at_horizon(evidence, "starved_subnets", f"of {able} subnets with emission enabled")
    if starved is None:
        return None
    return starved + Markup(" are {} on day {:g}{}").format(
        fates_of(evidence).starved, evidence.horizon, today(evidence, "starved_subnets")
    )


def _churn(evidence: Evidence) -> AnswerCard | None:
    quantity = "emission_turnover"
    moved = evidence.network.get(quantity, evidence.horizon)
    if moved is None:
        return None
    return AnswerCard(
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


def _selling(evidence: Evidence) -> AnswerCard | None:
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
    return AnswerCard(
        "How much of the emission is sold?",
        number(quantity, sold),
        Markup("% of the TAO emission until day {:g} comes back on sale").format(evidence.horizon),
        band(evidence, quantity) + " %",
        tuple(points),
    )


_LOSS: Final = "loss_realizable"
_CONFIDENCE: Final = 0.95
_MAX_NAMES: Final = 5


def holder_view(evidence: Evidence) -> View:
    """Return the view.

    Raises:
        ResultsError: Nothing is held.
    """
    sentence = holder_sentence(evidence)
    if sentence is None:
        raise ResultsError(
            "audience 'holder': the run holds nothing; add a [portfolio] to its config, run it "
            "again, or choose another audience"
        )
    return View(
        audience="for holders",
        question=(
            f"Over the next {days(last_day(evidence, _LOSS))}, what could this portfolio lose, "
            "what does selling it bring, which positions carry the risk, and how long does leaving "
            "take?"
        ),
        sentences=[sentence],
        cards=[
            portfolio_card(evidence),
            _worth(evidence),
            _contributions(evidence),
            _exit(evidence),
        ],
        order=("portfolio", "prices", "gate", "concentration", "cohorts"),
        headline="Portfolio",
    )


def holder_sentence(evidence: Evidence) -> Markup | None:
    """Write what is lost with a probability of 5 %, and its share of today's worth."""
    table, day = evidence.portfolio, last_day(evidence, _LOSS)
    loss = table.get(_LOSS, day, "var", _CONFIDENCE) if table else None
    if loss is None:
        return None
    worth = value_now(evidence, "realizable")
    if math.isnan(loss.value):
        return Markup(
            "So few paths cannot tell what the portfolio loses with a probability of 5 %: "
            "VaR 95 % {}."
        ).format(why_withheld("var", _CONFIDENCE))
    if loss.value >= 0.0:
        lead, shown = "With a probability of 5 % the portfolio loses more than {}", loss
    else:
        lead = "With a probability of 95 % the portfolio gains more than {}"
        # A loss below zero is told as a gain; the ends of its interval change places with the sign.
        shown = loss._replace(value=-loss.value, ci_low=-loss.ci_high, ci_high=-loss.ci_low)
    text = Markup(lead).format(with_interval(_LOSS, shown, "TAO"))
    text += Markup(" in {}, if each position is sold through its pool").format(days(day))
    if worth:
        text += Markup("; today that would bring <b>{}</b> TAO").format(plain(worth, 4))
    return text + in_other_units(evidence, shown, day, "var", _CONFIDENCE) + "."


def _worth(evidence: Evidence) -> AnswerCard | None:
    table, quantity = evidence.portfolio, "value_realizable"
    day = last_day(evidence, _LOSS)
    then = table.get(quantity, day) if table else None
    if table is None or then is None:
        return None
    points = []
    now = {kind: value_now(evidence, kind) for kind in ("spot", "realizable")}
    if now["spot"] and now["realizable"]:
        cost = 100.0 * (1.0 - now["realizable"] / now["spot"])
        points.append(
            Markup("<b>Today:</b> {} TAO, {} % less than at spot prices ({} TAO).").format(
                plain(now["realizable"], 4), plain(cost, 2), plain(now["spot"], 4)
            )
        )
    spot = table.get("value_spot", day)
    if spot:
        points.append(
            Markup("<b>At spot prices then:</b> {} TAO in the mean.").format(
                number("value_spot", spot)
            )
        )
    ends = display.quantiles(quantity, table.quantiles(quantity, day, OUTER))
    return AnswerCard(
        "What does selling it bring?",
        number(quantity, then),
        Markup("TAO in the mean after {}, each position sold through its pool").format(days(day)),
        "90 % of paths: " + " to ".join(ends.values()) + " TAO" if ends else "",
        tuple(points),
    )


def _contributions(evidence: Evidence) -> AnswerCard | None:
    table, day = evidence.portfolio, last_day(evidence, _LOSS)
    whole = table.get(_LOSS, day, "es", _CONFIDENCE) if table else None
    if table is None or whole is None:
        return None
    if math.isnan(whole.value):
        what = Markup("to tell the expected shortfall, ES 95 %, and its parts by position")
        why = Markup(why_withheld("es", _CONFIDENCE))
        return AnswerCard("Which positions carry the risk?", why, what, "", ())
    found = {
        netuid: part
        for netuid in table.netuids()
        if (part := table.get(_LOSS, day, "es_contribution", _CONFIDENCE, netuid))
    }
    if not found:
        return None
    first = sorted(found, key=lambda netuid: (-found[netuid].value, netuid))
    points = [
        Markup("<b><bdi>{}</bdi>:</b> {} TAO.").format(
            evidence.label(netuid), number(_LOSS, found[netuid])
        )
        for netuid in first[:_MAX_NAMES]
    ]
    if len(first) > _MAX_NAMES:
        points.append(Markup("The rest is in the section on the portfolio."))
    return AnswerCard(
        "Which positions carry the risk?",
        number(_LOSS, whole),
        Markup(
            "TAO is lost on average on the worst 5 % of paths (expected shortfall, ES 95 %), of "
            "which by position"
        ),
        "",
        tuple(points),
    )


def _exit(evidence: Evidence) -> AnswerCard | None:
    table, quantity = evidence.portfolio, "exit_days"
    now = table.get(quantity, 0.0) if table else None
    day = last_day(evidence, quantity)
    then = table.get(quantity, day) if table else None
    if table is None or now is None or then is None:
        return None
    config = evidence.part("config").get("portfolio")
    fall = config.get("exit_fall") if isinstance(config, dict) else None
    worst = table.get(quantity, day, "quantile", OUTER[1])
    points = [
        Markup(
            "Selling then lowers no pool’s price by more than {} % a day, and each pool recovers "
            "until the next."
        ).format(plain(100.0 * fall) if isinstance(fall, float) else "1")
    ]
    if worst:
        points.append(
            Markup("After {}: {} days in the mean, and more than {} on 5 % of paths.").format(
                days(day), number(quantity, then), display.written(quantity, worst)[0]
            )
        )
    slowest = {
        netuid: found.value
        for netuid in table.netuids()
        if (found := table.get(quantity, 0.0, netuid=netuid))
    }
    if slowest:
        name = max(slowest, key=lambda netuid: slowest[netuid])
        points.append(Markup("<b>Slowest today:</b> <bdi>{}</bdi>.").format(evidence.label(name)))
    return AnswerCard(
        "How long does leaving take?",
        number(quantity, now),
        Markup("days to sell everything, from today"),
        "",
        tuple(points),
    )
