"""The views of owners: of one subnet, or of all that want to know where they stand."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from markupsafe import Markup

from dtaojax.chain import BLOCKS_PER_DAY
from dtaojax.report import document
from dtaojax.report.charts.chart import Group
from dtaojax.report.charts.svg import drawing_style
from dtaojax.report.display import written
from dtaojax.report.document import Entry, Number, Table, number
from dtaojax.report.numerals import days, plain, probability
from dtaojax.results.read import Evidence, Subnet
from dtaojax.studies.run.page.cards import AnswerCard, band, gate_card, names
from dtaojax.studies.run.page.cards import number as estimated
from dtaojax.studies.run.page.fates import (
    BY_BAR,
    Fates,
    can_earn,
    fates_of,
    likeliest,
    probabilities,
)
from dtaojax.studies.run.page.subnet_cards import chance_number, distance_now, subnet_cards
from dtaojax.studies.run.page.subnet_page import known_subnet, question, subnet_drawings
from dtaojax.studies.run.page.views import Part, View, at_horizon, starving

_ORDER: Final = ("gate", "prices", "concentration", "cohorts", "portfolio")
_MAX_NAMES: Final = 3
_MAX_ROWS: Final = 512
"""Rows of the table; a larger network is cut after its last ranks, to keep the file small."""


def owners_view(evidence: Evidence) -> View:
    """Return the view of all owners."""
    starved, gone = starving(evidence), owners_sentence(evidence)
    stay = "above the gate's bar" if fates_of(evidence) is BY_BAR else "paid"
    return View(
        audience="for owners of subnets",
        question=(
            f"Over the next {days(evidence.horizon)}, which subnets stay "
            f"{stay}, what do they earn, which survive, and what does buying gain them?"
        ),
        sentences=[text for text in (starved and starved + ".", gone) if text],
        cards=[gate_card(evidence), _survival(evidence), _gains(evidence)],
        order=_ORDER,
        parts=[_standings(evidence)],
    )


def subnet_owner_view(evidence: Evidence, netuid: int) -> View:
    """Return the view of one subnet's owner.

    Raises:
        ResultsError: The run has no such subnet.
    """
    subnet = known_subnet(evidence, netuid)
    sentence = _fate(evidence, netuid)
    with drawing_style():
        drawings = subnet_drawings(evidence, netuid)
    name = evidence.label(netuid)
    return View(
        audience=f"for the owner of {name}",
        question=f"{name}: {question(evidence)}",
        sentences=[sentence] if sentence else [],
        cards=[_card(card) for card in subnet_cards(evidence, subnet)],
        order=_ORDER,
        parts=[
            Part("subnet", name, f"SN{netuid}", [Group("", "", drawings, wide=True)]),
            _standings(evidence),
        ],
    )


def owners_sentence(evidence: Evidence) -> Markup | None:
    """Write how many subnets have to go."""
    gone = at_horizon(evidence, "deregistrations", "subnets")
    if gone is None:
        return None
    return Markup("{} are deregistered within {}, to make room for others.").format(
        gone, days(evidence.horizon)
    )


def _fate(evidence: Evidence, netuid: int) -> Markup | None:
    """Write how likely the subnet is above the bar at the end, below it, and gone."""
    parts, fates = [], fates_of(evidence)
    wordings = (*(f"is {end} on day {{:g}} on {{}} % of paths" for end in fates.ends),
                "is deregistered by day {:g} on {} % of paths")  # fmt: skip
    for quantity, what in zip(fates.at_the_end, wordings, strict=True):
        found = evidence.subnets.get(quantity, evidence.horizon, "probability", netuid=netuid)
        if found is not None:
            text, error = probability(*found[:4])
            shown = Markup('<b><data value="{}">{}</data></b>').format(repr(found.value), text)
            if error:
                shown += Markup('&nbsp;<span class="se">±&nbsp;{}</span>').format(error)
                low, high = (
                    probability(end, found.standard_error, end, end)[0]
                    for end in (found.ci_low, found.ci_high)
                )
                shown += Markup(" (95 % interval: {} to {})").format(low, high)
            parts.append(Markup(what).format(evidence.horizon, shown))
    if not parts:
        return None
    name = Markup("<bdi>{}</bdi> ").format(evidence.label(netuid))
    *first, last = parts
    before = Markup(", it ").join(first) + Markup(", and it ") if first else Markup("")
    return name + before + last + "."


def _card(card: document.Card) -> AnswerCard:
    """Turn a card of a subnet's page into one of the report."""
    shown = Markup("")
    if card.number is not None:
        shown = Markup('<data value="{}">{}</data>').format(
            "" if card.number.value is None else repr(float(card.number.value)), card.number.text
        )
        if card.number.error:
            shown += Markup('&nbsp;<span class="se">±&nbsp;{}</span>').format(card.number.error)
    points = tuple(Markup("{}").format(point) for point in card.points)
    return AnswerCard(card.question, shown, Markup("{}").format(card.lead), "", points)


def _survival(evidence: Evidence) -> AnswerCard | None:
    quantity = "deregistrations"
    gone = evidence.network.get(quantity, evidence.horizon)
    if gone is None:
        return None
    points = []
    for lead, event in (
        ("Likeliest gone by then", "deregistered"),
        ("Likeliest next then", "next_pruned"),
    ):
        likely = names(evidence, likeliest(probabilities(evidence, event), _MAX_NAMES))
        if likely:
            points.append(Markup("<b>{}:</b> {}.").format(lead, likely))
    return AnswerCard(
        "How many have to go?",
        estimated(quantity, gone),
        Markup("subnets are deregistered by day {:g}").format(evidence.horizon),
        band(evidence, quantity),
        tuple(points),
    )


def _gains(evidence: Evidence) -> AnswerCard | None:
    known = [
        subnet
        for subnet in evidence.initial.values()
        if subnet.emission_per_tao > 0.0 and can_earn(subnet)
    ]
    if not known:
        return None
    best = sorted(known, key=lambda subnet: (-subnet.emission_per_tao, subnet.netuid))
    points = [
        Markup("<b><bdi>{}</bdi>:</b> {} TAO a day for a TAO of net buying.").format(
            evidence.label(subnet.netuid), plain(subnet.emission_per_tao)
        )
        for subnet in best[:_MAX_NAMES]
    ]
    points.append(
        Markup(
            "It is the slope of the chain’s own rule today, the moving price having followed, and "
            "it goes into the subnet’s pool: the owner gets none of that TAO."
        )
    )
    middle = best[len(best) // 2].emission_per_tao
    return AnswerCard(
        "What does buying gain?",
        Markup('<data value="{}">{}</data>').format(repr(middle), plain(middle)),
        Markup("TAO of emission a day is what a TAO of buying gains the median subnet today"),
        "",
        tuple(points),
    )


def _standings(evidence: Evidence) -> Part:
    """Tabulate where every subnet stands, by rank."""
    subnets = [subnet for subnet in evidence.initial.values() if subnet.netuid != 0]
    subnets.sort(key=lambda subnet: (not subnet.rank > 0.0, subnet.rank, subnet.netuid))
    day, fates = f"{evidence.horizon:g}", fates_of(evidence)
    left_out = len(subnets) - _MAX_ROWS
    note = (
        "To the bar: net buying that brings a subnet to it, negative the net selling that a subnet "
        "above can bear, once the moving price has followed and if all others stay. Gain: TAO of "
        "emission a day into the pool, not to the owner, for a TAO of net buying, today. Above, "
        "below and gone add up to 100 % of paths. Numbers after ± are standard errors."
    )
    if left_out > 0:
        note += f" {left_out} subnets of the last ranks are left out."
    table = Table(
        f"Every subnet today and on day {day}",
        [
            "Subnet", "Rank now", f"Rank, day {day}", "To the bar now [TAO]",
            f"{fates.heads[0]}, day {day} [% of paths]",
            f"{fates.heads[1]}, day {day} [% of paths]", f"Gone by day {day} [% of paths]",
            "Emission now [TAO/day]", f"Emission, day {day} [% of TAO]", "Gain [TAO/day]",
        ],
        [list(_standing(evidence, subnet, fates)) for subnet in subnets[:_MAX_ROWS]],
        note=note,
        sortable=True,
        slug="standings-table",
    )  # fmt: skip
    return Part("standings", "Where does every subnet stand?", "Standings", tables=[table])


def _standing(evidence: Evidence, subnet: Subnet, fates: Fates) -> Iterator[Entry]:
    def find(quantity: str, statistic: str = "mean") -> document.Entry:
        found = evidence.subnets.get(quantity, evidence.horizon, statistic, netuid=subnet.netuid)
        if found is None:
            return Number("")
        if statistic == "probability":
            return chance_number(found)
        return Number(*written(quantity, found), found.value)

    yield evidence.label(subnet.netuid)
    yield _known(subnet.rank)
    yield find("rank")
    distance = distance_now(evidence, subnet)
    yield _known(math.nan if distance is None else distance)
    for event in fates.at_the_end:
        yield find(event, "probability")
    yield _known(BLOCKS_PER_DAY * subnet.tao_emission)
    yield find("emission_share")
    yield _known(subnet.emission_per_tao)


def _known(value: float) -> Number:
    """Write a number that has no error; nothing where it is not known."""
    return number(value) if math.isfinite(value) else Number("")
